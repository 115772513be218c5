package pluginschema

import "maps"

// expanded is a record with the values of its shorthands where they belong.
func (c *Completion) expanded(f *Field, given map[string]any, path string) map[string]any {
	if len(f.Shorthands) == 0 {
		return given
	}
	out := maps.Clone(given)
	for _, s := range f.Shorthands {
		value, isGiven := given[s.Name]
		if !isGiven {
			continue
		}
		delete(out, s.Name)
		if value == nil {
			continue
		}
		as := &Field{Name: s.Name, Type: s.Type, Elements: s.Elements}
		if s.Elements == nil && (s.Type == "array" || s.Type == "set") {
			as.Elements = &Field{Type: "json"}
		}
		if _, ok := c.typed(as, value, path+"."+s.Name); !ok {
			continue
		}
		for _, target := range s.ReplacedBy {
			out = c.place(out, target, value, s, path)
		}
	}
	return out
}

// place returns a record with a value at a path of names, unless another one is there.
func (c *Completion) place(record map[string]any, target []string, value any, s Shorthand, path string) map[string]any {
	out := maps.Clone(record)
	if out == nil {
		out = map[string]any{}
	}
	if len(target) > 1 {
		inner, _ := out[target[0]].(map[string]any)
		out[target[0]] = c.place(inner, target[1:], value, s, path)
		return out
	}
	if there := out[target[0]]; there != nil && !s.Wins && !equal(there, value) {
		c.fault(path, "both deprecated and new field are used but their values mismatch: %s", s.Name)
		return out
	}
	out[target[0]] = value
	return out
}

// Shorthands are the values of a completed config under their other names.
func (s *Schema) Shorthands(config map[string]any) map[string]any {
	out := map[string]any{}
	for _, shorthand := range s.Config.Shorthands {
		if len(shorthand.ReplacedBy) == 0 {
			continue
		}
		var value any = config
		for _, name := range shorthand.ReplacedBy[0] {
			inner, _ := value.(map[string]any)
			value = inner[name]
		}
		out[shorthand.Name] = value
	}
	return out
}
