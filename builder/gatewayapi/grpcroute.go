package gatewayapi

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/optional"
)

// fromGRPCRoute reads a GRPCRoute.
func fromGRPCRoute(o *options, spec *gatewayv1.GRPCRoute) *route {
	r := newRoute(grpcFamily, "GRPCRoute", &spec.ObjectMeta, spec.Spec.ParentRefs)
	r.hostnames = spec.Spec.Hostnames
	rules := spec.Spec.Rules
	if len(rules) == 0 {
		rules = []gatewayv1.GRPCRouteRule{{}}
	}
	for i := range rules {
		r.addGRPCRule(o, &rules[i])
	}
	return r
}

func (r *route) addGRPCRule(o *options, spec *gatewayv1.GRPCRouteRule) {
	rule := r.addRule(spec.Name)
	matches := spec.Matches
	if len(matches) == 0 {
		matches = []gatewayv1.GRPCRouteMatch{{}}
	}
	for i := range matches {
		rule.addGRPCMatch(o, rule.path.Child("matches").Index(i), &matches[i])
	}
	for i := range spec.BackendRefs {
		ref := &spec.BackendRefs[i]
		rule.backends = append(rule.backends, ref.BackendRef)
		if len(ref.Filters) > 0 {
			rule.unsupported(rule.path.Child("backendRefs").Index(i).Child("filters"), "the gateway filters by rule, not by backend")
		}
	}
	filters := make([]gatewayv1.HTTPRouteFilter, len(spec.Filters))
	for i, f := range spec.Filters {
		filters[i] = gatewayv1.HTTPRouteFilter{
			Type: gatewayv1.HTTPRouteFilterType(f.Type), RequestHeaderModifier: f.RequestHeaderModifier,
			ResponseHeaderModifier: f.ResponseHeaderModifier, RequestMirror: f.RequestMirror, ExtensionRef: f.ExtensionRef,
		}
	}
	rule.addHTTPFilters(filters)
	if spec.SessionPersistence != nil {
		rule.unsupported(rule.path.Child("sessionPersistence"), "sessions are not translated; give the upstream a hash_on of its own")
	}
}

func (r *rule) addGRPCMatch(o *options, at *field.Path, spec *gatewayv1.GRPCRouteMatch) {
	m := &match{of: r, index: len(r.matches)}
	r.matches = append(r.matches, m)
	m.addCall(at.Child("method"), spec.Method)
	for i, h := range spec.Headers {
		at := at.Child("headers").Index(i)
		if kind := optional.Value(h.Type); kind != "" && kind != gatewayv1.GRPCHeaderMatchExact {
			r.unsupported(at.Child("type"), "the gateway changes the case of an expression for a header, and so its meaning")
			continue
		}
		m.addHeader(o, at, string(h.Name), h.Value)
	}
}

// addCall matches a method of a service by its path, /<service>/<method>.
func (m *match) addCall(at *field.Path, spec *gatewayv1.GRPCMethodMatch) {
	if spec == nil {
		return
	}
	service, call := optional.Value(spec.Service), optional.Value(spec.Method)
	m.service, m.call = len(service), len(call)
	if kind := optional.Value(spec.Type); kind == gatewayv1.GRPCMethodMatchRegularExpression {
		m.addRegex(at, "/"+group(service)+"/"+group(call)+"$")
		return
	}
	for _, part := range []string{service, call} {
		if problem := literalProblem("/" + part); problem != "" {
			m.of.unsupported(at, problem)
			return
		}
	}
	switch {
	case service != "" && call != "":
		m.path = newExactPath("/" + service + "/" + call)
	case service != "":
		m.path = newPrefixPath("/" + service)
	case call != "":
		m.path = newRegexPath("/[^/]+/" + regexp.QuoteMeta(call) + "$")
	}
}

// group returns an expression for one part of a path; anything where it is empty.
func group(expression string) string {
	if expression == "" {
		return "[^/]+"
	}
	return "(?:" + expression + ")"
}
