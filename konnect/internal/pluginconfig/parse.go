package pluginconfig

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

var errNoConfig = errors.New("it describes no config")

// Parse reads a plugin's schema in the form {"fields": [{name: definition}, …],
// "entity_checks": […]}.
func Parse(raw []byte) (*Schema, error) {
	var answer struct {
		Fields any `json:"fields"`
		Checks any `json:"entity_checks"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("read plugin schema: %w", err)
	}
	s := &Schema{forbidden: map[string]bool{}}
	for _, named := range namedDefinitions(answer.Fields) {
		switch named.name {
		case root:
			s.config = parseField(root, named.definition)
		case "protocols":
			s.protocols.standard = canon.Texts(named.definition["default"])
			elements, _ := named.definition["elements"].(map[string]any)
			s.protocols.choices = canon.Texts(elements["one_of"])
		default:
			value, stated := named.definition["eq"]
			s.forbidden[named.name] = stated && value == nil
		}
	}
	if s.config == nil || s.config.kind != typeRecord {
		return nil, fmt.Errorf("read plugin schema: %w", errNoConfig)
	}
	s.checks = parseChecks(answer.Checks)
	return s, nil
}

type named struct {
	name       string
	definition map[string]any
}

// namedDefinitions reads a list of objects with one key each; what is none has no definition.
func namedDefinitions(list any) []named {
	var out []named
	items, _ := list.([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		for name, value := range object {
			definition, _ := value.(map[string]any)
			out = append(out, named{name, definition})
		}
		if len(object) > 1 {
			last := out[len(out)-len(object):]
			slices.SortFunc(last, func(a, b named) int { return strings.Compare(a.name, b.name) })
		}
	}
	return out
}

func parseField(name string, def map[string]any) *field {
	required, stated := def["required"].(bool)
	f := &field{
		name:     name,
		kind:     text(def["type"]),
		required: required,
		optional: stated && !required,
		absence:  absence{value: canon.Numbers(def["default"]), generated: isTrue(def["auto"])},
		secrecy:  secrecy{encrypted: isTrue(def["encrypted"]), referenceable: isTrue(def["referenceable"])},
		limits:   parseLimits(def),
		parts: parts{
			elements: parsePart(def["elements"]),
			keys:     parsePart(def["keys"]),
			values:   parsePart(def["values"]),
			checks:   parseChecks(def["entity_checks"]),
		},
	}
	if _, stated := items(def["fields"]); stated {
		f.parts.fields = []*field{}
	}
	for _, inner := range namedDefinitions(def["fields"]) {
		f.parts.fields = append(f.parts.fields, parseField(inner.name, inner.definition))
	}
	for _, inner := range namedDefinitions(def["shorthand_fields"]) {
		f.parts.shorthands = append(f.parts.shorthands, parseShorthand(inner))
	}
	f.inherit()
	return f
}

func parsePart(definition any) *field {
	def, ok := definition.(map[string]any)
	if !ok {
		return nil
	}
	return parseField("", def)
}

// inherit gives the parts of a list or map what is said of the whole.
func (f *field) inherit() {
	for _, part := range []*field{f.parts.elements, f.parts.values} {
		if part != nil {
			part.secrecy.encrypted = part.secrecy.encrypted || f.secrecy.encrypted
			part.secrecy.referenceable = part.secrecy.referenceable || f.secrecy.referenceable
			part.inherit()
		}
	}
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func isTrue(value any) bool {
	is, _ := value.(bool)
	return is
}

// list returns the items of an array; nil for all else.
func list(value any) []any {
	items, _ := value.([]any)
	return items
}

// paths reads a list of texts, or nil where one of them is something else.
func paths(value any) []string {
	texts := canon.Texts(value)
	if len(texts) != len(list(value)) {
		return nil
	}
	return texts
}
