package gatewayapi

import (
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Translate makes Kong's objects of what is attached to the Gateways of control planes.
//
// The error is about the input as a whole, or an object that cannot be built. What cannot
// be translated is in the results of the routes: it keeps its rule from being translated,
// and nothing else.
func Translate(in Input, opts ...Option) (*Result, error) {
	if in.ControlPlane == nil {
		return nil, errors.New("translate Gateway API: Input.ControlPlane is required")
	}
	o := &options{}
	for _, opt := range opts {
		opt(o)
	}
	c := newCluster(&in)
	gateways := gateways(&in)
	routes := readRoutes(o, c, &in, gateways)
	if err := checkTwice(routes); err != nil {
		return nil, err
	}
	var stores []*store
	result := &Result{}
	for _, p := range planes(o, c, gateways, routes) {
		made := p.emit()
		if made.err != nil {
			return nil, made.err
		}
		stores = append(stores, made)
		result.Warnings = append(result.Warnings, p.warnings...)
	}
	result.Objects = sorted(stores)
	for _, r := range routes {
		result.Routes = append(result.Routes, r.result(o, c))
		result.Warnings = append(result.Warnings, r.warnings...)
	}
	slices.SortFunc(result.Routes, func(a, b RouteResult) int { return a.Key.Compare(b.Key) })
	slices.SortFunc(result.Warnings, compareWarnings)
	result.Warnings = slices.Compact(result.Warnings)
	return result, nil
}

// checkTwice refuses an input that has a route twice, of which either could be meant.
func checkTwice(routes []*route) error {
	known := make(map[crd.Key]bool, len(routes))
	for _, r := range routes {
		if known[r.key] {
			return fmt.Errorf("translate Gateway API: %s is there twice", r.key)
		}
		known[r.key] = true
	}
	return nil
}

// readRoutes returns the routes that name a gateway of a control plane.
func readRoutes(o *options, c *cluster, in *Input, gateways map[place]*gateway) []*route {
	var routes []*route
	take := func(r *route) {
		attach(r, c, gateways)
		if len(r.attachments) == 0 {
			return
		}
		r.checkNames()
		r.annotations = r.readAnnotations()
		for _, rule := range r.rules {
			rule.resolve(o, c)
			rule.checkTypes(c)
		}
		routes = append(routes, r)
	}
	for i := range in.HTTPRoutes {
		take(fromHTTPRoute(o, &in.HTTPRoutes[i]))
	}
	for i := range in.GRPCRoutes {
		take(fromGRPCRoute(o, &in.GRPCRoutes[i]))
	}
	for i := range in.TLSRoutes {
		take(fromTLSRoute(&in.TLSRoutes[i]))
	}
	for i := range in.TCPRoutes {
		take(fromTCPRoute(&in.TCPRoutes[i]))
	}
	for i := range in.UDPRoutes {
		take(fromUDPRoute(&in.UDPRoutes[i]))
	}
	return routes
}

// emit makes the objects of the control plane.
func (p *plane) emit() *store {
	p.separate()
	for _, r := range p.routes {
		p.isolate(r)
		p.checkRedirects(r)
	}
	e := &emitter{plane: p, store: newStore(p.key), backends: map[string]*balanced{}}
	pieces := p.pieces(p.cells())
	for i, name := range namesOf(pieces) {
		e.route(pieces[i], name)
	}
	e.streams()
	e.certificates()
	return e.store
}

// checkRedirects refuses rules whose redirects lead where the gateway cannot tell.
func (p *plane) checkRedirects(r *route) {
	bonds := r.bonds(p.key)
	for _, rule := range r.rules {
		d := rule.action.redirect
		if d == nil {
			continue
		}
		for _, host := range r.protocolsByHost(bonds) {
			if rule.redirectsByRoute() && host.protocols == plainText {
				continue
			}
			if _, problem := d.location(host.hostname, bonds); problem != "" {
				rule.refuse(p.key, d.at, "UnsupportedValue", problem)
				break
			}
		}
	}
}

// concerns reports whether the refusal is about a rule in a control plane.
func (r Refusal) concerns(rule int, controlPlane crd.Key) bool {
	return (r.Rule == rule || r.Rule < 0) && (r.ControlPlane == everywhere || r.ControlPlane == controlPlane)
}
