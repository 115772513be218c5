package pluginschema

import "strings"

// Concealed is a config with a text over every secret, and over what is no field.
func (s *Schema) Concealed(config any, text string) any { return s.Config.concealed(config, text) }

func (f *Field) concealed(value any, text string) any {
	if f.Secret && value != nil {
		return text
	}
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, inner := range v {
			out[name] = text
			if member := f.member(name); member != nil {
				out[name] = member.concealed(inner, text)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = text
			if f.Elements != nil {
				out[i] = f.Elements.concealed(inner, text)
			}
		}
		return out
	}
	if value != nil && (f.Type == "record" || f.Elements != nil || f.Values != nil) {
		return text // of another shape than it should be
	}
	return value
}

// member is the field of a name, or the values of a map; nil for none.
func (f *Field) member(name string) *Field {
	if f.Type == "map" {
		return f.Values
	}
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// WithSecrets is a config with what a function makes of every secret. References to vaults
// are none.
func (s *Schema) WithSecrets(config any, as func(any) any) any {
	return s.Config.withSecrets(config, as)
}

func (f *Field) withSecrets(value any, as func(any) any) any {
	if reference, _ := value.(string); f.Secret && value != nil && !strings.HasPrefix(reference, "{vault://") {
		return as(value)
	}
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, inner := range v {
			if out[name] = inner; f.member(name) != nil {
				out[name] = f.member(name).withSecrets(inner, as)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			if out[i] = inner; f.Elements != nil {
				out[i] = f.Elements.withSecrets(inner, as)
			}
		}
		return out
	}
	return value
}
