package ingress

import (
	"errors"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/precedence"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// route returns the route of a rule as it stands alone; nil after a problem.
func (p *plane) route(r *rule) *configurationv1alpha1.KongRoute {
	settings := r.of.settings
	b := builder.NewRoute("route").Service(r.to.name).Protocols("http", "https").Paths(r.Path.Expression()).
		StripPath(false).PreserveHost(true).Tags(settings.tags...)
	for _, configure := range settings.route {
		configure(b)
	}
	if r.Host != "" {
		b.Hosts(r.Host)
	}
	criteria(b, r.Criteria)
	if settings.rewrite != "" {
		b.StripPath(false)
	}
	route, err := build(p, r.of.result.Key, b)
	if err == nil && settings.forceTLS {
		secured(route)
	}
	if err == nil {
		if wrong := konnectrules.CheckRoute(route); len(wrong) > 0 {
			err = &builder.Error{Errors: wrong}
		}
	}
	if wrong, ok := errors.AsType[*builder.Error](err); ok {
		for _, problem := range wrong.Errors {
			r.of.result.refuse(field.Forbidden(r.at, "makes a KongRoute that cannot be: "+problem.Field+": "+problem.Detail))
		}
		return nil
	}
	if weight := r.Fields() + 2; r.Host != "" && weight >= manyFields &&
		!p.warn(r.of, field.NewPath("metadata", "annotations"), "with a host and a path these are criteria of four kinds or more, and gateways order "+
			"such routes in a way that depends on their build, unless route_match_calculation is strict") {
		return nil
	}
	return route
}

// manyFields is where gateways stop to tell numbers of fields apart.
const manyFields = 4

// secured makes a route answer with a redirect to what is not over TLS.
func secured(route *configurationv1alpha1.KongRoute) {
	secure := "https"
	if konnectrules.SpeaksGRPC(route.Spec.Protocols) {
		secure = "grpcs"
	}
	route.Spec.Protocols = []string{secure}
	if code := route.Spec.HTTPSRedirectStatusCode; code == nil || *code == 426 {
		route.Spec.HTTPSRedirectStatusCode = new(int64(302))
	}
}

// criteria sets what a route asks for besides host and path.
func criteria(b *builder.Route, c precedence.Criteria) {
	b.Methods(c.Methods...).SNIs(c.SNIs...)
	for name, values := range c.Headers {
		b.Header(name, values...)
	}
}

// emit keeps a route of a rule, with its plugins.
func (p *plane) emit(r *rule, a precedence.Route) {
	route := r.route.DeepCopy()
	id := strings.Join([]string{r.Host, r.Path.Expression(), a.Key()}, "\n")
	key := r.of.result.Key
	route.Name = objectName(key.Namespace, key.Name, slug(r.Host+r.Path.Value)+"-"+source.Hash(id))
	route.Spec.Name = new(source.Fit(route.Name, source.MaxKonnectName))
	route.Spec.Methods, route.Spec.Headers, route.Spec.SNIs = a.Methods, a.Headers, a.SNIs
	if a.RegexPriority > 0 {
		route.Spec.RegexPriority = new(int64(a.RegexPriority))
	}
	route = route.DeepCopy() // routes share no criteria
	p.keep(route)
	p.use(r.to)
	r.of.result.Routes = append(r.of.result.Routes, route.Name)
	for _, plugin := range r.plugins {
		p.bind(key, route.Name, plugin, func(b *builder.PluginBinding) { b.Route(route.Name) })
	}
}

// slug returns a text that a name can have, and that reminds of another one.
func slug(text string) string {
	const most = 60
	text = strings.Trim(notInNames.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(text) > most {
		text = strings.TrimRight(text[:most], "-")
	}
	if text == "" {
		return "any"
	}
	return text
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// keyOfKong returns the key of an object of Kong's in the control plane's namespace.
func (p *plane) keyOfKong(kind, name string) crd.Key {
	return crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: p.key.Namespace, Name: name}
}
