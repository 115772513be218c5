package ingress

import (
	"cmp"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder/internal/precedence"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// defaultRegexPrefix is what a path begins with that is a regular expression.
const defaultRegexPrefix = "/~"

// pathOf returns the path of a rule.
func (s *settings) pathOf(at *field.Path, p networkingv1.HTTPIngressPath) (precedence.Path, *field.Error) {
	kind := networkingv1.PathTypeImplementationSpecific
	if p.PathType != nil {
		kind = *p.PathType
	}
	value := p.Path
	switch kind {
	case networkingv1.PathTypeExact:
		return literal(at, precedence.Exact, value)
	case networkingv1.PathTypePrefix:
		return literal(at, precedence.Elements, value)
	case networkingv1.PathTypeImplementationSpecific:
		rest, isExpression := strings.CutPrefix(value, cmp.Or(s.regexPrefix, defaultRegexPrefix))
		if !isExpression {
			return literal(at, precedence.Text, cmp.Or(value, "/"))
		}
		if wrong := konnectrules.CheckRoutePaths(at, []string{"~" + rest}); len(wrong) > 0 {
			return precedence.Path{}, field.Invalid(at.Child("path"), value, wrong[0].Detail)
		}
		return precedence.Path{Kind: precedence.Expression, Value: rest}, nil
	default:
		return precedence.Path{}, field.NotSupported(at.Child("pathType"), kind, []networkingv1.PathType{
			networkingv1.PathTypeExact, networkingv1.PathTypeImplementationSpecific, networkingv1.PathTypePrefix,
		})
	}
}

// literal returns a path that is compared as it is written, in the form in which the
// gateway sees those of requests.
func literal(at *field.Path, kind precedence.PathKind, value string) (precedence.Path, *field.Error) {
	at = at.Child("path")
	seen := konnectrules.NormalizePath(value)
	switch {
	case !strings.HasPrefix(value, "/"):
		return precedence.Path{}, field.Invalid(at, value, "must begin with /")
	case strings.ContainsAny(value, "?#"):
		return precedence.Path{}, field.Invalid(at, value, "can never match, because paths are compared without query and fragment")
	case strings.ContainsFunc(seen, konnectrules.IsControl):
		return precedence.Path{}, field.Invalid(at, value, "must hold neither control characters nor bytes that are not UTF-8")
	case strings.Count(seen, "/") != strings.Count(value, "/"):
		return precedence.Path{}, field.Invalid(at, value, "can never match, because requests are compared without empty segments and dots: write "+seen)
	case kind == precedence.Elements && seen != "/":
		seen = strings.TrimSuffix(seen, "/")
	}
	return precedence.Path{Kind: kind, Value: seen}, nil
}
