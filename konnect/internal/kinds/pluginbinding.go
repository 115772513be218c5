package kinds

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// pluginBinding is KongPluginBinding: core-entities/plugins. What a plugin is comes from
// a KongPlugin or a KongClusterPlugin, and what it acts on from the binding.
func pluginBinding() *Kind {
	scope := func(field, json, to string) Reference {
		return Reference{Field: field, JSON: json, To: to, OnDelete: Cascade}
	}
	return of(Kind{
		Collection: "plugins",
		References: []Reference{
			scope(configurationv1alpha1.PluginServiceRefField, "service", "services"),
			scope(configurationv1alpha1.PluginRouteRefField, "route", "routes"),
			scope(configurationv1alpha1.PluginConsumerRefField, "consumer", "consumers"),
			scope(configurationv1alpha1.PluginConsumerGroupRefField, "consumer_group", "consumer_groups"),
			{Field: configurationv1alpha1.PluginRefField, Lends: true, Missing: crd.ConditionPluginRefValid, Present: true},
		},
		Identity: Identity{
			Name: "name", Unique: [][]string{{"name", "service", "route", "consumer", "consumer_group"}, {"instance_name"}},
			Field: configurationv1alpha1.PluginRefField,
		},
		Configuration: &Configuration{
			Field: "config", Of: configurationv1alpha1.PluginRefField,
			Type:   func(obj crd.Object) string { return pluginOf(obj).Name },
			Hidden: func(obj crd.Object) []string { return hiddenBy(pluginOf(obj)) },
			Source: func(obj crd.Object, path string) string { return sourceOf(pluginOf(obj), path) },
			Path: func(controlPlaneID, name string) string {
				return wire.CorePath(controlPlaneID) + "schemas/plugins/" + wire.Segment(name)
			},
		},
		Guards: "routes",
		Called: [][]string{{"name", "instance_name", "service", "route", "consumer", "consumer_group"}},
		Fields: []canon.Field{
			{Name: "name"},
			{Name: "instance_name"},
			{Name: "enabled", Default: true},
			{Name: "protocols", Set: true},
			{Name: "ordering"},
			{Name: "service", Subset: true},
			{Name: "route", Subset: true},
			{Name: "consumer", Subset: true},
			{Name: "consumer_group", Subset: true},
			{Name: "tags", Set: true},
		},
		Immutable: []string{"name"},
		Replace:   "bind the other plugin by a KongPluginBinding of another name, and delete this one then, so that what it acts on is never without a plugin",
		Carried:   []string{"condition", "partials"},
	}, typed[*configurationv1alpha1.KongPluginBinding]{
		value: func(_ *configurationv1alpha1.KongPluginBinding, json string, target func(string) crd.Object) string {
			plugin := pluginOf(target(configurationv1alpha1.PluginRefField))
			if json == "instance_name" {
				return plugin.InstanceName
			}
			return plugin.Name
		},
		check:   checkTargets,
		payload: pluginPayload,
	})
}

// pluginOf returns what an object says of a plugin; nothing if it is none.
func pluginOf(obj crd.Object) configurationv1.Plugin {
	p, ok := obj.(interface{ Plugin() configurationv1.Plugin })
	if !ok {
		return configurationv1.Plugin{}
	}
	return p.Plugin()
}

func pluginPayload(_ *configurationv1alpha1.KongPluginBinding, in Inputs) (any, error) {
	plugin := pluginOf(in.Objects[configurationv1alpha1.PluginRefField])
	config, err := configOf(plugin, in.Objects)
	if err != nil {
		return nil, err
	}
	held, _ := in.Observed["config"].(map[string]any)
	if !in.GivenOnly {
		config = in.Schema.Payload(config, held)
	}
	payload := canon.Object{"name": plugin.Name, "config": config, "enabled": !plugin.Disabled}
	if in.GivenOnly && !plugin.Disabled {
		delete(payload, "enabled")
	}
	if plugin.InstanceName != "" {
		payload["instance_name"] = plugin.InstanceName
	}
	if plugin.Ordering != nil {
		payload["ordering"] = plugin.Ordering
	}
	if len(plugin.Protocols) > 0 {
		payload["protocols"] = plugin.Protocols
	}
	if len(in.Tags) > 0 {
		payload["tags"] = in.Tags
	}
	return payload, nil
}

// WarnOfPart returns what is probably not meant in an object without an entity of its own.
func WarnOfPart(obj crd.Object) []Hint {
	if on := pluginOf(obj).RunOn; on != "" && on != "first" {
		return []Hint{{Field: "run_on", Code: "run-on", Message: "konnect knows no run_on, so that it is not sent: the plugin acts in every gateway; remove it"}}
	}
	return nil
}

// checkTargets refuses targets that Konnect has no entities of.
func checkTargets(b *configurationv1alpha1.KongPluginBinding) field.ErrorList {
	targets := b.Spec.Targets
	if targets == nil {
		return nil
	}
	var errs field.ErrorList
	for _, target := range []struct {
		path, kind string
		ref        *configurationv1alpha1.PluginTargetRef
	}{
		{configurationv1alpha1.PluginServiceRefField, "KongService", targets.ServiceRef},
		{configurationv1alpha1.PluginRouteRefField, "KongRoute", targets.RouteRef},
	} {
		if target.ref != nil && !target.ref.IsKong() {
			errs = append(errs, field.Invalid(field.NewPath(target.path).Child("kind"), target.ref.Kind,
				"must be "+target.kind+" for konnect, which has no entities of others"))
		}
	}
	return errs
}

// Tags returns the tags that an object wants for its entity, after those of the objects
// that it is made of.
func (k *Kind) Tags(obj crd.Object, objects map[string]crd.Object) []string {
	var tags []string
	for _, r := range k.References {
		if other := objects[r.Field]; r.Lends && other != nil {
			tags = append(tags, marks.AnnotatedTags(other)...)
		}
	}
	return append(tags, marks.UserTags(obj)...)
}

// configured completes a desired plugin with what its schema says about fields beside
// the configuration, or, where that is not known, with what is there.
func (k *Kind) configured(desired Desired, in Inputs) Desired {
	desired.Hidden = k.Configuration.Hidden(in.Objects[k.Configuration.Of])
	held := in.Observed["protocols"]
	if desired.Object["protocols"] != nil || in.GivenOnly || held == nil {
		return desired
	}
	desired.Object = maps.Clone(desired.Object)
	desired.Object["protocols"] = held
	if standard := in.Schema.Protocols(); standard != nil {
		var all []any
		for _, protocol := range slices.Sorted(slices.Values(standard)) {
			all = append(all, protocol)
		}
		desired.Object["protocols"] = all
	}
	return desired
}
