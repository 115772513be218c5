package main

import (
	"maps"
	"slices"
	"strings"
)

// outcome is what a rule says of an object. One that cannot be evaluated refuses
// the object just as one that does not hold.
type outcome int

const (
	no outcome = iota
	yes
	failed
)

func truth(holds bool) outcome {
	if holds {
		return yes
	}
	return no
}

// formula is a rule as a function of what it looks at.
type formula func(situation) outcome

// situation says how one object is: the value of each field that the rules compare
// with constants, whether an optional field is set, and the outcome of every part of
// a rule that is not looked into.
type situation map[string]string

// Values that are no constants of a rule.
const (
	absent = "\x00absent"
	other  = "\x00other"
	holds  = "\x00holds"
	fails  = "\x00fails"
)

// field is the path to a field, from self or oldSelf.
type field []string

func (f field) String() string { return strings.Join(f, ".") }

// has tells whether a field and those around it are set.
func (s situation) has(f field) bool {
	for end := range f {
		if s[f[:end+1].String()] == absent {
			return false
		}
	}
	return true
}

// maxSituations bounds the proof of one pair of rules.
const maxSituations = 1 << 20

// model knows which situations there are for the rules at one node of a schema that
// has been checked otherwise: required fields are set, those with a default have been
// filled in, an enum has no value but its own.
type model struct {
	root   node
	values map[string][]string
	// unknown is set when a rule names a field that the schema does not have.
	unknown bool
}

func newModel(root node) *model { return &model{root: root, values: map[string][]string{}} }

// look declares a field, and that it is compared with a constant.
func (m *model) look(f field, constants ...string) {
	at := m.root
	m.declare(f[0], at, false)
	for end := 1; end < len(f); end++ {
		name := f[:end+1].String()
		property, ok := at.property(unescape(f[end]))
		if !ok {
			m.unknown = true
			return
		}
		m.declare(name, property, at.optional(unescape(f[end])))
		at = property
	}
	if len(at.enum()) == 0 {
		for _, constant := range constants {
			m.add(f.String(), constant)
		}
	}
}

func (m *model) declare(name string, schema node, optional bool) {
	if _, known := m.values[name]; known {
		return
	}
	m.values[name] = schema.enum()
	if len(m.values[name]) == 0 {
		m.values[name] = []string{other}
	}
	if optional {
		m.values[name] = append(m.values[name], absent)
	}
}

func (m *model) add(name, value string) {
	if !slices.Contains(m.values[name], value) {
		m.values[name] = append(m.values[name], value)
	}
}

// unescape returns the name of a property that CEL reserves.
func unescape(name string) string {
	if inner, ok := strings.CutPrefix(name, "__"); ok {
		return strings.TrimSuffix(inner, "__")
	}
	return name
}

// everywhere tells whether a condition is proved to hold in all situations. Nothing is
// proved when there are too many, or when a rule names a field that does not exist.
func (m *model) everywhere(condition func(situation) bool) bool {
	names := slices.Sorted(maps.Keys(m.values))
	count := 1
	for _, name := range names {
		count *= len(m.values[name])
		if m.unknown || count > maxSituations {
			return false
		}
	}
	s := situation{}
	for number := range count {
		for _, name := range names {
			values := m.values[name]
			s[name] = values[number%len(values)]
			number /= len(values)
		}
		if !condition(s) {
			return false
		}
	}
	return true
}
