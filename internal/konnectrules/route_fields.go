package konnectrules

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

// CheckMethods checks the methods that a route matches.
func CheckMethods(path *field.Path, methods []string) field.ErrorList {
	var problems field.ErrorList
	for i, method := range methods {
		upper := strings.ToUpper(method)
		switch {
		case method == "" || strings.Trim(upper, upperCase) != "":
			problems = append(problems, field.Invalid(path.Index(i), method, "must be letters A to Z alone for konnect, "+
				"which cannot match a method such as M-SEARCH by name; without methods a route takes all"))
		case method != upper:
			problems = append(problems, field.Invalid(path.Index(i), method, "must be in upper case for konnect: "+upper))
		}
	}
	return problems
}

const upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// CheckRouteHeaders checks the headers that a route matches, with their values.
func CheckRouteHeaders(path *field.Path, headers map[string][]string) field.ErrorList {
	problems := CheckHeaderNames(path, headers)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		path, values := HeaderPath(path, name), headers[name]
		switch {
		case strings.EqualFold(name, "host"):
			problems = append(problems, field.Invalid(path, name, "use hosts to match the host"))
		case len(values) == 0:
			problems = append(problems, field.Required(path, "konnect needs a value"))
		}
		for i, value := range values {
			if value == "" {
				problems = append(problems, field.Invalid(path.Index(i), value, "must not be empty for konnect"))
			}
			expression, isExpression := strings.CutPrefix(value, "~*")
			err := pathregexp.Check(strings.ToLower(expression)) // as the router has it
			if _, lacking := errors.AsType[*pathregexp.UnsupportedError](err); isExpression && lacking {
				problems = append(problems, field.Invalid(path.Index(i), value, err.Error()))
			}
		}
	}
	return problems
}
