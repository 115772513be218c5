package gatewayapi

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// action is what a rule does with requests besides choosing a backend.
type action struct {
	request, response modifiers
	// uri replaces the whole path; empty leaves it.
	uri string
	// rewrite is what the prefix of the match is replaced by.
	rewrite *string
	// host is sent to backends in place of the request's; empty leaves that.
	host     string
	redirect *redirect
	// timeout is that of a backend in milliseconds; 0 leaves Kong's.
	timeout int64
	// plugins are those that the rule names, and the route by an annotation.
	plugins []namedPlugin
}

// namedPlugin is a KongPlugin of the route's namespace with the field that names it.
type namedPlugin struct {
	name string
	at   *field.Path
}

// maxTimeout is the longest that Kong knows.
const maxTimeout = 2147483646

func (r *rule) addTimeouts(spec *gatewayv1.HTTPRouteTimeouts) {
	if spec == nil {
		return
	}
	at := r.path.Child("timeouts")
	if spec.Request != nil {
		r.unsupported(at.Child("request"), "the gateway has no timeout for a request as a whole; backendRequest is that of each try")
	}
	if spec.BackendRequest == nil {
		return
	}
	switch d, err := time.ParseDuration(string(*spec.BackendRequest)); {
	case err != nil || d < 0:
		r.unsupported(at.Child("backendRequest"), "is no duration")
	case d == 0 || d.Milliseconds() > maxTimeout:
		r.action.timeout = maxTimeout
	default:
		r.action.timeout = max(1, d.Milliseconds())
	}
}

// addHTTPFilters reads the filters of a rule of an HTTPRoute.
func (r *rule) addHTTPFilters(filters []gatewayv1.HTTPRouteFilter) {
	for i := range filters {
		at, f := r.path.Child("filters").Index(i), &filters[i]
		switch {
		case f.Type == gatewayv1.HTTPRouteFilterRequestHeaderModifier && f.RequestHeaderModifier != nil:
			r.addRequestHeaders(at.Child("requestHeaderModifier"), f.RequestHeaderModifier)
		case f.Type == gatewayv1.HTTPRouteFilterResponseHeaderModifier && f.ResponseHeaderModifier != nil:
			r.addHeaders(at.Child("responseHeaderModifier"), &r.action.response, f.ResponseHeaderModifier)
		case f.Type == gatewayv1.HTTPRouteFilterURLRewrite && f.URLRewrite != nil:
			r.addRewrite(at.Child("urlRewrite"), f.URLRewrite)
		case f.Type == gatewayv1.HTTPRouteFilterRequestRedirect && f.RequestRedirect != nil:
			r.addRedirect(at.Child("requestRedirect"), f.RequestRedirect)
		case f.Type == gatewayv1.HTTPRouteFilterExtensionRef && f.ExtensionRef != nil:
			r.addExtension(at.Child("extensionRef"), f.ExtensionRef)
		default:
			r.unsupported(at.Child("type"), filterProblem(string(f.Type)))
		}
	}
	if r.action.redirect != nil && (r.action.rewrite != nil || r.action.uri != "" || r.action.host != "") {
		r.refuse(everywhere, r.path.Child("filters"), gatewayv1.RouteReasonIncompatibleFilters, "a redirect sends nothing on that could be rewritten")
	}
}

// filterProblem says why a type of filters is refused.
func filterProblem(kind string) string {
	switch kind {
	case string(gatewayv1.HTTPRouteFilterRequestMirror):
		return "the gateway cannot mirror requests"
	case string(gatewayv1.HTTPRouteFilterCORS):
		return "CORS is not translated; name a KongPlugin of type cors by an ExtensionRef"
	case string(gatewayv1.HTTPRouteFilterExternalAuth):
		return "external authorization is not translated; name a KongPlugin by an ExtensionRef"
	default:
		return "is no filter that is known here with its field set: " + kind
	}
}

func (r *rule) addRewrite(at *field.Path, spec *gatewayv1.HTTPURLRewriteFilter) {
	if spec.Hostname != nil {
		r.action.host = string(lowerHost(gatewayv1.Hostname(*spec.Hostname)))
		// Not by host_header of an upstream, to which the gateway adds the port of the target.
		r.action.request.set = append(r.action.request.set, "host:"+r.action.host)
	}
	if spec.Path == nil {
		return
	}
	at = at.Child("path")
	switch {
	case spec.Path.Type == gatewayv1.FullPathHTTPPathModifier && spec.Path.ReplaceFullPath != nil:
		r.action.uri = *spec.Path.ReplaceFullPath
		problem := literalProblem(r.action.uri)
		if isTemplate(r.action.uri) {
			problem = "the gateway would take it for a template, since it holds $("
		}
		if problem != "" {
			r.unsupported(at.Child("replaceFullPath"), problem)
		}
	case spec.Path.Type == gatewayv1.PrefixMatchHTTPPathModifier && spec.Path.ReplacePrefixMatch != nil:
		r.action.rewrite = new(strings.TrimRight(*spec.Path.ReplacePrefixMatch, "/"))
		r.checkPrefixes(at.Child("replacePrefixMatch"), *r.action.rewrite)
	default:
		r.unsupported(at.Child("type"), "is none of ReplaceFullPath and ReplacePrefixMatch with its field set")
	}
}

// checkPrefixes refuses a replacement of prefixes where there are none.
func (r *rule) checkPrefixes(at *field.Path, replacement string) {
	if replacement != "" {
		if problem := literalProblem(replacement); problem != "" {
			r.unsupported(at, problem)
		}
	}
	for _, m := range r.matches {
		if m.path.kind != prefixPath {
			r.unsupported(at, "replaces the prefix of a path, which only matches of type PathPrefix have")
			return
		}
	}
}

// literalProblem says why a text is no path that the gateway can compare or send; empty
// where it is one.
func literalProblem(text string) string {
	for _, problem := range konnectrules.CheckPath(field.NewPath("path"), text) {
		return problem.Detail
	}
	return ""
}
