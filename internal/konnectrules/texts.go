// Package konnectrules checks values of single fields, and whole specs of services, routes,
// upstreams and control planes, as Konnect does, which is more strictly than the CRDs. It
// brings values to the form in which Konnect stores them.
package konnectrules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// NoText says what is wrong with a value from a Secret that is no text, of which JSON would
// make another one.
const NoText = "must be a text in UTF-8, since konnect takes no other bytes"

// CheckEnum checks that a value is one of those allowed; nil is fine.
func CheckEnum(path *field.Path, value *string, allowed []string) field.ErrorList {
	if value == nil || slices.Contains(allowed, *value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, *value, allowed)}
}

// CheckRange checks that a number is low to high; nil is fine.
func CheckRange[N int | int64 | float64](path *field.Path, value *N, low, high N) field.ErrorList {
	if value == nil || (*value >= low && *value <= high) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *value, fmt.Sprintf("must be %v to %v for konnect", low, high))}
}

// CheckID checks an ID that the user chose; nil is fine.
func CheckID(path *field.Path, id *string) field.ErrorList {
	if id == nil {
		return nil
	}
	if parsed, err := uuid.Parse(*id); err != nil || parsed.String() != *id {
		return field.ErrorList{field.Invalid(path, *id, "must be a uuid in lower case")}
	}
	return nil
}

// CheckName checks the name of an entity such as a service; nil is fine.
func CheckName(path *field.Path, name *string) field.ErrorList {
	switch {
	case name == nil:
		return nil
	case *name == "":
		return field.ErrorList{field.Invalid(path, *name, "must not be empty for konnect; leave it out for an unnamed entity")}
	case utf8.RuneCountInString(*name) > 128:
		return field.ErrorList{field.TooLong(path, *name, 128)}
	case strings.ContainsFunc(*name, func(r rune) bool { return !isNameRune(r) }):
		return field.ErrorList{field.Invalid(path, *name, "konnect accepts letters, digits and . - _ ~")}
	case *name == "." || *name == "..":
		return field.ErrorList{field.Invalid(path, *name, "cannot be looked up by name")}
	default:
		return nil
	}
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_~", r) || r >= 0x80
}

// CheckHeaderNames checks the names of headers that are matched or sent.
func CheckHeaderNames(path *field.Path, headers map[string][]string) field.ErrorList {
	var problems field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		problems = append(problems, CheckHeaderName(HeaderPath(path, name), name)...)
	}
	return problems
}

// HeaderPath is the path of a header in a map of them.
func HeaderPath(path *field.Path, name string) *field.Path { return path.Key(printable.Line(name)) }

// CheckHeaderName checks the name of one header.
func CheckHeaderName(path *field.Path, name string) field.ErrorList {
	if name != "" && strings.Trim(name, tokenCharacters) == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "must be the name of a header: letters, digits and !#$%&'*+-.^_`|~")}
}

// tokenCharacters are those of a token of RFC 9110.
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// CheckCookieName checks the name of a cookie.
func CheckCookieName(path *field.Path, name string) field.ErrorList {
	if !strings.ContainsFunc(name, func(r rune) bool { return IsControl(r) || strings.ContainsRune(" ()<>@,;:\\\"/?={}[]", r) }) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, `must be the name of a cookie, without blanks and ()<>@,;:\"/?={}[]`)}
}

// IsControl reports whether a character is a control character, or none at all.
func IsControl(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }
