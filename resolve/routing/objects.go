package routing

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// FromObjects returns the routes of KongRoutes, with the KongServices among the
// objects that they refer to. All must be of one control plane; objects of other kinds
// are passed over.
//
// The function id returns the ID that an object's entity has or will have; empty where
// it is not known. Without a function it is spec.id, else that of spec.adopt, else that
// of the status.
//
// CreatedAt stays unknown, because the entity has an age of its own. Protocols that a
// KongRoute does not give are https, as in the route that is created of it. The error
// has all references to services that are not there, and routes of a second control
// plane.
func FromObjects(objects []crd.Object, id func(crd.Object) string) ([]Route, error) {
	if id == nil {
		id = knownID
	}
	services := map[crd.Key]*Service{}
	planes := map[crd.Key]crd.Key{}
	for _, object := range objects {
		s, ok := object.(*configurationv1alpha1.KongService)
		if !ok {
			continue
		}
		services[crd.KeyOf(s)] = fromService(s, id(s))
		if ref, ok := s.Spec.ControlPlaneRef.Reference(crd.NamespaceOf(s)); ok {
			planes[crd.KeyOf(s)] = ref.To
		}
	}
	c := collector{services: services, planes: planes, id: id}
	for _, object := range objects {
		if r, ok := object.(*configurationv1alpha1.KongRoute); ok {
			c.add(r)
		}
	}
	if len(c.problems) > 0 {
		return nil, errors.Join(c.problems...)
	}
	return c.routes, nil
}

// collector gathers the routes of one control plane.
type collector struct {
	services map[crd.Key]*Service
	// planes are the control planes of services.
	planes map[crd.Key]crd.Key
	id     func(crd.Object) string
	// plane is that of the first route that has one.
	plane    crd.Key
	routes   []Route
	problems []error
}

func (c *collector) add(r *configurationv1alpha1.KongRoute) {
	key := crd.KeyOf(r)
	route := fromRoute(r, c.id(r))
	var plane crd.Key
	for _, ref := range r.References() {
		if ref.Role != crd.RoleParent {
			continue
		}
		if ref.Field != configurationv1alpha1.ServiceRefField {
			plane = ref.To
			continue
		}
		if route.Service = c.services[ref.To]; route.Service == nil {
			c.problems = append(c.problems, fmt.Errorf("%s: %s: %s is not among the objects", key, ref.Field, ref.To))
		}
		plane = c.planes[ref.To]
	}
	switch {
	case plane == crd.Key{}:
	case c.plane == crd.Key{}:
		c.plane = plane
	case c.plane != plane:
		c.problems = append(c.problems, fmt.Errorf("%s: is in %s, and others are in %s: routing is a matter of one control plane", key, plane, c.plane))
	}
	c.routes = append(c.routes, route)
}

// adopter is an object that can take an entity over.
type adopter interface {
	GetAdopt() *commonv1alpha1.AdoptOptions
}

// knownID returns the ID that an object itself says.
func knownID(object crd.Object) string {
	if r, ok := object.(*configurationv1alpha1.KongRoute); ok && r.Spec.ID != nil {
		return *r.Spec.ID
	}
	if s, ok := object.(*configurationv1alpha1.KongService); ok && s.Spec.ID != nil {
		return *s.Spec.ID
	}
	if a, ok := object.(adopter); ok && a.GetAdopt().KonnectID() != "" {
		return a.GetAdopt().KonnectID()
	}
	return object.GetKonnectStatus().ID
}

func fromRoute(r *configurationv1alpha1.KongRoute, id string) Route {
	spec := r.Spec
	route := Route{
		ID: id, Name: optional.Value(spec.Name), Key: crd.KeyOf(r),
		Protocols: slices.Clone(spec.Protocols), Methods: slices.Clone(spec.Methods),
		Hosts: konnectrules.NormalizeHosts(spec.Hosts), Paths: slices.Clone(spec.Paths), SNIs: slices.Clone(spec.SNIs),
		Sources: fromEndpoints(spec.Sources), Destinations: fromEndpoints(spec.Destinations),
		HTTPSRedirectStatusCode: int(optional.Value(spec.HTTPSRedirectStatusCode)), RegexPriority: optional.Value(spec.RegexPriority),
		StripPath: spec.StripPath, PathHandling: optional.Value(spec.PathHandling), PreserveHost: optional.Value(spec.PreserveHost),
	}
	if len(spec.Headers) > 0 {
		route.Headers = make(map[string][]string, len(spec.Headers))
		for name, values := range spec.Headers {
			route.Headers[name] = slices.Clone(values)
		}
	}
	if len(route.Protocols) == 0 {
		route.Protocols = []string{"https"}
	}
	if route.StripPath == nil && slices.ContainsFunc(route.Protocols, func(p string) bool { return p == "grpc" || p == "grpcs" }) {
		route.StripPath = new(false)
	}
	return route
}

func fromEndpoints(all []configurationv1alpha1.RouteEndpoint) []Endpoint {
	var endpoints []Endpoint
	for _, e := range all {
		endpoints = append(endpoints, Endpoint{IP: optional.Value(e.IP), Port: int(optional.Value(e.Port))})
	}
	return endpoints
}

func fromService(s *configurationv1alpha1.KongService, id string) *Service {
	spec := s.Spec
	service := &Service{
		ID: id, Name: optional.Value(spec.Name), Key: crd.KeyOf(s),
		Protocol: optional.Value(spec.Protocol), Host: spec.Host, Port: int(optional.Value(spec.Port)), Path: optional.Value(spec.Path),
		Disabled: spec.Enabled != nil && !*spec.Enabled,
	}
	if spec.URL != nil {
		service.spread(*spec.URL)
	}
	return service
}

// spread takes what a url says; one that cannot be read is refused elsewhere.
func (s *Service) spread(text string) {
	parsed, err := url.Parse(text)
	if err != nil {
		return
	}
	s.Protocol, s.Host, s.Port = strings.ToLower(parsed.Scheme), parsed.Hostname(), 80
	if s.Protocol == "https" {
		s.Port = 443
	}
	if port, err := strconv.Atoi(parsed.Port()); err == nil {
		s.Port = port
	}
	_, rest, _ := strings.Cut(text, "://")
	if s.Path = ""; strings.Contains(rest, "/") {
		s.Path = rest[strings.IndexByte(rest, '/'):]
	}
}
