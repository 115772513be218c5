package dataplane

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/router"
)

const noControlPlane = "the control plane is not there"

// state is what a data plane makes of a snapshot. It is not changed but for the counters of
// its upstreams.
type state struct {
	version      string
	network      *network
	router       *router.Router
	settings     map[string]routeSettings // by ID of the route
	services     map[string]*service      // by ID
	upstreams    map[string]*upstream     // by name
	certificates *certificates
	plugins      plugins
	consumers    consumers
	names        map[string]string // of routes, services, consumers and groups by ID
	// broken is why no request can be decided.
	broken error
	// streams are routes that no HTTP request can take.
	streams []string
}

// routeSettings are the fields of a route beside those that the router knows.
type routeSettings struct {
	RequestBuffering *bool `json:"request_buffering"`
}

func newState(snapshot *Snapshot, old *state, network *network) *state {
	s := &state{
		version: snapshot.Version, network: network, settings: map[string]routeSettings{},
		services: map[string]*service{}, upstreams: map[string]*upstream{}, names: map[string]string{},
	}
	d := decoder{entities: snapshot.Entities}
	s.route(&d, snapshot)
	certificates := newCertificates(&d)
	s.certificates = certificates
	for _, entity := range decode[serviceEntity](&d, "services") {
		s.services[entity.ID] = newService(entity, certificates, network)
	}
	var known map[string]*upstream
	if old != nil {
		known = old.upstreams
	}
	s.upstreams = newUpstreams(&d, known)
	for _, collection := range []string{"routes", "services", "consumers", "consumer_groups"} {
		for _, entity := range decode[named](&d, collection) {
			s.names[entity.ID] = nameOf(entity.Name, entity.Username)
		}
	}
	s.plugins, s.consumers = newPlugins(&d), newConsumers(&d)
	s.broken = errors.Join(s.broken, errors.Join(d.problems...))
	return s
}

type named struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

// route makes the router.
func (s *state) route(d *decoder, snapshot *Snapshot) {
	if snapshot.Expressions != "" {
		s.broken = fmt.Errorf("router flavor %s", snapshot.Expressions)
		return
	}
	for _, r := range decode[struct {
		ID string `json:"id"`
		routeSettings
	}](d, "routes") {
		s.settings[r.ID] = r.routeSettings
	}
	routes, err := router.Decode(d.messages("routes"), d.messages("services"))
	if err != nil {
		s.broken = err
		return
	}
	for i := range routes {
		if routes[i].Subsystem() == router.Stream {
			s.streams = append(s.streams, fmt.Sprintf("route %s: protocol %s", nameOf(routes[i].Name, routes[i].ID), routes[i].Protocols[0]))
		}
	}
	config := router.Config{}
	if snapshot.Traditional {
		config.Flavor = router.Traditional
	}
	if s.router, err = router.New(routes, config); err != nil {
		s.broken = namedRoutes(err, routes)
	}
}

// namedRoutes adds to each problem of the router the name of its route.
func namedRoutes(err error, routes []router.Route) error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var out []error
	for _, problem := range several.Unwrap() {
		if one, ok := errors.AsType[*router.Error](problem); ok {
			route := routes[one.Number]
			problem = fmt.Errorf("route %s: %w", nameOf(route.Name, route.ID), problem)
		}
		out = append(out, problem)
	}
	return errors.Join(out...)
}

func (s *state) unsupported() []string {
	out := slices.Clone(s.streams)
	if several, ok := s.broken.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			out = append(out, err.Error())
		}
	}
	for _, service := range s.services {
		out = append(out, service.unsupported(s)...)
	}
	for _, upstream := range s.upstreams {
		out = append(out, upstream.unsupported(s.network)...)
	}
	out = append(out, s.certificates.missing...)
	out = append(out, s.plugins.unsupported(s)...)
	slices.Sort(out)
	return slices.Compact(out)
}

// nameOf is how an entity is called in texts.
func nameOf(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

// decoder reads entities and collects what cannot be read.
type decoder struct {
	entities map[string][][]byte
	problems []error
}

func (d *decoder) messages(collection string) []json.RawMessage {
	out := make([]json.RawMessage, 0, len(d.entities[collection]))
	for _, raw := range d.entities[collection] {
		out = append(out, raw)
	}
	return out
}

// decode reads a collection.
func decode[T any](d *decoder, collection string) []T {
	out := make([]T, 0, len(d.entities[collection]))
	for i, raw := range d.entities[collection] {
		var entity T
		if err := json.Unmarshal(raw, &entity); err != nil {
			d.problems = append(d.problems, fmt.Errorf("%s %d cannot be read: %w", collection, i, err))
			continue
		}
		out = append(out, entity)
	}
	return out
}

// reference is a foreign key.
type reference struct {
	ID string `json:"id"`
}

func (r *reference) id() string {
	if r == nil {
		return ""
	}
	return r.ID
}
