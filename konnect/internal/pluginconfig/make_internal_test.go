package pluginconfig

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// maker makes configurations by a schema.
type maker struct {
	random *rand.Rand
	chance float64 // that an optional field is given
	length int     // of lists; random if 0
	number int
}

// minimal is a configuration with as little as the schema takes.
func minimal(t *testing.T, s *Schema) map[string]any {
	t.Helper()
	config, ok := (&maker{random: rand.New(rand.NewPCG(1, 1))}).config(s) //nolint:gosec // repeatable
	require.True(t, ok, "%v", s.Validate(config, nil, nil))
	return config
}

// config is a valid configuration; what checks across fields ask for is added to it.
func (m *maker) config(s *Schema) (config map[string]any, ok bool) {
	for range 60 {
		config = m.record(s.config)
		for range 12 {
			problems := s.Validate(config, nil, nil)
			if len(problems) == 0 {
				return config, true
			}
			m.mend(s.config, config, problems[0])
		}
	}
	return config, false
}

// mend gives one of the fields that a message names.
func (m *maker) mend(f *field, config map[string]any, problem Problem) {
	words := append(strings.FieldsFunc(problem.Message, func(r rune) bool { return r == ' ' || r == ',' }), problem.Path)
	var named []string
	for _, word := range words {
		if path, below := strings.CutPrefix(word, root+"."); below {
			named = append(named, path)
		}
	}
	if len(named) == 0 {
		return
	}
	record := config
	path := strings.Split(named[m.random.IntN(len(named))], ".")
	for i, name := range path {
		if f = f.part(name); f == opaque {
			return
		}
		if i == len(path)-1 {
			delete(record, name)
			if m.random.IntN(4) > 0 {
				record[name] = m.value(f)
			}
			return
		}
		inner, ok := record[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			record[name] = inner
		}
		record = inner
	}
}

func (m *maker) record(f *field) map[string]any {
	out := map[string]any{}
	for _, inner := range f.parts.fields {
		needed := inner.required && inner.absence.value == nil && !inner.madeByServer()
		switch {
		case needed || m.random.Float64() < m.chance:
			out[inner.name] = m.value(inner)
		case !inner.required && m.random.Float64() < m.chance/4:
			out[inner.name] = nil
		}
	}
	for _, s := range f.parts.shorthands {
		if m.random.Float64() < m.chance/3 && len(s.targets) > 0 {
			if _, both := out[s.targets[0][0]]; !both {
				out[s.as.name] = m.value(s.as)
			}
		}
	}
	return out
}

func (m *maker) size(f *field) int {
	n := m.length
	if n == 0 {
		n = m.random.IntN(3)
	}
	if least := f.limits.length.least; least != nil {
		n = max(n, int(*least))
	}
	return n
}

func (m *maker) value(f *field) any {
	m.number++
	if f.limits.oneOf != nil {
		return f.limits.oneOf[m.random.IntN(len(f.limits.oneOf))]
	}
	if f.secrecy.referenceable && f.kind == typeString && m.random.IntN(3) == 0 {
		return fmt.Sprintf("{vault://env/v%d}", m.number)
	}
	switch f.kind {
	case typeRecord:
		return m.record(f)
	case typeArray, typeSet:
		list := []any{}
		for range m.size(f) {
			list = append(list, m.value(f.element()))
		}
		return list
	case typeMap:
		object := map[string]any{}
		for range m.size(f) {
			key := m.value(&field{kind: typeString})
			if f.parts.keys != nil {
				key = m.value(f.parts.keys)
			}
			object[fmt.Sprint(key)] = m.value(f.part(""))
		}
		return object
	case typeBoolean:
		return m.random.IntN(2) == 0
	case typeInteger, typeNumber:
		return m.numeric(f)
	}
	text := fmt.Sprintf("%sv%d", f.limits.startsWith, m.number)
	if least := f.limits.length.least; least != nil && len(text) < int(*least) {
		text += strings.Repeat("x", int(*least)-len(text))
	}
	return text
}

func (m *maker) numeric(f *field) float64 {
	low, high := 1.0, 1000.0
	l := f.limits.number
	if l.least != nil && l.most != nil {
		low, high = *l.least, min(*l.most, *l.least+1000)
	}
	if l.gt != nil {
		low, high = *l.gt+1, *l.gt+1000
	}
	n := low + m.random.Float64()*(high-low)
	if whole := math.Round(n); f.kind == typeInteger || (whole >= low && m.random.IntN(2) == 0) {
		return whole
	}
	return n
}

// spoiled is a configuration with one change, which often is a mistake.
func (m *maker) spoiled(s *Schema, config map[string]any) map[string]any {
	config = canon.Numbers(config).(map[string]any)
	record, f := config, s.config
	for len(f.parts.fields) > 0 && m.random.IntN(3) > 0 { // go down
		inner := f.parts.fields[m.random.IntN(len(f.parts.fields))]
		if inner.kind != typeRecord {
			continue
		}
		below, ok := record[inner.name].(map[string]any)
		if !ok {
			below = map[string]any{}
			record[inner.name] = below
		}
		record, f = below, inner
	}
	if len(f.parts.fields) == 0 {
		record["unknown"] = true
		return config
	}
	inner := f.parts.fields[m.random.IntN(len(f.parts.fields))]
	wrong := []any{
		nil, "", "{vault://env/secret}", "wrong", true, 1.5, -1.0, 0.0, 1e9, []any{}, map[string]any{},
		[]any{"a", "a"}, []any{1.0}, []any{nil}, []any{map[string]any{}}, map[string]any{"a": 1.0}, map[string]any{"a": "b"},
	}
	switch m.random.IntN(6) {
	case 0:
		record[inner.name+"x"] = m.value(inner)
	case 1:
		delete(record, inner.name)
	case 2:
		record[inner.name] = m.value(inner)
	default:
		record[inner.name] = wrong[m.random.IntN(len(wrong))]
		if list, ok := record[inner.name].([]any); ok && len(list) == 0 && inner.kind == typeRecord {
			delete(record, inner.name) // gateways have taken an empty list for an empty record
		}
	}
	return config
}
