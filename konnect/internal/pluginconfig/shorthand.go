package pluginconfig

import (
	"maps"
	"slices"
)

// shorthand is a name that stands for fields further down. How the server converts its
// value is not in the schema.
type shorthand struct {
	as      *field
	targets [][]string // within the record
	// wins is true where it is stronger than the field itself, as those are that are not
	// deprecated.
	wins bool
}

func parseShorthand(named named) *shorthand {
	s := &shorthand{as: parseField(named.name, named.definition), wins: true}
	if deprecation, ok := named.definition["deprecation"].(map[string]any); ok {
		s.wins = false
		for _, item := range list(deprecation["replaced_with"]) {
			replacement, _ := item.(map[string]any)
			if path := paths(replacement["path"]); len(path) > 0 {
				s.targets = append(s.targets, path)
			}
		}
	}
	if path := paths(named.definition["translate_backwards"]); len(s.targets) == 0 && len(path) > 0 {
		s.targets = append(s.targets, path)
	}
	return s
}

// expanded is a record with the values of its shorthands where they belong: as they are
// where the fields take them, else unknown. Where it is not known what a shorthand
// stands for, all that is not given is unknown.
func (f *field) expanded(given map[string]any) map[string]any {
	if len(f.parts.shorthands) == 0 {
		return given
	}
	out := maps.Clone(given)
	for _, s := range f.parts.shorthands {
		value, there := given[s.as.name]
		if !there || f.member(s.as.name) != nil {
			continue
		}
		delete(out, s.as.name)
		if value == nil {
			continue
		}
		for _, target := range s.targets {
			place(out, target, f.taken(s, target, value), s.wins)
		}
		if len(s.targets) == 0 {
			f.loosen(out)
		}
	}
	return out
}

func (f *field) loosen(record map[string]any) {
	for _, inner := range f.parts.fields {
		if _, there := record[inner.name]; !there {
			record[inner.name] = unknown{}
		}
	}
}

// taken is the value of a shorthand in the field that it stands for.
func (f *field) taken(s *shorthand, target []string, value any) any {
	for _, name := range target {
		f = f.member(name)
		if f == nil {
			return unknown{}
		}
	}
	if s.isLike(f) && len(checked(f, value)) == 0 {
		return value
	}
	return unknown{}
}

// isLike reports whether a shorthand has the form of a field, so that its value needs no
// conversion.
func (s *shorthand) isLike(f *field) bool {
	if s.as.kind != f.kind || (f.kind != typeArray && f.kind != typeSet && f.isComposite()) {
		return false
	}
	if s.as.limits.oneOf != nil && !slices.EqualFunc(s.as.limits.oneOf, f.limits.oneOf, equal) {
		return false
	}
	a, b := s.as.parts.elements, f.parts.elements
	return a == nil || b == nil || a.kind == b.kind
}

// place sets a value in a record, whose maps further down are copied, at a path of names.
func place(record map[string]any, path []string, value any, wins bool) {
	for _, name := range path[:len(path)-1] {
		inner, ok := record[name].(map[string]any)
		if !ok && record[name] != nil {
			return
		}
		inner = maps.Clone(inner)
		if inner == nil {
			inner = map[string]any{}
		}
		record[name] = inner
		record = inner
	}
	last := path[len(path)-1]
	if record[last] == nil || wins {
		record[last] = value
	}
}
