package pluginschema

import (
	"fmt"
	"strings"
)

// Check is a rule across the fields of a record, of which one kind is set.
type Check struct {
	AtLeastOne  []string     `json:"at_least_one_of,omitempty"`
	OnlyOne     []string     `json:"only_one_of,omitempty"`
	Together    []string     `json:"mutually_required,omitempty"`
	Conditional *Conditional `json:"conditional,omitempty"`
	OneOfIf     *OneOfIf     `json:"conditional_at_least_one_of,omitempty"`
}

// Conditional asks something of one field by the value of another.
type Conditional struct {
	If        string `json:"if_field"`
	IfMatch   Match  `json:"if_match"`
	Then      string `json:"then_field"`
	ThenMatch Match  `json:"then_match"`
}

// OneOfIf asks for one of some fields by the value of another.
type OneOfIf struct {
	If      string   `json:"if_field"`
	IfMatch Match    `json:"if_match"`
	Then    []string `json:"then_at_least_one_of"`
}

// Match is what a value must be.
type Match struct {
	Eq       any      `json:"eq,omitempty"`
	OneOf    []any    `json:"one_of,omitempty"`
	NotOneOf []any    `json:"not_one_of,omitempty"`
	Gt       *float64 `json:"gt,omitempty"`
	Contains any      `json:"contains,omitempty"`
	Required bool     `json:"required,omitempty"`
}

// faults are those of values, whose record lies at a path.
func (c Check) faults(values map[string]any, path string) []Fault {
	switch {
	case c.AtLeastOne != nil && count(values, c.AtLeastOne) == 0:
		return entity(path, "at least one of these fields must be non-empty: "+quoted(c.AtLeastOne))
	case c.OnlyOne != nil && count(values, c.OnlyOne) != 1:
		return entity(path, "exactly one of these fields must be non-empty: "+quoted(c.OnlyOne))
	case c.Together != nil && count(values, c.Together) > 0 && count(values, c.Together) < len(c.Together):
		return entity(path, "all or none of these fields must be set: "+quoted(c.Together))
	case c.Conditional != nil && c.Conditional.IfMatch.holds(lookup(values, c.Conditional.If)):
		return c.Conditional.faults(values, path)
	case c.OneOfIf != nil && c.OneOfIf.IfMatch.holds(lookup(values, c.OneOfIf.If)) && count(values, c.OneOfIf.Then) == 0:
		return entity(path, "at least one of these fields must be non-empty: "+quoted(c.OneOfIf.Then))
	}
	return nil
}

func (c *Conditional) faults(values map[string]any, path string) []Fault {
	value := lookup(values, c.Then)
	text := "invalid value"
	switch {
	case value == nil && c.ThenMatch.Required:
		text = "required field missing"
	case value == nil || c.ThenMatch.holds(value):
		return nil // the gateway looks into no null
	}
	at := c.Then
	if path != "" {
		at = path + "." + at
	}
	return append(entity(path, fmt.Sprintf("failed conditional validation given value of field '%s'", c.If)), Fault{Path: at, Text: text})
}

func (m Match) holds(value any) bool {
	switch {
	case m.Eq != nil:
		return equal(m.Eq, value)
	case m.OneOf != nil:
		return among(m.OneOf, value)
	case m.NotOneOf != nil:
		return !among(m.NotOneOf, value)
	case m.Gt != nil:
		n, ok := float(value)
		return ok && n > *m.Gt
	case m.Contains != nil:
		list, _ := value.([]any)
		return among(list, m.Contains)
	case m.Required:
		return value != nil
	}
	return true
}

// entity is a fault of a record as a whole.
func entity(path, text string) []Fault { return []Fault{{Path: path, Text: text}} }

func quoted(names []string) string { return "'" + strings.Join(names, "', '") + "'" }

func count(values map[string]any, paths []string) int {
	n := 0
	for _, path := range paths {
		switch v := lookup(values, path).(type) {
		case nil:
		case []any:
			if len(v) > 0 {
				n++
			}
		case map[string]any:
			if len(v) > 0 {
				n++
			}
		default:
			n++
		}
	}
	return n
}

func lookup(values map[string]any, path string) any {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return values[head]
	}
	inner, _ := values[head].(map[string]any)
	return lookup(inner, rest)
}
