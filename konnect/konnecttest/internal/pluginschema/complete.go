package pluginschema

import (
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Fault is something wrong with a config.
type Fault struct {
	Path string // such as config.redis.port; "" for a rule across fields
	Text string // as the gateway words it
}

// Completion is how a config is read.
type Completion struct {
	DropUnknown bool // unknown fields are left out instead of refused
	faults      []Fault
}

// Complete returns a config with every field that it can have: defaults where nothing is
// given, else null. Numbers are int64 or float64. What is wrong comes beside it, the rules
// across fields last.
func (s *Schema) Complete(config any, how Completion) (any, []Fault) {
	c := &how
	root := s.Config
	if _, given := config.(map[string]any); config == nil || !given {
		if config != nil {
			return nil, []Fault{{Path: "config", Text: "expected a record"}}
		}
		return nil, []Fault{{Path: "config", Text: "required field missing"}}
	}
	completed := c.value(&root, config, "config")
	whole := map[string]any{"config": completed}
	for _, check := range s.Checks {
		c.faults = append(c.faults, check.faults(whole, "")...)
	}
	return completed, c.faults
}

func (c *Completion) fault(path, format string, args ...any) {
	c.faults = append(c.faults, Fault{Path: path, Text: fmt.Sprintf(format, args...)})
}

// absent is the value of a field that is not given.
func (c *Completion) absent(f *Field, path string) any {
	switch {
	case f.Generated:
		return rand.Text() + rand.Text()[:6]
	case f.Default != nil && f.Type == "record":
		return c.value(f, f.Default, path)
	case f.Default != nil:
		return whole(f.Default)
	case f.Type == "record" && !f.Optional:
		return c.record(f, map[string]any{}, path)
	}
	return nil
}

// needed reports whether a field must be given.
func (f *Field) needed() bool {
	return f.Required && f.Default == nil && !f.Generated && f.Type != "record"
}

// null is an explicit one.
func (c *Completion) null(f *Field, path string) any {
	if f.Required || (f.Type == "record" && !f.Optional) {
		c.fault(path, "required field missing")
	}
	return nil
}

func (c *Completion) value(f *Field, given any, path string) any {
	if given == nil {
		return c.null(f, path)
	}
	if text, ok := given.(string); ok && f.Referenceable && isReference(text) {
		return text
	}
	value, ok := c.typed(f, given, path)
	if ok {
		c.limits(f, value, path)
	}
	return value
}

var articles = map[string]string{
	"string": "a string", "integer": "an integer", "number": "a number", "boolean": "a boolean",
	"array": "an array", "set": "a set", "map": "a map", "record": "a record",
}

func (c *Completion) typed(f *Field, given any, path string) (value any, ok bool) {
	switch f.Type {
	case "json":
		return given, true
	case "string":
		value, ok = given.(string)
	case "boolean":
		value, ok = given.(bool)
	case "integer", "number":
		value, ok = whole(given), isNumber(given) && (f.Type == "number" || isInteger(given))
	case "array", "set":
		return c.list(f, given, path)
	case "map":
		return c.mapping(f, given, path)
	case "record":
		if members, isObject := given.(map[string]any); isObject {
			return c.record(f, members, path), true
		}
	}
	if !ok {
		c.fault(path, "expected %s", articles[f.Type])
	}
	return value, ok
}

// list takes an empty object for an empty list, as the gateway's JSON does.
func (c *Completion) list(f *Field, given any, path string) (any, bool) {
	items, ok := given.([]any)
	if empty, isObject := given.(map[string]any); isObject && len(empty) == 0 {
		items, ok = []any{}, true
	}
	if !ok {
		c.fault(path, "expected %s", articles[f.Type])
		return nil, false
	}
	out := make([]any, 0, len(items))
	for i, item := range items {
		value := c.value(f.Elements, item, fmt.Sprintf("%s[%d]", path, i))
		if f.Type == "set" && slices.ContainsFunc(out, func(other any) bool { return reflect.DeepEqual(other, value) }) {
			continue
		}
		out = append(out, value)
	}
	return out, true
}

func (c *Completion) mapping(f *Field, given any, path string) (any, bool) {
	members, ok := given.(map[string]any)
	if empty, isList := given.([]any); isList && len(empty) == 0 {
		members, ok = map[string]any{}, true
	}
	if !ok {
		c.fault(path, "expected a map")
		return nil, false
	}
	out := make(map[string]any, len(members))
	for key, item := range members {
		if f.Keys != nil {
			c.value(f.Keys, key, path)
		}
		out[key] = c.value(f.Values, item, path) // the gateway names no keys
	}
	return out, true
}

func (c *Completion) record(f *Field, given map[string]any, path string) any {
	given = c.expanded(f, given, path)
	out := make(map[string]any, len(f.Fields))
	for i := range f.Fields {
		inner := &f.Fields[i]
		at := path + "." + inner.Name
		value, isGiven := given[inner.Name]
		switch {
		case isGiven:
			out[inner.Name] = c.value(inner, value, at)
		case inner.needed():
			c.fault(at, "required field missing")
		default:
			out[inner.Name] = c.absent(inner, at)
		}
	}
	for name := range given {
		if !c.DropUnknown && !slices.ContainsFunc(f.Fields, func(inner Field) bool { return inner.Name == name }) {
			c.fault(path+"."+name, "unknown field")
		}
	}
	for _, check := range f.Checks {
		c.faults = append(c.faults, check.faults(out, path)...)
	}
	return out
}

func isReference(text string) bool {
	return strings.HasPrefix(text, "{vault://") && strings.HasSuffix(strings.TrimSpace(text), "}")
}
