package pluginconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Secrets returns the paths of the values of a configuration that must not be shown,
// such as config.redis.password or config.headers[0]. A reference to a vault is no secret.
func (s *Schema) Secrets(config map[string]any) []string {
	var found []string
	s.field().conceal(config, root, func(path string, value any) any {
		found = append(found, path)
		return value
	})
	return found
}

// Redacted returns a configuration with mask in place of every secret.
func (s *Schema) Redacted(config map[string]any, mask string) map[string]any {
	out, _ := s.field().conceal(config, root, func(string, any) any { return mask }).(map[string]any)
	return out
}

// unlisted is a field that no schema tells of, so that all in it is a secret.
var unlisted = &field{secrecy: secrecy{encrypted: true}}

func (s *Schema) field() *field {
	if s == nil {
		return &field{kind: typeMap, parts: parts{values: unlisted}}
	}
	return s.config
}

func (f *field) conceal(value any, path string, hide func(path string, value any) any) any {
	if f.isSecret(value) {
		return hide(path, value)
	}
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out[name] = f.named(name).conceal(v[name], path+"."+name, hide)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			at := fmt.Sprintf("%s[%d]", path, i)
			if text, ok := item.(string); ok && f.name == headers && strings.Contains(text, ":") && !isVaultReference(item) {
				out[i] = hide(at, item)
				continue
			}
			out[i] = f.element().conceal(item, at, hide)
		}
		return out
	}
	return value
}

// headers is the name of fields that hold headers, which are a common place for tokens
// though schemas mark only some of them.
const headers = "headers"

// isSecret reports whether a value of f, as a whole, must not be shown.
func (f *field) isSecret(value any) bool {
	switch v := value.(type) {
	case nil, unknown:
		return false
	case string:
		return v != "" && !isVaultReference(v) && (f.secrecy.encrypted || f.secrecy.referenceable)
	case map[string]any, []any:
		return f.secrecy.encrypted && f.parts.elements == nil && f.parts.values == nil
	}
	return f.secrecy.encrypted
}

// named is the field that a member of an object belongs to.
func (f *field) named(name string) *field {
	switch inner := f.member(name); {
	case f.kind == typeMap && f.name == headers:
		return unlisted
	case f.kind == typeMap || f.kind != typeRecord:
		return f.part(name)
	case inner != nil:
		return inner
	}
	if s := f.shorthand(name); s != nil && !f.standsForSecret(s) {
		return s.as
	}
	return unlisted
}

func (f *field) standsForSecret(s *shorthand) bool {
	return len(s.targets) == 0 || slices.ContainsFunc(s.targets, func(target []string) bool {
		at := f
		for _, name := range target {
			if at = at.member(name); at == nil {
				return true
			}
		}
		return at.secrecy.encrypted || at.secrecy.referenceable
	})
}

func (f *field) holdsSecret(value any) bool {
	holds := false
	f.conceal(value, "", func(string, any) any {
		holds = true
		return nil
	})
	return holds
}
