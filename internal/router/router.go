package router

import (
	"errors"
)

// Router is the tables of a gateway. It is safe for concurrent use.
type Router struct {
	config Config
	tables [2]*table
}

// New makes a router of routes, which must not be changed afterwards. For each route
// that it cannot take the error has an *Error.
func New(routes []Route, c Config) (*Router, error) {
	r := &Router{config: c}
	var problems []error
	for _, subsystem := range []Subsystem{HTTP, Stream} {
		table, wrong := newTable(routes, subsystem, c)
		r.tables[subsystem], problems = table, append(problems, wrong...)
	}
	return r, errors.Join(problems...)
}

// Match is what the gateway does with a request.
type Match struct {
	// Number is the place of the route among those that the router was made of.
	Number int
	Route  *Route
	// Prefix is what is cut off the path, without strip_path nothing.
	Prefix string
	// Captures are the groups of regular expressions by number and by name, and the
	// whole match as 0; nil where there is no group.
	Captures map[string]string
	// UpstreamHost is the Host header with preserve_host, the SNI for streams, and else empty.
	UpstreamHost string
	// UpstreamPath is what the service is asked for, normalized and without query; empty
	// for streams.
	UpstreamPath string
	// Status is that of the gateway's own answer, 0 where it proxies.
	Status int
	// Location goes with redirects. Its path and query are those of the request, which
	// the caller has to add.
	Location string
}

// Match returns what becomes of a request, and whether a route takes it.
func (r *Router) Match(request *Request) (Match, bool) {
	q := newQuery(request, r.config.Flavor)
	p := r.table(request).find(&q)
	if p == nil {
		return Match{}, false
	}
	return p.outcome(&q), true
}

func (r *Router) table(request *Request) *table { return r.tables[SubsystemOf(request.Protocol)] }
