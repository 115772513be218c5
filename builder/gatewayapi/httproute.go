package gatewayapi

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// fromHTTPRoute reads an HTTPRoute.
func fromHTTPRoute(o *options, spec *gatewayv1.HTTPRoute) *route {
	r := newRoute(httpFamily, "HTTPRoute", &spec.ObjectMeta, spec.Spec.ParentRefs)
	r.hostnames = spec.Spec.Hostnames
	rules := spec.Spec.Rules
	if len(rules) == 0 {
		rules = []gatewayv1.HTTPRouteRule{{}}
	}
	for i := range rules {
		r.addHTTPRule(o, &rules[i])
	}
	return r
}

func (r *route) addHTTPRule(o *options, spec *gatewayv1.HTTPRouteRule) {
	rule := r.addRule(spec.Name)
	matches := spec.Matches
	if len(matches) == 0 {
		matches = []gatewayv1.HTTPRouteMatch{{}}
	}
	for i := range matches {
		rule.addHTTPMatch(o, rule.path.Child("matches").Index(i), &matches[i])
	}
	for i := range spec.BackendRefs {
		ref := &spec.BackendRefs[i]
		rule.backends = append(rule.backends, ref.BackendRef)
		if len(ref.Filters) > 0 {
			rule.unsupported(rule.path.Child("backendRefs").Index(i).Child("filters"), "the gateway filters by rule, not by backend")
		}
	}
	rule.addHTTPFilters(spec.Filters)
	rule.addTimeouts(spec.Timeouts)
	if spec.Retry != nil {
		rule.unsupported(rule.path.Child("retry"), "the gateway cannot repeat requests by the status of their answers")
	}
	if spec.SessionPersistence != nil {
		rule.unsupported(rule.path.Child("sessionPersistence"), "sessions are not translated; give the upstream a hash_on of its own")
	}
}

func (r *rule) addHTTPMatch(o *options, at *field.Path, spec *gatewayv1.HTTPRouteMatch) {
	m := &match{of: r, index: len(r.matches), method: string(optional.Value(spec.Method))}
	r.matches = append(r.matches, m)
	if spec.Method != nil {
		for _, problem := range konnectrules.CheckMethods(at.Child("method"), []string{m.method}) {
			r.unsupported(at.Child("method"), problem.Detail)
		}
	}
	m.addPath(at.Child("path"), spec.Path)
	for i, h := range spec.Headers {
		at := at.Child("headers").Index(i)
		if kind := optional.Value(h.Type); kind != "" && kind != gatewayv1.HeaderMatchExact {
			r.unsupported(at.Child("type"), "the gateway changes the case of an expression for a header, and so its meaning")
			continue
		}
		m.addHeader(o, at, string(h.Name), h.Value)
	}
	if len(spec.QueryParams) > 0 {
		r.unsupported(at.Child("queryParams"), "routes of the gateway cannot match query parameters")
	}
}

func (m *match) addPath(at *field.Path, spec *gatewayv1.HTTPPathMatch) {
	kind, value := gatewayv1.PathMatchPathPrefix, "/"
	if spec != nil {
		kind = cmp.Or(optional.Value(spec.Type), kind)
		value = cmp.Or(optional.Value(spec.Value), value)
	}
	if kind == gatewayv1.PathMatchRegularExpression {
		m.addRegex(at.Child("value"), value)
		return
	}
	if problem := literalProblem(value); problem != "" {
		m.of.unsupported(at.Child("value"), problem)
		return
	}
	switch kind {
	case gatewayv1.PathMatchExact:
		m.path = newExactPath(value)
	case gatewayv1.PathMatchPathPrefix:
		m.path = newPrefixPath(value)
	default:
		m.of.unsupported(at.Child("type"), "is none of Exact, PathPrefix and RegularExpression")
	}
}
