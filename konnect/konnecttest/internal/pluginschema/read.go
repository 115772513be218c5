package pluginschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// described is a schema, or a part of it, in the form of the gateway's own answer.
type described struct {
	Type          string                 `json:"type"`
	Required      *bool                  `json:"required"`
	Default       any                    `json:"default"`
	Auto          bool                   `json:"auto"`
	Encrypted     bool                   `json:"encrypted"`
	Referenceable bool                   `json:"referenceable"`
	OneOf         []any                  `json:"one_of"`
	NotOneOf      []any                  `json:"not_one_of"`
	Between       []float64              `json:"between"`
	Gt            *float64               `json:"gt"`
	LenMin        *int                   `json:"len_min"`
	LenMax        *int                   `json:"len_max"`
	StartsWith    string                 `json:"starts_with"`
	Match         string                 `json:"match"`
	EntityChecks  []Check                `json:"entity_checks"`
	Elements      *described             `json:"elements"`
	Keys          *described             `json:"keys"`
	Values        *described             `json:"values"`
	Fields        []map[string]described `json:"fields"`
	// Eq is there, and null, for a scope that the plugin does not have.
	Eq json.RawMessage `json:"eq"`
}

// Read makes a schema of the gateway's description of a plugin, as its schema endpoint
// answers: {"fields": [{"config": {"type": "record", "fields": [...]}}], ...}. Shorthands are
// left out.
func Read(name string, raw []byte) (*Schema, error) {
	var d described
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read the schema of plugin %s: %w", name, err)
	}
	schema := &Schema{Name: name, Checks: d.EntityChecks}
	excluded := map[string]bool{}
	for _, one := range d.Fields {
		for field, def := range one {
			switch field {
			case "protocols":
				schema.Protocols = texts(def.Default)
				if def.Elements != nil {
					schema.ProtocolChoices = texts(def.Elements.OneOf)
				}
			case "config":
				schema.Config = def.field(field)
			default:
				excluded[field] = string(def.Eq) == "null"
			}
		}
	}
	if schema.Config.Type != "record" {
		return nil, errors.New("read the schema of plugin " + name + ": fields has no config of type record")
	}
	for _, scope := range []string{"service", "route", "consumer", "consumer_group"} {
		if !excluded[scope] {
			schema.Scopes = append(schema.Scopes, scope)
		}
	}
	return schema, nil
}

func (d *described) field(name string) Field {
	f := Field{
		Name: name, Type: d.Type, Default: d.Default, Generated: d.Auto, Secret: d.Encrypted, Referenceable: d.Referenceable,
		OneOf: d.OneOf, NoneOf: d.NotOneOf, Between: d.Between, Above: d.Gt, Shortest: d.LenMin, Longest: d.LenMax,
		StartsWith: d.StartsWith, Match: d.Match, Checks: d.EntityChecks,
		Elements: d.Elements.part(), Keys: d.Keys.part(), Values: d.Values.part(),
	}
	isRecord := d.Type == "record"
	f.Required = d.Required != nil && *d.Required && !isRecord
	f.Optional = d.Required != nil && !*d.Required && isRecord
	for _, one := range d.Fields {
		for name, inner := range one {
			f.Fields = append(f.Fields, inner.field(name))
		}
	}
	return f
}

func (d *described) part() *Field {
	if d == nil {
		return nil
	}
	f := d.field("")
	return &f
}

func texts(value any) []string {
	list, _ := value.([]any)
	var out []string
	for _, item := range list {
		if text, ok := item.(string); ok && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
