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

// Host adds one to spec.hosts.
func (r *Route) Host(host string) *Route {
	r.obj.Spec.Hosts = append(r.obj.Spec.Hosts, host)
	return r
}

// Path adds one to spec.paths.
func (r *Route) Path(path string) *Route {
	r.obj.Spec.Paths = append(r.obj.Spec.Paths, path)
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
