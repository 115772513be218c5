package fromentity

import (
	"maps"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// tagsAnnotation gives an entity tags whose object has no field for them.
const tagsAnnotation = "konghq.com/tags"

// pluginRows are that of plugins, whose scope is a binding, and that of what a binding
// binds.
func pluginRows() []row {
	scope := func(collection, field, kind string) place {
		p := place{to: collection, path: "spec.targets." + field + ".name"}
		if kind != "" {
			p.with = map[string]string{
				"spec.targets." + field + ".group": crd.ConfigurationGroup, "spec.targets." + field + ".kind": kind,
			}
		}
		return p
	}
	return []row{
		{
			collection: "plugins", object: kindOf[configurationv1alpha1.KongPluginBinding](), within: "spec",
			references: map[string]place{
				"service":        scope("services", "serviceRef", "KongService"),
				"route":          scope("routes", "routeRef", "KongRoute"),
				"consumer":       scope("consumers", "consumerRef", ""),
				"consumer_group": scope("consumer_groups", "consumerGroupRef", ""),
				"plugin":         {path: "spec.pluginRef.name", with: map[string]string{"spec.pluginRef.kind": crd.PluginKind}},
			},
			elsewhere: append(pluginFields(), "tags"),
			lost:      map[string]string{"condition": stays, "partials": stays},
			bound:     boundPlugin,
		},
		{
			collection: boundPlugin, object: kindOf[configurationv1.KongPlugin](),
			at: map[string]string{"name": "plugin"}, shape: shapePlugin,
		},
	}
}

// boundPlugin is no collection of the API.
const boundPlugin = "KongPlugin"

// pluginFields are those that a KongPlugin has.
func pluginFields() []string {
	return []string{"name", "config", "enabled", "protocols", "ordering", "instance_name"}
}

// bind completes the binding of a plugin.
func (d *Draft) bind(to *row, plugin, defaults map[string]any) {
	if len(d.References) == 0 {
		d.set("spec.scope", configurationv1alpha1.PluginScopeGlobalInControlPlane)
	}
	if tags := canon.Texts(plugin["tags"]); len(tags) > 0 {
		d.set("metadata.annotations", map[string]any{tagsAnnotation: strings.Join(tags, ",")})
	}
	own := map[string]any{}
	for _, field := range pluginFields() {
		if value, ok := plugin[field]; ok {
			own[field] = value
		}
	}
	d.Plugin = to.draft(own, defaults)
	d.Lost = append(d.Lost, d.Plugin.Lost...)
	d.Plugin.Lost = nil
}

// shapePlugin turns around what a KongPlugin says the other way round.
func shapePlugin(plugin map[string]any) {
	if enabled, given := plugin["enabled"].(bool); given && !enabled {
		plugin["disabled"] = true
	}
	delete(plugin, "enabled")
	if ordering, ok := plugin["ordering"].(map[string]any); ok {
		kept := maps.Clone(ordering)
		maps.DeleteFunc(kept, func(_ string, value any) bool { return isNothing(value) })
		plugin["ordering"] = kept
	}
}
