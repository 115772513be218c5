package pluginconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// mutation is another value of one leaf of a configuration.
type mutation struct {
	path  string
	to    any
	isSet bool // of a reversal
}

// apply returns a copy of a configuration with the change.
func (m mutation) apply(config map[string]any) map[string]any {
	out := replaced(canon.Numbers(config), root, m)
	return out.(map[string]any)
}

func replaced(value any, at string, m mutation) any {
	if at == m.path {
		return m.to
	}
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			v[name] = replaced(v[name], at+"."+name, m)
		}
	case []any:
		for i := range v {
			v[i] = replaced(v[i], fmt.Sprintf("%s[%d]", at, i), m)
		}
	}
	return value
}

// mutations change every leaf that is shown, one at a time: to another value, and to null
// and back where it may be null.
func mutations(f *field, path string, value any) []mutation {
	var out []mutation
	switch v := value.(type) {
	case map[string]any:
		if f.kind == typeRecord || f.kind == typeMap {
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if inner := f.part(name); inner != opaque || f.kind == typeMap {
					out = append(out, mutations(inner, path+"."+name, v[name])...)
				}
			}
			return out
		}
	case []any:
		for i, item := range v {
			out = append(out, mutations(f.element(), fmt.Sprintf("%s[%d]", path, i), item)...)
		}
		return append(out, mutation{path: path, to: append(slices.Clone(v), "drift")})
	}
	if value != nil {
		return append(out, mutation{path: path, to: other(value)}, mutation{path: path, to: nil})
	}
	return append(out, mutation{path: path, to: "drift"})
}

func other(value any) any {
	switch v := value.(type) {
	case string:
		return v + "x"
	case bool:
		return !v
	case float64:
		return v + 1
	}
	return "drift"
}

// isServers reports whether nothing says what is at a path, so that it is the server's.
func (s *Schema) isServers(path string, given map[string]any) bool {
	f, record := s.config, given
	for name := range strings.SplitSeq(strings.TrimPrefix(path, root+"."), ".") {
		if f = f.member(name); f == nil {
			return false
		}
		value, there := record[name]
		if f.madeByServer() {
			return !there
		}
		record, _ = value.(map[string]any)
	}
	return false
}

// reversals turn every list around whose items are not the same.
func reversals(f *field, path string, value any) []mutation {
	var out []mutation
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if inner := f.part(name); inner != opaque {
				out = append(out, reversals(inner, path+"."+name, v[name])...)
			}
		}
	case []any:
		turned := slices.Clone(v)
		slices.Reverse(turned)
		if canon.Text(turned) != canon.Text(v) {
			out = append(out, mutation{path: path, to: turned, isSet: f.kind == typeSet})
		}
	}
	return out
}
