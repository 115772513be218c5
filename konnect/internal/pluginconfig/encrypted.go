package pluginconfig

import (
	"maps"
	"slices"
	"strings"
)

// Konnect shows encrypted values as they were sent, as far as is known. Where it hides one,
// or shows what a key ring has made of it, there is nothing to compare.

// IsEncrypted reports whether a difference at a path is one in an encrypted value.
func (s *Schema) IsEncrypted(path string) bool {
	if s == nil {
		return false
	}
	f := s.config
	for step := range strings.SplitSeq(strings.TrimPrefix(path, root+"."), ".") {
		name, _, _ := strings.Cut(step, "[")
		f = f.below(name)
		for range strings.Count(step, "[") {
			f = f.element()
		}
	}
	if f.kind == typeArray || f.kind == typeSet {
		f = f.element()
	}
	return f.secrecy.encrypted
}

// Encrypted returns the paths of the encrypted values that a configuration gives, of a list
// that of the whole. A reference to a vault is none.
func (s *Schema) Encrypted(config map[string]any) []string {
	if s == nil {
		return nil
	}
	var found []string
	s.config.encrypted(config, root, func(path string) { found = append(found, path) })
	slices.Sort(found)
	return slices.Compact(found)
}

func (f *field) encrypted(value any, path string, visit func(path string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			f.below(name).encrypted(v[name], path+"."+name, visit)
		}
	case []any:
		for _, item := range v {
			f.element().encrypted(item, path, visit)
		}
	default:
		if f.secrecy.encrypted && !IsWithheld(value) && !isVaultReference(value) {
			visit(path)
		}
	}
}

// below is the field of a member, also under a deprecated name.
func (f *field) below(name string) *field {
	if s := f.shorthand(name); s != nil && f.member(name) == nil {
		as := *s.as
		as.secrecy.encrypted = as.secrecy.encrypted || f.standsForSecret(s)
		return &as
	}
	return f.part(name)
}

// Unknown returns the paths of values that the server has made and does not show, and that a
// write of what is given would make anew.
func (s *Schema) Unknown(given, observed map[string]any) []string {
	if s == nil {
		return nil
	}
	var found []string
	s.config.unknown(given, observed, root, func(path string) { found = append(found, path) })
	return found
}

func (f *field) unknown(given, observed map[string]any, path string, visit func(path string)) {
	expanded := f.expanded(given)
	for _, inner := range f.parts.fields {
		want, there := expanded[inner.name]
		have := observed[inner.name]
		at := path + "." + inner.name
		if inner.secrecy.encrypted && inner.madeByServer() && !there && IsWithheld(have) {
			visit(at)
		}
		held, isRecord := have.(map[string]any)
		if w, _ := want.(map[string]any); inner.kind == typeRecord && isRecord && (!there || w != nil) {
			inner.unknown(w, held, at, visit)
		}
	}
}

// IsWithheld reports whether an answer says nothing of a value: it is not there, masked, or
// what a key ring of the gateway has made of it.
func IsWithheld(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !IsWithheld(item) })
	case string:
		text := strings.ToLower(strings.TrimSpace(v))
		if strings.Trim(text, "*") == "" || strings.Trim(text, "•") == "" {
			return true
		}
		if strings.HasPrefix(text, "$ke$") || strings.HasPrefix(text, "{vault://redacted") {
			return true
		}
		bare := strings.Trim(text, "[](){}<>*")
		return bare != text && slices.Contains([]string{"redacted", "encrypted", "hidden", "masked"}, bare)
	}
	return false
}
