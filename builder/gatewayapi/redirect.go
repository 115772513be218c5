package gatewayapi

import (
	"cmp"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation/field"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/optional"
)

// redirect is the answer of a rule that sends clients elsewhere.
type redirect struct {
	at *field.Path
	// scheme, host and path are empty, and port 0, where they are those of the request.
	scheme, host, path string
	port               int32
	status             int
}

func (r *rule) addRedirect(at *field.Path, spec *gatewayv1.HTTPRequestRedirectFilter) {
	d := &redirect{
		at: at, scheme: optional.Value(spec.Scheme), host: string(optional.Value(spec.Hostname)),
		port: optional.Value(spec.Port), status: cmp.Or(optional.Value(spec.StatusCode), 302),
	}
	r.action.redirect = d
	if spec.Path == nil {
		return
	}
	if spec.Path.Type != gatewayv1.FullPathHTTPPathModifier || spec.Path.ReplaceFullPath == nil {
		r.unsupported(at.Child("path"), "the gateway cannot replace a part of the path in a redirect")
		return
	}
	d.path = *spec.Path.ReplaceFullPath
	if problem := literalProblem(d.path); problem != "" {
		r.unsupported(at.Child("path", "replaceFullPath"), problem)
	}
}

// redirectsByRoute reports whether a route alone can make the redirect of the rule: one of
// protocol https sends requests over http there, with a status of these, before any plugin
// has its say.
func (r *rule) redirectsByRoute() bool {
	d := r.action.redirect
	return d != nil && d.scheme == "https" && d.host == "" && d.path == "" && (d.port == 0 || d.port == 443) &&
		slices.Contains([]int{301, 302, 307, 308}, d.status) && r.action.response.empty() && len(r.named()) == 0
}

// location returns where requests to a host are sent, and why it cannot be told. It keeps
// their path where d has none.
func (d *redirect) location(host hostname, bonds []bond) (location, problem string) {
	scheme, port := d.scheme, d.port
	for _, b := range bonds {
		protocol := protocolsOf(b.listener).scheme()
		if scheme == "" {
			scheme = protocol
		}
		if d.scheme == "" && scheme != protocol {
			return "", "the gateway knows one scheme for a redirect, and the route is attached to listeners of HTTP and HTTPS"
		}
		if d.port == 0 && d.scheme == "" {
			if port != 0 && port != b.port {
				return "", "the gateway knows one port for a redirect, and the route is attached to listeners of several"
			}
			port = b.port
		}
	}
	if d.host != "" {
		host = hostname(d.host)
	}
	if !host.isPlain() {
		return "", "the gateway knows one hostname for a redirect: give the filter a hostname, or the route hostnames without a wildcard"
	}
	location = scheme + "://" + string(host)
	if port != 0 && (scheme != "http" || port != 80) && (scheme != "https" || port != 443) {
		location += ":" + strconv.Itoa(int(port))
	}
	return location + d.path, ""
}
