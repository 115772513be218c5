package routing

import (
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/router"
)

// Route is a route of a control plane in the gateway's own fields. What is not set has
// the default of the gateway's entities.
type Route struct {
	// ID of the entity. The gateway orders routes of equal priority by it: without an ID a
	// route comes after those that have one.
	ID string `json:"id,omitempty"`
	// Name is unique in the control plane; many routes have none.
	Name string `json:"name,omitempty"`
	// Key is that of the object; the zero value for a route of FromEntities.
	Key crd.Key `json:"key,omitzero"`
	// CreatedAt is in seconds since 1970; 0 where it is not known. It decides ties in
	// flavor Traditional.
	CreatedAt int64 `json:"createdAt,omitempty"`

	// Protocols are http and https by default.
	Protocols []string `json:"protocols,omitempty"`
	Methods   []string `json:"methods,omitempty"`
	Hosts     []string `json:"hosts,omitempty"`
	// Paths are prefixes, or regular expressions after a tilde.
	Paths []string `json:"paths,omitempty"`
	// Headers have lists of values by name; a value after ~* is a regular expression.
	Headers      map[string][]string `json:"headers,omitempty"`
	SNIs         []string            `json:"snis,omitempty"`
	Sources      []Endpoint          `json:"sources,omitempty"`
	Destinations []Endpoint          `json:"destinations,omitempty"`

	// HTTPSRedirectStatusCode is 426 by default.
	HTTPSRedirectStatusCode int `json:"https_redirect_status_code,omitempty"`
	// RegexPriority is 0 by default.
	RegexPriority int64 `json:"regex_priority,omitempty"`
	// StripPath is true by default.
	StripPath *bool `json:"strip_path,omitempty"`
	// PathHandling is v0 by default.
	PathHandling string `json:"path_handling,omitempty"`
	// PreserveHost is false by default.
	PreserveHost bool `json:"preserve_host,omitempty"`

	// Service that requests go to; nil for a route without one.
	Service *Service `json:"service,omitempty"`

	// headerNames are the keys of Headers in the order of the entity.
	headerNames []string
}

// Endpoint is an address, a range of them in CIDR notation, a port, or an address and
// a port.
type Endpoint struct {
	// IP is empty where any address will do.
	IP string `json:"ip,omitempty"`
	// Port is 0 where any port will do.
	Port int `json:"port,omitempty"`
}

// Service is what matters of a service to its routes.
type Service struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Key is that of the object; the zero value for a service of FromEntities.
	Key crd.Key `json:"key,omitzero"`
	// Protocol is http by default.
	Protocol string `json:"protocol,omitempty"`
	// Host is a host or the name of an upstream.
	Host string `json:"host,omitempty"`
	// Port is 80 by default.
	Port int `json:"port,omitempty"`
	// Path is put before that of requests; empty for none.
	Path string `json:"path,omitempty"`
	// Disabled services have no routes: requests go to others.
	Disabled bool `json:"disabled,omitempty"`
}

// String returns the key of the route's object, or its name or ID.
func (r *Route) String() string {
	switch {
	case r.Key != crd.Key{}:
		return r.Key.String()
	case r.Name != "":
		return printable.Line("route " + r.Name)
	case r.ID != "":
		return printable.Line("route " + r.ID)
	default:
		return "route without name and ID"
	}
}

// String returns the key of the service's object, or its name or ID.
func (s *Service) String() string {
	switch {
	case s.Key != crd.Key{}:
		return s.Key.String()
	case s.Name != "":
		return printable.Line("service " + s.Name)
	default:
		return printable.Line("service " + s.ID)
	}
}

// internal returns the route as the router takes it.
func (r *Route) internal() router.Route {
	route := router.Route{
		ID: r.ID, Name: r.Name, CreatedAt: r.CreatedAt,
		Protocols: r.Protocols, Methods: r.Methods, Hosts: r.Hosts, Paths: r.Paths,
		Headers: r.Headers, HeaderNames: r.headerNames, SNIs: r.SNIs,
		Sources: endpoints[router.Endpoint](r.Sources), Destinations: endpoints[router.Endpoint](r.Destinations),
		HTTPSRedirectStatusCode: r.HTTPSRedirectStatusCode, RegexPriority: r.RegexPriority,
		StripPath: r.StripPath == nil || *r.StripPath, PathHandling: r.PathHandling, PreserveHost: r.PreserveHost,
	}
	if s := r.Service; s != nil {
		route.Service = &router.Service{
			ID: s.ID, Name: s.Name, Protocol: s.Protocol, Host: s.Host, Port: s.Port, Path: s.Path, Disabled: s.Disabled,
		}
	}
	return route
}

func endpoints[To, From ~struct {
	IP   string `json:"ip,omitempty"`
	Port int    `json:"port,omitempty"`
}](from []From,
) []To {
	if from == nil {
		return nil
	}
	to := make([]To, len(from))
	for i, e := range from {
		to[i] = To(e)
	}
	return to
}
