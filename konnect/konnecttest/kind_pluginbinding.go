package konnecttest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/konnect/konnecttest/internal/pluginschema"
)

// pluginScopes are what a plugin may belong to.
var pluginScopes = []string{"service", "route", "consumer", "consumer_group"}

func pluginBinding(set *settings) *collection {
	row := &collection{
		path: "plugins", entity: "plugin", limit: 10_000, filters: filters{name: "name"},
		unique: []unique{{
			field: "name", of: pluginScope, taken: brokenReference("", "unique-plugin-per-entity (type: unique) constraint failed"),
		}},
		fields: withCommon(set,
			field{name: "name", required: true, checks: []check{satisfies(func(name string) string {
				if set.plugins.schema(name) == nil {
					return fmt.Sprintf("plugin(%s) does not exist", name)
				}
				return ""
			})}},
			field{name: "instance_name", checks: []check{length(1, 128), matches(entityName, "must have only letters, digits and . - _ ~")}},
			flag("enabled", true),
			field{name: "protocols", kind: kindList, keepEmpty: true, items: &field{}},
			field{name: "config", read: set.readConfig},
			field{name: "ordering", kind: kindMapping, items: &field{kind: kindAny}},
			field{name: "partials", kind: kindList, items: &field{kind: kindAny}},
			field{name: "condition", checks: []check{length(1, 1024)}},
		),
		normalise: set.normalisePlugin,
		rules:     set.pluginRules,
		conceal:   set.concealConfig,
	}
	if !set.plugins.freeInstances {
		row.unique = append(row.unique, unique{field: "instance_name"})
	}
	for _, scope := range pluginScopes {
		row.fields = append(row.fields, reference(scope))
		row.foreign = append(row.foreign, foreign{field: scope, to: scope + "s", onDelete: cascade})
		row.nested = append(row.nested, nesting{parent: scope + "s", segment: "plugins", field: scope})
	}
	if set.plugins.nullsOmitted || set.plugins.shorthands || set.plugins.secrets != ConfigSecretsShown {
		row.answers.current = set.shownConfig
	}
	return row
}

// pluginScope is the type of a plugin with all that it belongs to.
func pluginScope(values object) string {
	parts := []string{text(values, "name")}
	for _, scope := range pluginScopes {
		parts = append(parts, text(values, scope+".id"))
	}
	return strings.Join(parts, ".")
}

// readConfig completes a config by the schema of its plugin.
func (set *settings) readConfig(r *reading, around object, at string) any {
	schema := set.plugins.schema(text(around, "name"))
	given, isGiven := around["config"]
	if schema == nil {
		return plain(given)
	}
	if !isGiven {
		given = object{}
	}
	completed, faults := schema.Complete(plain(given), pluginschema.Completion{DropUnknown: set.plugins.unknownDropped})
	for _, fault := range faults {
		r.add(fault.Path, violation{reason: fault.Text, rule: "invalid"})
	}
	return completed
}

// normalisePlugin gives a plugin the protocols of its schema, and each of them once.
func (set *settings) normalisePlugin(values object) {
	protocols, isGiven := values["protocols"].([]any)
	schema := set.plugins.schema(text(values, "name"))
	if !isGiven && schema != nil {
		for _, protocol := range schema.Protocols {
			protocols = append(protocols, protocol)
		}
	}
	var once []any
	for _, protocol := range protocols {
		if !slices.Contains(once, protocol) {
			once = append(once, protocol)
		}
	}
	if once == nil {
		once = []any{}
	}
	values["protocols"] = once
}

// pluginRules are those of the schema outside the config.
func (set *settings) pluginRules(values object) []violation {
	schema := set.plugins.schema(text(values, "name"))
	if schema == nil {
		return nil
	}
	var out []violation
	for i, protocol := range texts(values["protocols"]) {
		if schema.ProtocolChoices != nil && !slices.Contains(schema.ProtocolChoices, protocol) {
			reason := "expected one of: " + strings.Join(schema.ProtocolChoices, ", ")
			out = append(out, violation{field: fmt.Sprintf("protocols[%d]", i), reason: reason, rule: "enum"})
		}
	}
	for _, scope := range pluginScopes {
		if values[scope] != nil && !slices.Contains(schema.Scopes, scope) {
			out = append(out, violation{field: scope, reason: "value must be null", rule: "invalid"})
		}
	}
	if values["consumer"] != nil && values["consumer_group"] != nil {
		out = append(out, broken("only one of consumer and consumer_group can be set"))
	}
	return out
}

// shownConfig is the config as an answer has it.
func (set *settings) shownConfig(_ *scope, values object) {
	config, ok := values["config"].(object)
	if !ok {
		return
	}
	schema := set.plugins.schema(text(values, "name"))
	if schema != nil && set.plugins.shorthands {
		with := schema.Shorthands(config)
		maps.Copy(with, config)
		config = with
	}
	if schema != nil && set.plugins.secrets != ConfigSecretsShown {
		config, _ = schema.WithSecrets(config, set.plugins.secrets.shown).(object)
	}
	if set.plugins.nullsOmitted {
		config, _ = withoutNulls(config).(object)
	}
	values["config"] = config
}

// shown is what is shown of a secret.
func (c ConfigSecrets) shown(value any) any {
	if c == ConfigSecretsOmitted {
		return nil
	}
	sum := sha256.Sum256(fmt.Append(nil, value))
	return "$ke$1$-default-" + hex.EncodeToString(sum[:])
}

func withoutNulls(value any) any {
	switch v := value.(type) {
	case object:
		out := object{}
		for name, inner := range v {
			if inner != nil {
				out[name] = withoutNulls(inner)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = withoutNulls(inner)
		}
		return out
	}
	return value
}

// concealConfig writes over the secrets of a config, wherever they are. Of a plugin that is
// not known everything is one.
func (set *settings) concealConfig(values object) {
	schema := set.plugins.schema(text(values, "name"))
	if values["config"] == nil {
		return
	}
	if schema == nil {
		values["config"] = redacted
		return
	}
	values["config"] = schema.Concealed(values["config"], redacted)
}
