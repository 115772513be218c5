package pluginconfig

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recording is what the gateway was seen to make of an empty configuration.
type recording struct {
	Config   map[string]any   `json:"config"`
	Checks   []map[string]any `json:"entity_checks"`
	Defaults map[string]any   `json:"defaults"`
	Valid    *bool            `json:"minimal_valid"`
	Required []string         `json:"required"`
}

// TestRecordedDefaults holds schemas and defaults that were recorded from gateways against
// each other.
func TestRecordedDefaults(t *testing.T) {
	t.Parallel()
	for generation, definition := range map[string]func(map[string]any) map[string]any{
		"3.10": olderDefinition,
		"3.15": func(config map[string]any) map[string]any {
			return newerDefinition(map[string]any{"t": "record", "fields": config})
		},
	} {
		files, err := filepath.Glob("../../../../shared/reference/plugin-schemas/gateway-" + generation + "/*.json")
		require.NoError(t, err)
		if len(files) == 0 {
			t.Skip("the recorded schemas are not there")
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			var r recording
			require.NoError(t, json.Unmarshal(content, &r))
			raw, err := json.Marshal(map[string]any{
				"fields":        []any{map[string]any{"config": definition(r.Config)}},
				"entity_checks": r.Checks,
			})
			require.NoError(t, err)
			s, err := Parse(raw)
			require.NoError(t, err)
			assert.Empty(t, s.Diff(nil, r.Defaults), "%s: defaults", file)
			assert.Empty(t, s.Diff(nil, nil), "%s: an older entity that lacks fields", file)
			if r.Valid != nil && *r.Valid {
				assert.Empty(t, s.Validate(nil, nil, nil), "%s: the gateway takes an empty configuration", file)
			}
		}
	}
}

// olderDefinition is a recorded definition in the form of the schema endpoint, which has
// names as keys.
func olderDefinition(def map[string]any) map[string]any {
	out := maps.Clone(def)
	for _, name := range []string{"fields", "shorthand_fields"} {
		var fields []any
		for _, field := range list(def[name]) {
			field := field.(map[string]any)
			fields = append(fields, map[string]any{field["name"].(string): olderDefinition(field)})
		}
		if fields != nil {
			out[name] = fields
		}
	}
	for _, name := range []string{"elements", "keys", "values"} {
		if part, ok := def[name].(map[string]any); ok {
			out[name] = olderDefinition(part)
		}
	}
	return out
}

// newerDefinition does the same for those of the newer generation, which are shorter.
func newerDefinition(def map[string]any) map[string]any {
	out := map[string]any{}
	for from, to := range map[string]string{
		"t": "type", "def": "default", "req": "required", "enc": "encrypted", "ref": "referenceable",
		"enum": "one_of", "minLen": "len_min", "maxLen": "len_max",
	} {
		if value, ok := def[from]; ok {
			out[to] = value
		}
	}
	for from, to := range map[string]string{"items": "elements", "values": "values"} {
		if part, ok := def[from].(map[string]any); ok {
			out[to] = newerDefinition(part)
		}
	}
	if fields, ok := def["fields"].(map[string]any); ok {
		var named []any
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			named = append(named, map[string]any{name: newerDefinition(fields[name].(map[string]any))})
		}
		out["fields"] = named
	}
	return out
}
