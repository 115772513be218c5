package pluginschema

import "slices"

// Described is a schema in the form of the gateway's own answer.
func (s *Schema) Described() map[string]any {
	var fields []any
	for _, scope := range []string{"service", "route", "consumer", "consumer_group"} {
		described := map[string]any{"type": "foreign", "reference": scope + "s"}
		if !slices.Contains(s.Scopes, scope) {
			described["eq"] = nil
		}
		fields = append(fields, map[string]any{scope: described})
	}
	protocol := map[string]any{"type": "string"}
	if s.ProtocolChoices != nil {
		protocol["one_of"] = s.ProtocolChoices
	}
	fields = append(fields,
		map[string]any{"protocols": map[string]any{"type": "set", "required": true, "default": s.Protocols, "elements": protocol}},
		map[string]any{"config": s.Config.described()},
	)
	checks := s.Checks
	if checks == nil {
		checks = []Check{}
	}
	return map[string]any{"fields": fields, "entity_checks": checks}
}

func (f *Field) described() map[string]any {
	out := map[string]any{"type": f.Type}
	set := func(name string, value any, isSet bool) {
		if isSet {
			out[name] = value
		}
	}
	set("required", true, f.Required || (f.Type == "record" && !f.Optional))
	set("required", false, f.Optional)
	set("default", f.Default, f.Default != nil)
	set("auto", true, f.Generated)
	set("encrypted", true, f.Secret)
	set("referenceable", true, f.Referenceable)
	set("one_of", f.OneOf, f.OneOf != nil)
	set("not_one_of", f.NoneOf, f.NoneOf != nil)
	set("between", f.Between, f.Between != nil)
	set("gt", f.Above, f.Above != nil)
	set("len_min", f.Shortest, f.Shortest != nil)
	set("len_max", f.Longest, f.Longest != nil)
	set("starts_with", f.StartsWith, f.StartsWith != "")
	set("match", f.Match, f.Match != "")
	set("entity_checks", f.Checks, f.Checks != nil)
	for name, inner := range map[string]*Field{"elements": f.Elements, "keys": f.Keys, "values": f.Values} {
		if inner != nil {
			out[name] = inner.described()
		}
	}
	if f.Type != "record" {
		return out
	}
	fields := []any{}
	for i := range f.Fields {
		fields = append(fields, map[string]any{f.Fields[i].Name: f.Fields[i].described()})
	}
	out["fields"] = fields
	if f.Shorthands != nil {
		out["shorthand_fields"] = f.shorthands()
	}
	return out
}

func (f *Field) shorthands() []any {
	var out []any
	for _, s := range f.Shorthands {
		described := map[string]any{"type": s.Type}
		if s.Elements != nil {
			described["elements"] = s.Elements.described()
		}
		if s.Wins && len(s.ReplacedBy) > 0 {
			described["translate_backwards"] = s.ReplacedBy[0]
		} else if !s.Wins {
			var paths []any
			for _, path := range s.ReplacedBy {
				paths = append(paths, map[string]any{"path": path})
			}
			described["deprecation"] = map[string]any{"replaced_with": paths, "removal_in_version": "4.0"}
		}
		out = append(out, map[string]any{s.Name: described})
	}
	return out
}
