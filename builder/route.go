package builder

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Route builds a KongRoute. Service, or ControlPlane for a route without a
// service, is required, and so is something to match.
type Route struct {
	base[configurationv1alpha1.KongRoute]
}

// NewRoute starts a KongRoute; name is spec.name too.
func NewRoute(name string) *Route {
	r := &Route{}
	start(&r.base, name)
	return r.SpecName(name)
}

// Service sets spec.serviceRef to a KongService of the same namespace.
func (r *Route) Service(name string) *Route { return r.namespacedService(Ref(name)) }

// ServiceIn is like Service for another namespace, which needs a
// KongReferenceGrant there.
func (r *Route) ServiceIn(namespace, name string) *Route {
	return r.namespacedService(RefIn(namespace, name))
}

func (r *Route) namespacedService(ref commonv1alpha1.NamespacedRef) *Route {
	return r.ServiceRef(configurationv1alpha1.ServiceRef{
		Type:          configurationv1alpha1.ServiceRefNamespacedRef,
		NamespacedRef: &ref,
	})
}

// ServiceRef sets spec.serviceRef as it stands; Service is short for it.
func (r *Route) ServiceRef(ref configurationv1alpha1.ServiceRef) *Route {
	r.obj.Spec.ServiceRef = ref.DeepCopy()
	return r
}

// ID sets spec.id, the UUID that the route is created with.
func (r *Route) ID(uuid string) *Route {
	r.obj.Spec.ID = &uuid
	return r
}

// Protocols replaces spec.protocols, which are all of one family: http and
// https; grpc and grpcs; ws and wss; tcp, tls and udp; or tls_passthrough.
func (r *Route) Protocols(protocols ...string) *Route {
	r.obj.Spec.Protocols = listOf(protocols)
	return r
}

// HTTP adds http to spec.protocols.
func (r *Route) HTTP() *Route { return r.protocol("http") }

// HTTPS adds https to spec.protocols.
func (r *Route) HTTPS() *Route { return r.protocol("https") }

// GRPC adds grpc to spec.protocols.
func (r *Route) GRPC() *Route { return r.protocol("grpc") }

// GRPCS adds grpcs to spec.protocols.
func (r *Route) GRPCS() *Route { return r.protocol("grpcs") }

func (r *Route) protocol(protocol string) *Route {
	if !slices.Contains(r.obj.Spec.Protocols, protocol) {
		r.obj.Spec.Protocols = append(r.obj.Spec.Protocols, protocol)
	}
	return r
}

// Hosts replaces spec.hosts; one * may stand for the first or the last label.
func (r *Route) Hosts(hosts ...string) *Route {
	r.obj.Spec.Hosts = listOf(hosts)
	return r
}

// Host adds one to spec.hosts.
func (r *Route) Host(host string) *Route {
	r.obj.Spec.Hosts = append(r.obj.Spec.Hosts, host)
	return r
}

// Paths replaces spec.paths: prefixes that start with /, regular expressions
// that start with ~/.
func (r *Route) Paths(paths ...string) *Route {
	r.obj.Spec.Paths = listOf(paths)
	return r
}

// Path adds one to spec.paths.
func (r *Route) Path(path string) *Route {
	r.obj.Spec.Paths = append(r.obj.Spec.Paths, path)
	return r
}

// Methods replaces spec.methods, in upper case.
func (r *Route) Methods(methods ...string) *Route {
	r.obj.Spec.Methods = listOf(methods)
	return r
}

// Method adds one to spec.methods.
func (r *Route) Method(method string) *Route {
	r.obj.Spec.Methods = append(r.obj.Spec.Methods, method)
	return r
}

// Headers replaces spec.headers: per name the values that match.
func (r *Route) Headers(headers map[string][]string) *Route {
	r.obj.Spec.Headers = headersOf(headers)
	return r
}

// Header sets the values of one name in spec.headers; at least one is required.
func (r *Route) Header(name string, values ...string) *Route {
	if len(values) == 0 {
		r.add(field.Required(field.NewPath("spec", "headers").Key(printable.Line(name)), "at least one value to match"))
	}
	r.obj.Spec.Headers = with(r.obj.Spec.Headers, name, listOf(values))
	return r
}

// SNIs replaces spec.snis, for protocols over TLS.
func (r *Route) SNIs(snis ...string) *Route {
	r.obj.Spec.SNIs = listOf(snis)
	return r
}

// SNI adds one to spec.snis.
func (r *Route) SNI(sni string) *Route {
	r.obj.Spec.SNIs = append(r.obj.Spec.SNIs, sni)
	return r
}

// Sources replaces spec.sources, the client addresses that match, for stream protocols.
func (r *Route) Sources(sources ...configurationv1alpha1.RouteEndpoint) *Route {
	r.obj.Spec.Sources = endpointsOf(sources)
	return r
}

// Source adds one to spec.sources: an address or CIDR range (empty matches any)
// and a port (0 matches any), not both empty.
func (r *Route) Source(ip string, port int) *Route {
	r.obj.Spec.Sources = r.withEndpoint("sources", r.obj.Spec.Sources, ip, port)
	return r
}

// Destinations replaces spec.destinations, the local addresses that match, for
// stream protocols.
func (r *Route) Destinations(destinations ...configurationv1alpha1.RouteEndpoint) *Route {
	r.obj.Spec.Destinations = endpointsOf(destinations)
	return r
}

// Destination adds one to spec.destinations; its arguments are those of Source.
func (r *Route) Destination(ip string, port int) *Route {
	r.obj.Spec.Destinations = r.withEndpoint("destinations", r.obj.Spec.Destinations, ip, port)
	return r
}

func (r *Route) withEndpoint(name string, list []configurationv1alpha1.RouteEndpoint, ip string, port int) []configurationv1alpha1.RouteEndpoint {
	path := field.NewPath("spec", name).Index(len(list))
	var endpoint configurationv1alpha1.RouteEndpoint
	if ip == "" && port == 0 {
		r.add(field.Required(path, "an address or a port to match"))
	}
	if ip != "" {
		if problem := rangeProblem(ip); problem != "" {
			r.add(field.Invalid(path.Child("ip"), ip, problem))
		}
		endpoint.IP = &ip
	}
	if port != 0 {
		endpoint.Port = r.number(path.Child("port"), port, 0, maxPort)
	}
	return append(list, endpoint)
}

// HTTPSRedirectStatusCode sets spec.https_redirect_status_code: 301, 302, 307,
// 308 or 426.
func (r *Route) HTTPSRedirectStatusCode(code int) *Route {
	r.obj.Spec.HTTPSRedirectStatusCode = new(int64(code))
	return r
}

// PathHandling sets spec.path_handling: v0 or v1.
func (r *Route) PathHandling(version string) *Route {
	r.obj.Spec.PathHandling = &version
	return r
}

// PreserveHost sets spec.preserve_host: whether the request's Host header is sent on.
func (r *Route) PreserveHost(preserve bool) *Route {
	r.obj.Spec.PreserveHost = &preserve
	return r
}

// RegexPriority sets spec.regex_priority; higher goes first.
func (r *Route) RegexPriority(priority int) *Route {
	r.obj.Spec.RegexPriority = new(int64(priority))
	return r
}

// RequestBuffering sets spec.request_buffering: whether a request is read whole
// before it is sent on.
func (r *Route) RequestBuffering(buffering bool) *Route {
	r.obj.Spec.RequestBuffering = &buffering
	return r
}

// ResponseBuffering sets spec.response_buffering: whether a response is read
// whole before it is sent on.
func (r *Route) ResponseBuffering(buffering bool) *Route {
	r.obj.Spec.ResponseBuffering = &buffering
	return r
}

// StripPath sets spec.strip_path: whether the matching prefix is removed from
// the request. It must be false for grpc and grpcs.
func (r *Route) StripPath(strip bool) *Route {
	r.obj.Spec.StripPath = &strip
	return r
}

func endpointsOf(endpoints []configurationv1alpha1.RouteEndpoint) []configurationv1alpha1.RouteEndpoint {
	var list []configurationv1alpha1.RouteEndpoint
	for _, endpoint := range endpoints {
		list = append(list, *endpoint.DeepCopy())
	}
	return list
}

// headersOf copies headers and their values.
func headersOf(headers map[string][]string) map[string][]string {
	headers = maps.Clone(headers)
	for name, values := range headers {
		headers[name] = listOf(values)
	}
	return headers
}
