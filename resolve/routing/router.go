package routing

import (
	"errors"
	"net/http"
	"net/netip"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/router"
)

// Flavor is the router_flavor of a gateway.
type Flavor int

const (
	// TraditionalCompatible is what gateways run unless they are told otherwise.
	TraditionalCompatible Flavor = iota
	// Traditional is the router of gateway 2, which later ones still have.
	Traditional
)

// String returns the value of the gateway's setting.
func (f Flavor) String() string {
	if f == Traditional {
		return "traditional"
	}
	return "traditional_compatible"
}

// Priority is the route_match_calculation of a gateway with the flavor
// TraditionalCompatible.
type Priority int

const (
	// Original is what gateways do unless they are told otherwise. Its 32-bit arithmetic
	// lets a plain host, then a regular expression count before the number of fields that
	// match; only 13 bits of regex_priority are left, those over 4095 outrank everything,
	// and the lower ones run into the number of headers.
	Original Priority = iota
	// Strict is what the gateway's documentation says, for those who set it in Enterprise.
	Strict
)

// String returns the value of the gateway's setting.
func (p Priority) String() string {
	if p == Strict {
		return "strict"
	}
	return "original"
}

// Option changes what gateway New stands for.
type Option func(*settings)

type settings struct {
	flavor   Flavor
	priority Priority
}

// WithFlavor is for gateways with this router_flavor; TraditionalCompatible by default.
func WithFlavor(f Flavor) Option { return func(s *settings) { s.flavor = f } }

// WithPriority is for gateways with this route_match_calculation; Original by default.
// It makes no difference in flavor Traditional.
func WithPriority(p Priority) Option { return func(s *settings) { s.priority = p } }

// Router answers for a gateway that has the routes of one control plane. It is safe for
// concurrent use.
type Router struct {
	settings settings
	routes   []Route
	router   *router.Router
}

// RouteError is a route that New cannot take, such as one with a regular expression
// that is not one, or that is matched by the gateway and not here.
type RouteError struct {
	Route Route
	// Err begins with the name of the field.
	Err error
}

// Error returns one line that begins with the route.
func (e *RouteError) Error() string { return printable.Sprintf("%s: %v", &e.Route, e.Err) }

// Unwrap returns the cause.
func (e *RouteError) Unwrap() error { return e.Err }

// New returns the router of a gateway with these routes, which are copied. The error
// has a *RouteError for each route that it cannot take.
func New(routes []Route, opts ...Option) (*Router, error) {
	r := &Router{routes: append([]Route(nil), routes...)}
	for _, opt := range opts {
		opt(&r.settings)
	}
	built, err := router.New(internals(r.routes), r.settings.config())
	if err == nil {
		r.router = built
		return r, nil
	}
	var problems []error
	for _, problem := range unjoined(err) {
		if wrong, ok := errors.AsType[*router.Error](problem); ok {
			problems = append(problems, &RouteError{r.routes[wrong.Number], wrong.Err})
		}
	}
	return nil, errors.Join(problems...)
}

func internals(routes []Route) []router.Route {
	internal := make([]router.Route, len(routes))
	for i := range routes {
		internal[i] = routes[i].internal()
	}
	return internal
}

func (s settings) config() router.Config {
	c := router.Config{}
	if s.flavor == Traditional {
		c.Flavor = router.Traditional
	}
	if s.priority == Strict {
		c.Calculation = router.Strict
	}
	return c
}

// unjoined returns the errors of errors.Join.
func unjoined(err error) []error {
	if joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// Request is a request, or a connection of streams, as it reaches the gateway.
type Request struct {
	// Method is GET by default.
	Method string `json:"method,omitempty"`
	// Protocol is http, https, grpc, grpcs, ws, wss, tcp, tls, tls_passthrough or udp;
	// http by default.
	Protocol string `json:"protocol,omitempty"`
	// Host is the Host header as the client writes it, with a port if it has one. Upper
	// and lower case are not the same.
	Host string `json:"host,omitempty"`
	// Path is the raw target with the query, / by default.
	Path string `json:"path,omitempty"`
	// SNI is the server name of the TLS handshake.
	SNI    string      `json:"sni,omitempty"`
	Header http.Header `json:"header,omitempty"`
	// Source is the client and Destination the gateway's own address and port; zero where
	// they do not matter.
	Source      netip.AddrPort `json:"source,omitzero"`
	Destination netip.AddrPort `json:"destination,omitzero"`
}

// Match is what the gateway does with a request that a route takes.
type Match struct {
	// Route that takes the request: one of the router's, not to be changed.
	Route *Route `json:"route"`
	// Prefix is what strip_path cuts off the path.
	Prefix string `json:"prefix,omitempty"`
	// Captures are the groups of regular expressions by number and by name, with all
	// that matched as 0; nil without groups.
	Captures map[string]string `json:"captures,omitempty"`
	// UpstreamHost is the Host header that preserve_host sends on; empty where it is that
	// of the service or of its upstream's target.
	UpstreamHost string `json:"upstreamHost,omitempty"`
	// UpstreamPath is the path that the service is asked for, normalized and without the
	// query; empty for streams.
	UpstreamPath string `json:"upstreamPath,omitempty"`
	// Status is that of the gateway's own answer, such as 426 where the route accepts
	// https alone, 415 for what is no gRPC, or 503 without a service; 0 where it proxies.
	Status int `json:"status,omitempty"`
	// Location is where a redirect leads.
	Location string `json:"location,omitempty"`
}

// Match returns what becomes of a request, and whether a route takes it: without one the
// gateway answers 404, or closes the connection.
func (r *Router) Match(request Request) (Match, bool) {
	internal := request.internal()
	m, ok := r.router.Match(&internal)
	if !ok {
		return Match{}, false
	}
	match := Match{
		Route: &r.routes[m.Number], Prefix: m.Prefix, Captures: m.Captures,
		UpstreamHost: m.UpstreamHost, UpstreamPath: m.UpstreamPath, Status: m.Status,
	}
	if m.Location != "" {
		match.Location = m.Location + request.target()
	}
	return match, true
}

// internal returns the request as the router takes it.
func (r *Request) internal() router.Request {
	request := router.Request{
		Method: r.Method, Protocol: r.Protocol, Host: r.Host, SNI: r.SNI,
		Header: r.Header, Source: unmapped(r.Source), Destination: unmapped(r.Destination),
	}
	if router.SubsystemOf(r.Protocol) == router.Stream {
		return request
	}
	if request.Method == "" {
		request.Method = http.MethodGet
	}
	request.Path = router.Normalize(r.target())
	return request
}

func (r *Request) target() string {
	if r.Path == "" {
		return "/"
	}
	return r.Path
}

// unmapped returns IPv4 for IPv6 that stands for it, as nginx has it.
func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
