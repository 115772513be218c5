package kinds

import (
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
)

// DiffConfiguration returns what differs in the configuration, by the schema that Konnect
// describes it with; nil for no schema. given leaves out what the object does not give.
func (k *Kind) DiffConfiguration(desired Desired, observed canon.Object, schema *pluginconfig.Schema, given bool) []canon.Difference {
	want, _ := desired.Object[k.Configuration.Field].(map[string]any)
	have, _ := observed[k.Configuration.Field].(map[string]any)
	compare := schema.Diff
	if given {
		compare = schema.DiffGiven
	}
	found := compare(want, have)
	for i := range found {
		found[i].Secret = found[i].Secret || slices.ContainsFunc(desired.Hidden, func(hidden string) bool {
			return strings.HasPrefix(found[i].Path+".", hidden+".") || strings.HasPrefix(hidden+".", found[i].Path+".")
		})
	}
	return found
}

// CheckConfiguration returns what Konnect would refuse of a desired entity, by the schema.
func (k *Kind) CheckConfiguration(desired canon.Object, schema *pluginconfig.Schema) []pluginconfig.Problem {
	config, _ := desired[k.Configuration.Field].(map[string]any)
	var scopes []string
	for _, r := range k.References {
		if r.JSON != "" && desired[r.JSON] != nil {
			scopes = append(scopes, r.JSON)
		}
	}
	problems := schema.Validate(config, scopes, canon.Texts(desired["protocols"]))
	for i, p := range problems {
		if at := slices.IndexFunc(k.References, func(r Reference) bool { return r.JSON == p.Path }); at >= 0 {
			problems[i].Path = k.References[at].Field
		}
	}
	return problems
}

// ConfigurationSecrets are the paths of the values of a configuration that must not be shown.
func (k *Kind) ConfigurationSecrets(object canon.Object, schema *pluginconfig.Schema) []string {
	config, _ := object[k.Configuration.Field].(map[string]any)
	return schema.Secrets(config)
}
