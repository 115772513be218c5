package deck

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	sigsyaml "sigs.k8s.io/yaml"

	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/jsonpointer"
	"github.com/konnectkit/konnectkit/resolve"
)

// scopes are the fields by which a binding leads to what its plugin acts on, and those of
// the entity.
func scopes() []reference {
	return []reference{
		{field: configurationv1alpha1.PluginServiceRefField, as: "service", form: byHandle},
		{field: configurationv1alpha1.PluginRouteRefField, as: "route", form: byHandle},
		{field: configurationv1alpha1.PluginConsumerRefField, as: "consumer", form: byHandle},
		{field: configurationv1alpha1.PluginConsumerGroupRefField, as: "consumer_group", form: byHandle},
	}
}

// shapePlugin writes what a KongPlugin says where a binding says. A plugin of one scope lies
// below it, and others name theirs.
func shapePlugin(x *entity) {
	binding, ok := x.node.Object.(*configurationv1alpha1.KongPluginBinding)
	if !ok {
		return
	}
	if targets := binding.Spec.Targets; targets != nil {
		for _, target := range []*configurationv1alpha1.PluginTargetRef{targets.ServiceRef, targets.RouteRef} {
			if target != nil && !target.IsKong() {
				x.refuse("spec.targets", "konnect has no entity of a "+target.Kind)
				return
			}
		}
	}
	node := x.target(configurationv1alpha1.PluginRefField)
	if node == nil {
		return // refused as a reference
	}
	carrier, ok := node.Object.(interface{ Plugin() configurationv1.Plugin })
	if !ok {
		return
	}
	plugin := carrier.Plugin()
	x.fields["name"] = plugin.Name
	if config := x.config(node, plugin); config != nil {
		x.fields["config"] = config
	}
	if plugin.InstanceName != "" {
		x.fields["instance_name"] = plugin.InstanceName
	}
	x.setRest(plugin)
	x.place()
}

// setRest writes what decK does not read in a plugin below a consumer group.
func (x *entity) setRest(plugin configurationv1.Plugin) {
	if plugin.Disabled {
		x.fields["enabled"] = false
	}
	if len(plugin.Protocols) > 0 {
		x.fields["protocols"] = plugin.Protocols
	}
	if o := plugin.Ordering; o != nil {
		ordering := map[string]any{}
		for when, others := range map[string]map[string][]string{"before": o.Before, "after": o.After} {
			if len(others) > 0 {
				ordering[when] = others
			}
		}
		x.fields["ordering"] = ordering
	}
}

// place puts the plugin below its scope, or names its scopes.
func (x *entity) place() {
	var found []*entity
	named := map[string]any{}
	for _, r := range scopes() {
		if node := x.target(r.field); node != nil && x.encoder.entities[node.Key] != nil {
			to := x.encoder.entities[node.Key]
			found = append(found, to)
			named[r.as] = r.form(to)
		}
	}
	if len(found) == 1 && (named["consumer_group"] == nil || !x.saysMoreThanAGroups()) {
		x.below = found[0]
		return
	}
	maps.Copy(x.fields, named)
}

// saysMoreThanAGroups reports whether the plugin has fields that decK does not read below a
// consumer group.
func (x *entity) saysMoreThanAGroups() bool {
	return x.fields["enabled"] != nil || x.fields["protocols"] != nil || x.fields["ordering"] != nil
}

// config is the configuration with what comes from Secrets, or variables in its place; nil
// for none. Problems name the field and the Secret, and show no value.
func (x *entity) config(from *resolve.Node, plugin configurationv1.Plugin) any {
	if plugin.From != nil {
		return x.secretJSON(from, *plugin.From, parseObject)
	}
	config, err := parseJSON(cmp.Or(plugin.Config.Reveal(), "null"))
	if err != nil {
		x.encoder.refuse(from.Key, "config", "is no JSON")
	}
	for i, patch := range plugin.Patches {
		changed, err := jsonpointer.Added(config, patch.Path, x.secretJSON(from, patch.SecretValue, parseJSON))
		if err != nil {
			x.encoder.refuse(from.Key, fmt.Sprintf("configPatches[%d].path", i), err.Error())
			continue
		}
		config = changed
	}
	return config
}

func parseJSON(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return numbers(value), err
}

// parseObject reads an object in JSON or YAML.
func parseObject(text string) (any, error) {
	raw, err := sigsyaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	value, err := parseJSON(string(raw))
	if _, ok := value.(map[string]any); !ok && err == nil {
		err = errors.New("is no object")
	}
	return value, err
}
