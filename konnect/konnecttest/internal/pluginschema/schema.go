// Package pluginschema knows what the config of each plugin may hold: fields with their types,
// defaults and limits, by generation of the gateway.
package pluginschema

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Generations of schemas, whose defaults differ.
const (
	Older = "3.10" // the plugins of the open-source gateway
	Newer = "3.15" // all plugins; of what those of Older do not tell, no sets and no checks are known
)

// Schema is what a plugin may be.
type Schema struct {
	Name            string   `json:"name"`
	Protocols       []string `json:"protocols"` // by default
	ProtocolChoices []string `json:"protocolChoices"`
	Scopes          []string `json:"scopes"`              // of service, route, consumer and consumer_group
	Elsewhere       bool     `json:"elsewhere,omitempty"` // not on Konnect
	Config          Field    `json:"config"`
	Checks          []Check  `json:"checks,omitempty"` // with paths such as config.policy
}

// Field is one field of a config, an element of a list or a key or value of a map.
type Field struct {
	Name          string      `json:"name,omitempty"`
	Type          string      `json:"type"` // string, integer, number, boolean, array, set, map, record or json
	Default       any         `json:"default,omitempty"`
	Generated     bool        `json:"generated,omitempty"` // the server makes a value where none is given
	Required      bool        `json:"required,omitempty"`  // null is refused
	Optional      bool        `json:"optional,omitempty"`  // a record that is null where it is not given
	Secret        bool        `json:"secret,omitempty"`
	Referenceable bool        `json:"referenceable,omitempty"` // takes a reference to a vault
	OneOf         []any       `json:"oneOf,omitempty"`
	NoneOf        []any       `json:"noneOf,omitempty"`
	Between       []float64   `json:"between,omitempty"`
	AtLeast       *float64    `json:"atLeast,omitempty"`
	AtMost        *float64    `json:"atMost,omitempty"`
	Above         *float64    `json:"above,omitempty"`
	Shortest      *int        `json:"shortest,omitempty"` // length; 1 for a string that says nothing else
	Longest       *int        `json:"longest,omitempty"`
	StartsWith    string      `json:"startsWith,omitempty"`
	Match         string      `json:"match,omitempty"` // a pattern of Lua; not checked here
	Elements      *Field      `json:"elements,omitempty"`
	Keys          *Field      `json:"keys,omitempty"`
	Values        *Field      `json:"values,omitempty"`
	Fields        []Field     `json:"fields,omitempty"`
	Shorthands    []Shorthand `json:"shorthands,omitempty"`
	Checks        []Check     `json:"checks,omitempty"` // with paths within the record
}

// Shorthand is another name of a field further down.
type Shorthand struct {
	Name       string     `json:"name"`
	Type       string     `json:"type"`
	Elements   *Field     `json:"elements,omitempty"`
	ReplacedBy [][]string `json:"replacedBy,omitempty"`
	Wins       bool       `json:"wins,omitempty"` // over the field itself
}

//go:embed data
var data embed.FS

// Load reads the schema of a plugin; nil if the generation does not know it.
func Load(generation, name string) (*Schema, error) {
	if name == "" || strings.ContainsAny(name, `/\.`) {
		return nil, nil
	}
	content, err := data.ReadFile(path.Join("data", generation, name+".json"))
	if err != nil {
		return nil, nil //nolint:nilerr // there is no other way for an embedded file to fail
	}
	schema := &Schema{}
	if err := json.Unmarshal(content, schema); err != nil {
		return nil, fmt.Errorf("read the schema of plugin %s: %w", name, err)
	}
	return schema, nil
}

// Names are the plugins that a generation knows, sorted.
func Names(generation string) []string {
	entries, err := data.ReadDir(path.Join("data", generation))
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".json"))
	}
	return names
}
