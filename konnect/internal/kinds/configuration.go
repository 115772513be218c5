package kinds

import (
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
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
			return isAtOrBelow(found[i].Path, hidden) || isAtOrBelow(hidden, found[i].Path)
		})
	}
	return found
}

// isAtOrBelow reports whether a path leads to what another one does, or into that.
func isAtOrBelow(path, whole string) bool {
	rest, within := strings.CutPrefix(path, whole)
	return within && (rest == "" || rest[0] == '.' || rest[0] == '[')
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
	return schema.Validate(config, scopes, canon.Texts(desired["protocols"]))
}

// Secrets are the fields of a desired entity that Konnect may not return: those of the kind,
// and of its configuration the encrypted values.
func (k *Kind) Secrets(desired canon.Object, schema *pluginconfig.Schema) []secrets.Field {
	if k.Configuration == nil {
		return k.WriteOnly
	}
	config, _ := desired[k.Configuration.Field].(map[string]any)
	fields := slices.Clone(k.WriteOnly)
	for _, path := range schema.Encrypted(config) {
		fields = append(fields, secrets.Field{Name: path})
	}
	return fields
}

// UnknownSecrets are values of an entity that Konnect has made and does not return, and that
// a write would make anew.
func (k *Kind) UnknownSecrets(desired, observed canon.Object, schema *pluginconfig.Schema) []string {
	given, _ := desired[k.Configuration.Field].(map[string]any)
	held, _ := observed[k.Configuration.Field].(map[string]any)
	return schema.Unknown(given, held)
}

// SourceOf returns the field of an object from which one of an entity comes, and the field
// of the reference that leads to that object, empty for the entity's own. Both are empty
// where that is not known.
func (k *Kind) SourceOf(path string, in Inputs) (via, at string) {
	if k.Configuration == nil || path == "" {
		return "", ""
	}
	name := path
	if end := strings.IndexAny(path, ".["); end >= 0 {
		name = path[:end]
	}
	for _, r := range k.References {
		if r.JSON == name {
			return "", r.Field
		}
	}
	if at = k.Configuration.Source(in.Objects[k.Configuration.Of], path); at == "" {
		return "", ""
	}
	return k.Configuration.Of, at
}

// AllSecretPaths are the paths of all values that must not be shown, of a desired entity
// and of others. Of a list they are all of it.
func (k *Kind) AllSecretPaths(desired Desired, schema *pluginconfig.Schema, others ...canon.Object) []string {
	paths := k.SecretPaths()
	if k.Configuration == nil {
		return paths
	}
	paths = append(paths, desired.Hidden...)
	for _, object := range append(others, desired.Object) {
		config, _ := object[k.Configuration.Field].(map[string]any)
		for _, path := range schema.Secrets(config) {
			whole, _, _ := strings.Cut(path, "[")
			paths = append(paths, whole)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
