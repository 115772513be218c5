package konnect

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// warnOfTraffic notes routes of the batch that take no requests, or other ones than
// their author may think, among all those that their control plane will hold as far as
// the call has read them.
func (r *run) warnOfTraffic() {
	planes := map[*item]bool{}
	for _, i := range r.batch.items {
		if i.kind.Traffic == kinds.TakesRequests && i.inBatch && i.controlPlane != nil && r.world.indexes != nil {
			planes[r.world.mainOf(i)] = true
		}
	}
	for _, plane := range r.batch.items {
		if planes[plane] {
			r.traffic(plane).warn(r.notes)
		}
	}
}

// traffic is what decides the way of requests in a control plane, as it will be.
type traffic struct {
	routes, services []json.RawMessage
	// keys are those of objects of the batch, by the ID of their entity.
	keys map[kinds.Traffic]map[string]crd.Key
	// unborn is true where the control plane is not there yet: nothing has its ID so far.
	unborn bool
	// strange are the services of routes that nobody has read.
	strange map[string]bool
}

// pair is two routes, of which the first one takes what both could.
type pair struct{ taking, left *routing.Route }

func (r *run) traffic(plane *item) *traffic {
	t := &traffic{
		keys:    map[kinds.Traffic]map[string]crd.Key{kinds.TakesRequests: {}, kinds.GetsRequests: {}},
		strange: map[string]bool{}, unborn: r.world.found[plane.n].id == "",
	}
	entities := map[kinds.Traffic]map[string]json.RawMessage{kinds.TakesRequests: {}, kinds.GetsRequests: {}}
	for c, x := range r.world.indexes {
		if into := entities[trafficOf(c)]; into != nil && c.controlPlaneID == r.world.found[plane.n].id && c.account == plane.account {
			for id, e := range x.byID {
				into[id] = e.Raw
			}
		}
	}
	for _, x := range r.decisions.all {
		into := entities[x.kind.Traffic]
		if into == nil || x.controlPlane == nil || r.world.mainOf(x.controlPlane) != plane {
			continue
		}
		if x.item == nil {
			if x.isDoomed() {
				delete(into, x.orphan.entity.ID)
			}
			continue
		}
		id := r.world.idOf(x.item, x.key, nil)
		if x.planned.writes() && x.fault.err == nil && len(x.changes.desired.Sent) > 0 {
			into[id] = x.changes.desired.With("id", id).Body()
		}
		if x.inBatch && into[id] != nil {
			t.keys[x.kind.Traffic][id] = x.key
		}
	}
	t.take(entities[kinds.TakesRequests], entities[kinds.GetsRequests])
	return t
}

func trafficOf(c collection) kinds.Traffic {
	if c.kind == nil {
		return kinds.NoTraffic
	}
	return c.kind.Traffic
}

// take keeps the routes that can be told of, in order of their IDs. A service that is
// referred to and not known is stood in for by one of which nothing is said.
func (t *traffic) take(routes, services map[string]json.RawMessage) {
	for _, id := range slices.Sorted(maps.Keys(routes)) {
		var read struct {
			Expression *string              `json:"expression"`
			Service    *struct{ ID string } `json:"service"`
		}
		if json.Unmarshal(routes[id], &read) != nil || read.Expression != nil {
			continue
		}
		t.routes = append(t.routes, routes[id])
		if s := read.Service; s != nil && services[s.ID] == nil {
			t.strange[s.ID], services[s.ID] = true, kinds.Desired{}.With("host", "unknown").With("id", s.ID).Body()
		}
	}
	t.services = slices.Collect(maps.Values(services))
}

// warn notes what is found about the routes of the batch.
func (t *traffic) warn(n *notes) {
	router := t.router()
	if router == nil {
		return
	}
	found := router.Lint()
	ties := map[pair]bool{}
	for _, f := range found {
		if f.Code == routing.FindingTie {
			ties[pair{f.Routes[0], f.Routes[1]}] = true
		}
	}
	for _, f := range found {
		if f.Code == routing.FindingLiteralPath { // the kind says so, with the field
			continue
		}
		if s := f.Routes[0].Service; f.Code == routing.FindingProtocol && t.strange[s.ID] {
			continue
		}
		if f.Code == routing.FindingShadowed && t.unborn && ties[pair{f.Routes[1], f.Routes[0]}] { // their IDs will say which one is
			continue
		}
		own := slices.IndexFunc(f.Routes, func(r *routing.Route) bool { return r.Key != crd.Key{} })
		if own >= 0 {
			n.warn(Warning{Key: f.Routes[own].Key, Code: WarningCode(f.Code), Message: f.Message})
		}
	}
}

// router returns that of a gateway of the control plane; nil where none can be had. A
// route that it cannot take is left out: others are judged all the same.
func (t *traffic) router() *routing.Router {
	routes, err := routing.FromEntities(t.routes, t.services)
	if err != nil {
		return nil
	}
	for i := range routes {
		r := &routes[i]
		if r.Key = t.keys[kinds.TakesRequests][r.ID]; t.unborn {
			r.ID = ""
		}
		if r.Service != nil {
			r.Service.Key = t.keys[kinds.GetsRequests][r.Service.ID]
		}
	}
	router, err := routing.New(routes)
	if err == nil {
		return router
	}
	refused := map[string]bool{}
	if all, ok := err.(interface{ Unwrap() []error }); ok { // it is what New joins
		for _, problem := range all.Unwrap() {
			if wrong, ok := errors.AsType[*routing.RouteError](problem); ok {
				refused[wrong.Route.String()] = true
			}
		}
	}
	if router, err = routing.New(slices.DeleteFunc(routes, func(r routing.Route) bool { return refused[r.String()] })); err != nil {
		return nil
	}
	return router
}
