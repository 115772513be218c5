package konnectrules

import (
	"errors"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/internal/pathregexp"
)

// CheckRoutePaths checks the paths of a route: prefixes, which are compared as they are written, and
// regular expressions, which start with ~.
func CheckRoutePaths(at *field.Path, paths []string) field.ErrorList {
	var problems field.ErrorList
	for i, value := range paths {
		reason := prefixProblem(value)
		if expression, isExpression := strings.CutPrefix(value, "~"); isExpression {
			reason = expressionProblem(expression)
		}
		if reason != "" {
			problems = append(problems, field.Invalid(at.Index(i), value, reason))
		}
	}
	return problems
}

func expressionProblem(expression string) string {
	if !strings.HasPrefix(expression, "/") {
		return "a regular expression must start with ~/ for konnect"
	}
	if strings.Contains(expression, "//") {
		return "must not contain // for konnect, not even in a regular expression: paths are matched without empty segments; /+ stands for one slash or more"
	}
	err := pathregexp.Check(expression)
	if _, ok := errors.AsType[*pathregexp.UnsupportedError](err); ok {
		return err.Error()
	}
	if err != nil {
		return "is not a regular expression: " + err.Error()
	}
	return ""
}

// prefixProblem returns what is wrong with a path that is no regular expression.
func prefixProblem(prefix string) string {
	const advice = "a regular expression starts with ~/, such as ~/users/(?<id>[^/]+)$"
	switch {
	case !strings.HasPrefix(prefix, "/"):
		return "must start with / for konnect; " + advice
	case strings.Contains(prefix, "//"):
		return "must not contain // for konnect"
	case strings.ContainsAny(prefix, `{}[]|\^`):
		return "is compared as it is written; " + advice
	case strings.ContainsAny(prefix, "?#"):
		return "can never match, because paths are compared without query and fragment"
	case strings.ContainsFunc(prefix, IsControl):
		return "must not hold control characters"
	case strings.Contains(percentEscapes.ReplaceAllString(prefix, ""), "%"):
		return "must have whole percent escapes for konnect"
	}
	if normalized := NormalizePath(prefix); normalized != prefix {
		return "must be normalised for konnect, as paths of requests are: " + normalized
	}
	return ""
}

// LooksLikeExpression reports whether a path of a route is legal, is no regular
// expression and looks like one.
func LooksLikeExpression(prefix string) bool {
	return likeExpression.MatchString(prefix) && prefixProblem(prefix) == ""
}

// likeExpression finds what regular expressions are full of and paths nearly never
// hold. Parentheses alone are common: OData has them.
var likeExpression = regexp.MustCompile(`\*|\.\+|\)\+|\$$`)
