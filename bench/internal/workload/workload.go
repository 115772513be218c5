// Package workload is what every contestant has to provision: one control plane and a
// number of services with a route each, as the objects, SDK payloads or state file that it takes.
package workload

import (
	"fmt"
	"strings"

	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

// ControlPlane is the name of the control plane.
const ControlPlane = "bench"

// Port and Protocol are the same for all services and routes.
const (
	Port     = 8080
	Protocol = "http"
)

// Work is Services services with a route each.
type Work struct {
	Services int
}

// Share is one percent of the services, and at least one.
func (w Work) Share() int { return max(w.Services/100, 1) }

// WithoutShare is the work after one percent of the services was taken out, the last ones.
func (w Work) WithoutShare() Work { return Work{Services: w.Services - w.Share()} }

// ServiceName is that of service i, counting from 0.
func ServiceName(i int) string { return fmt.Sprintf("service-%05d", i) }

// RouteName is that of the route of service i.
func RouteName(i int) string { return fmt.Sprintf("route-%05d", i) }

// Host is that of service i.
func Host(i int) string { return ServiceName(i) + ".example.com" }

// Path is that of the route of service i.
func Path(i int) string { return "/" + ServiceName(i) }

// Objects are the operator's custom resources.
func (w Work) Objects() []crd.Object {
	objects := make([]crd.Object, 0, 1+2*w.Services)
	objects = append(objects, builder.NewGatewayControlPlane(ControlPlane).MustBuild())
	for i := range w.Services {
		name := ServiceName(i)
		objects = append(objects,
			builder.NewService(name).ControlPlane(ControlPlane).Host(Host(i)).Port(Port).MustBuild(),
			builder.NewRoute(RouteName(i)).Service(name).Protocols(Protocol).Paths(Path(i)).MustBuild())
	}
	return objects
}

// Service is the SDK's payload of service i.
func Service(i int, tags []string) components.Service {
	return components.Service{
		Name: new(ServiceName(i)), Host: Host(i), Port: new(int64(Port)),
		Protocol: new(components.ServiceProtocol(Protocol)), Tags: tags,
	}
}

// Route is the SDK's payload of the route of service i, which has the ID service.
func Route(i int, service string, tags []string) components.RouteJSON {
	return components.RouteJSON{
		Name: new(RouteName(i)), Paths: []string{Path(i)}, Tags: tags,
		Protocols: []components.RouteJSONProtocols{Protocol},
		Service:   &components.RouteJSONService{ID: new(service)},
	}
}

// StateFile is decK's.
func (w Work) StateFile() string {
	var out strings.Builder
	fmt.Fprintf(&out, "_format_version: \"3.0\"\n_konnect:\n  control_plane_name: %s\nservices:\n", ControlPlane)
	for i := range w.Services {
		fmt.Fprintf(&out, "- name: %s\n  host: %s\n  port: %d\n  protocol: %s\n", ServiceName(i), Host(i), Port, Protocol)
		fmt.Fprintf(&out, "  routes:\n  - name: %s\n    protocols: [%s]\n    paths: [%s]\n", RouteName(i), Protocol, Path(i))
	}
	return out.String()
}
