package gatewayapi

import (
	"cmp"
	"net/http"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

// Types of plugins that rules need. Kong runs one of a type on a route.
const (
	requestTransformer  = "request-transformer"
	responseTransformer = "response-transformer"
	redirectPlugin      = "redirect"
	termination         = "request-termination"
)

// transforms reports which plugins the action needs for what it changes.
func (a *action) transforms() (request, response bool) {
	return !a.request.empty() || a.uri != "", !a.response.empty()
}

// plugins makes those of a piece and attaches them to its route.
func (e *emitter) plugins(p *piece, route string) {
	rule := p.match.of
	if rule.broken(e.plane) || rule.destination.failed {
		e.terminate(rule, route, http.StatusInternalServerError, "no backend of the rule can be reached")
		return
	}
	for _, plugin := range rule.named() {
		key, _, _ := e.cluster.permitted(rule.of.key, plugin, e.key)
		e.bind(rule, route, plugin.name, key)
	}
	switch {
	case p.location != "":
		e.redirect(p, route)
	case rule.action.redirect != nil:
		e.terminate(rule, route, http.StatusNotFound, "no route over https")
		return
	}
	request, response := rule.action.transforms()
	if request && rule.action.redirect == nil {
		config := rule.action.request.config()
		if rule.action.uri != "" {
			replace, _ := config["replace"].(map[string]any)
			if replace == nil {
				replace = map[string]any{}
			}
			replace["uri"] = rule.action.uri
			config["replace"] = replace
		}
		e.plugin(rule, route, requestTransformer, rule.base()+"."+requestTransformer, config)
	}
	if response {
		e.plugin(rule, route, responseTransformer, rule.base()+"."+responseTransformer, rule.action.response.config())
	}
}

// plugin makes a KongPlugin of the rule and attaches it to a route.
func (e *emitter) plugin(rule *rule, route, kind, wanted string, config map[string]any) {
	name := e.name(crd.PluginKind, wanted, rule.id()+wanted)
	key := crd.Key{Group: crd.ConfigurationGroup, Kind: crd.PluginKind, Namespace: e.key.Namespace, Name: name}
	if e.objects[key] == nil {
		build(e.store, builder.NewPlugin(name, kind).Namespace(e.key.Namespace).Labels(source.Labels(rule.of.key)).Config(config))
	}
	e.bind(rule, route, kind, key)
}

func (e *emitter) terminate(rule *rule, route string, status int, message string) {
	e.plugin(rule, route, termination, rule.base()+"."+termination, map[string]any{"status_code": status, "message": message})
}

func (e *emitter) redirect(p *piece, route string) {
	rule := p.match.of
	d, wanted := rule.action.redirect, rule.base()+"."+redirectPlugin
	if d.host == "" {
		wanted += "." + string(p.hosts[0])
	}
	e.plugin(rule, route, redirectPlugin, wanted, map[string]any{
		"location": p.location, "status_code": d.status, "keep_incoming_path": d.path == "",
	})
}

// named are the plugins that the rule and its route name.
func (r *rule) named() []namedPlugin {
	return append(r.of.annotations.named(), r.action.plugins...)
}

// broken reports whether a plugin that the rule names cannot be used, so that its requests
// must not be served.
func (r *rule) broken(p *plane) bool {
	for _, plugin := range r.named() {
		if _, reason, _ := p.cluster.permitted(r.of.key, plugin, p.key); reason != "" {
			return true
		}
	}
	return false
}

// checkTypes refuses rules that need two plugins of one type, or one with a name that a
// single route could have.
func (r *rule) checkTypes(c *cluster) {
	taken := map[string]string{}
	redirects := r.action.redirect != nil
	request, response := r.action.transforms()
	for kind, needed := range map[string]bool{requestTransformer: request, responseTransformer: response, redirectPlugin: redirects, termination: redirects} {
		if needed {
			taken[kind] = "a filter of the rule"
		}
	}
	for _, plugin := range r.named() {
		found := c.plugins[place{r.of.key.Namespace, plugin.name}]
		if found == nil {
			continue
		}
		if found.InstanceName != "" {
			r.unsupported(plugin.at, found.Name+" has an instance_name, which one entity alone can have, and there is one for each route")
			return
		}
		if other := taken[found.PluginName]; other != "" && other != found.Name {
			r.unsupported(plugin.at, "is a second plugin of type "+cmp.Or(found.PluginName, "none")+" besides "+other+", and the gateway runs one of a type on a route")
			return
		}
		taken[found.PluginName] = found.Name
	}
}
