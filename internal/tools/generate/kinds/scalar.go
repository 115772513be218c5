package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

// form is what stands for a pattern in checks.
type form struct {
	match, text string
	// bounded forms have a length of their own, so that another limit says nothing more.
	bounded bool
}

// forms are the patterns that fields have. Package constraint matches them by hand, as
// a regular expression takes longer, and says in words what is expected.
func forms() map[string]form {
	const label = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
	return map[string]form{
		`^$|^` + label + `$`:                    {match: "IsDNSLabel", text: "a DNS label or empty"},
		`^$|^` + label + `(\.` + label + `)*$`:  {match: "IsDNSSubdomain", text: "a DNS subdomain such as configuration.konghq.com"},
		`^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`: {match: "IsKind", text: "a kind such as KongRoute"},
		`^[\p{L}\p{N}.\-_~+@/\[\]]*(?: [\p{L}\p{N}.\-_~+@/\[\]]+)*$`: {
			match: "IsUsername", text: "letters, digits and any of . - _ ~ + @ / [ ], with single spaces between",
		},
		`^[0-9a-zA-Z.\-_~\(\)#%@|+\[\]]*(?: [0-9a-zA-Z.\-_~\(\)#%@|+\[\]]+)*$`: {
			match: "IsCustomID", text: "ASCII letters, digits and any of . - _ ~ ( ) # % @ | + [ ], with single spaces between",
		},
		`^[\p{N}\p{L}.\-_~]*$`:                           {match: "IsGroupName", text: "letters, digits and any of . - _ ~"},
		`^[0-9a-f]{8}(?:\-[0-9a-f]{4}){3}-[0-9a-f]{12}$`: {match: "IsUUID", text: "a UUID in lower case", bounded: true},
	}
}

// scalar returns the statements that check a string or a number, behind a pointer or not.
func scalar(access string, f source.Field) ([]string, error) {
	switch f.Pointed() {
	case "string", secretString:
		return text(access, f)
	case "int", "int32", "int64":
		return number(access, f)
	default:
		return nil, nil
	}
}

// isText reports whether a field is a string, or one that is not to be shown.
func isText(f source.Field) bool { return f.Pointed() == "string" || f.Pointed() == secretString }

func text(access string, f source.Field) ([]string, error) {
	value := access
	switch {
	case f.Pointed() == secretString: // lengths tell nothing; other errors would show it
		value = access + ".Reveal()"
	case f.IsPointer():
		value = "*" + access
	}
	check := func(method string, more ...string) string {
		return fmt.Sprintf("errs.%s(path, %q, %s)", method, f.JSON, strings.Join(append([]string{value}, more...), ", "))
	}
	least, hasLeast := f.Marker(validationMarker + ":MinLength")
	most, hasMost := f.Marker(validationMarker + ":MaxLength")
	allowed, isEnum := f.Marker(validationMarker + ":Enum")
	pattern, hasPattern := f.Marker(validationMarker + ":Pattern")
	form, err := formOf(pattern)
	if hasPattern && err != nil {
		return nil, err
	}
	if hasLeast && least != "1" {
		return nil, fmt.Errorf("a least length of %s is not supported", least)
	}
	if f.Pointed() == secretString && (hasMost || isEnum || hasPattern) {
		return nil, fmt.Errorf("a limit of a %s that an error would show is not supported", secretString)
	}
	var lines []string
	// Go cannot tell an empty string from one that is not there.
	nonEmpty := hasLeast || (isEnum || form.bounded) && !f.CanBeAbsent
	switch {
	case nonEmpty && hasMost && !form.bounded:
		lines = append(lines, check("Name", most))
	case nonEmpty:
		lines = append(lines, check("NonEmpty"))
	case hasMost && !form.bounded:
		lines = append(lines, check("MaxLength", most))
	}
	if isEnum {
		var quoted []string
		for value := range strings.SplitSeq(allowed, ";") {
			quoted = append(quoted, strconv.Quote(strings.Trim(value, `"`)))
		}
		lines = append(lines, check("Enum", quoted...))
	}
	if hasPattern {
		lines = append(lines, check("Match", "constraint."+form.match, strconv.Quote(form.text)))
	}
	return lines, nil
}

func formOf(pattern string) (form, error) {
	if found, ok := forms()[strings.Trim(pattern, "`\"")]; ok {
		return found, nil
	}
	return form{}, fmt.Errorf("pattern %s: package constraint has no function for it in forms of %s", pattern, "internal/tools/generate/kinds")
}

func number(access string, f source.Field) ([]string, error) {
	least, hasLeast := f.Marker(validationMarker + ":Minimum")
	most, hasMost := f.Marker(validationMarker + ":Maximum")
	if !hasLeast && !hasMost {
		return nil, nil
	}
	if !hasLeast || !hasMost {
		return nil, fmt.Errorf("a number needs both a minimum and a maximum, or neither")
	}
	value := access
	if f.IsPointer() {
		value = "*" + access
	}
	if f.Pointed() != "int64" {
		value = "int64(" + value + ")"
	}
	return []string{fmt.Sprintf("errs.Range(path, %q, %s, %s, %s)", f.JSON, value, least, most)}, nil
}
