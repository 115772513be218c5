package gatewayapi

import (
	"maps"
	"strings"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

// emitter makes the objects of one control plane.
type emitter struct {
	*plane
	*store

	// backends are the balanced Services, by the name of their objects.
	backends map[string]*balanced
}

// route makes the KongRoute of a piece, with what it needs.
func (e *emitter) route(p *piece, wanted string) {
	rule := p.match.of
	name := e.name("KongRoute", wanted, p.match.id()+p.id()+string(p.hosts[0]))
	notes := rule.of.annotations
	route := builder.NewRoute(name).Namespace(e.key.Namespace).SpecName(e.konnectName(name)).
		Labels(source.Labels(rule.of.key)).Protocols(p.protocols.kong(rule.of.family)...).
		Paths(p.path.kong()).RegexPriority(p.code).StripPath(false).PreserveHost(notes.preserve || rule.action.host != "").
		Tags(notes.tags...)
	for _, host := range p.hosts {
		if host != "" {
			route.Host(string(host))
		}
	}
	if p.method != "" {
		route.Method(p.method)
	}
	if p.fields() == methodField|headerField && p.hosts[0] != "" {
		rule.of.warn(rule.path, "with a host, a method and headers, routes match by criteria of four kinds, and gateways order those in a way that "+
			"depends on their build, unless route_match_calculation is strict")
	}
	for _, h := range p.headers {
		route.Header(h.name, h.value)
	}
	switch {
	case p.status != 0:
		route.HTTPSRedirectStatusCode(p.status)
	case notes.redirectStatus != 0 && p.protocols == overTLS:
		route.HTTPSRedirectStatusCode(int(notes.redirectStatus))
	}
	if notes.requestBuffering != nil {
		route.RequestBuffering(*notes.requestBuffering)
	}
	if notes.responseBuffering != nil {
		route.ResponseBuffering(*notes.responseBuffering)
	}
	e.target(p, route)
	build(e.store, route)
	e.plugins(p, name)
}

// target says where the requests of a piece go.
func (e *emitter) target(p *piece, route *builder.Route) {
	rule := p.match.of
	if rule.destination.failed || rule.action.redirect != nil || rule.broken(e.plane) {
		route.ControlPlane(e.key.Name)
		return
	}
	to := e.balance(rule)
	if to.err != nil {
		rule.fail(to.err)
		route.ControlPlane(e.key.Name)
		return
	}
	path, strips := p.servicePath()
	if strips {
		route.StripPath(true)
	}
	if path == "" && rule.action.timeout == 0 {
		e.put(to.service, nil)
		route.Service(to.service.Name)
		return
	}
	wanted := rule.base()
	if rest := slug(p.rest()); path != "" && rest != "" {
		wanted += "." + rest
	}
	name := e.name("KongService", wanted, rule.id()+path)
	service := to.service.DeepCopy()
	service.Name = name
	service.Spec.Name = new(source.Fit(e.key.Namespace+"."+name, source.MaxKonnectName))
	if path != "" {
		service.Spec.Path = &path
	}
	if timeout := rule.action.timeout; timeout != 0 {
		service.Spec.ConnectTimeout, service.Spec.ReadTimeout, service.Spec.WriteTimeout = new(timeout), new(timeout), new(timeout)
	}
	service.Labels = maps.Clone(source.Labels(rule.of.key))
	e.put(service, nil)
	route.Service(name)
}

// bind attaches a plugin to a route; a binding is called <route>.<as>.
func (e *emitter) bind(rule *rule, route, as string, plugin crd.Key) {
	name := e.name("KongPluginBinding", strings.TrimPrefix(route, e.prefix)+"."+as, route+plugin.String())
	binding := builder.NewPluginBinding(name).Namespace(e.key.Namespace).ControlPlane(e.key.Name).
		Labels(source.Labels(rule.of.key)).Route(route)
	if plugin.Namespace == e.key.Namespace {
		binding.Plugin(plugin.Name)
	} else {
		binding.PluginIn(plugin.Namespace, plugin.Name)
	}
	build(e.store, binding)
}
