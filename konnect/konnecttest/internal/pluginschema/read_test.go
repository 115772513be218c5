package pluginschema_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest/internal/pluginschema"
)

// TestReadWhatIsDescribed: a schema that is read from its description is described alike, but
// for shorthands.
func TestReadWhatIsDescribed(t *testing.T) {
	t.Parallel()
	for _, generation := range []string{pluginschema.Older, pluginschema.Newer} {
		for _, name := range pluginschema.Names(generation) {
			schema, err := pluginschema.Load(generation, name)
			require.NoError(t, err)
			description, err := json.Marshal(schema.Described())
			require.NoError(t, err)
			read, err := pluginschema.Read(name, description)
			require.NoError(t, err)
			again, err := json.Marshal(read.Described())
			require.NoError(t, err)
			assert.JSONEq(t, withoutShorthands(t, description), string(again), name)
		}
	}
}

func withoutShorthands(t *testing.T, raw []byte) string {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(raw, &value))
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			delete(v, "shorthand_fields")
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(value)
	out, err := json.Marshal(value)
	require.NoError(t, err)
	return string(out)
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{
		`[]`:                                     "read the schema of plugin p: json: cannot unmarshal array",
		`{}`:                                     "read the schema of plugin p: fields has no config of type record",
		`{"fields":[{"config":{"type":"map"}}]}`: "read the schema of plugin p: fields has no config of type record",
	} {
		_, err := pluginschema.Read("p", []byte(description))
		assert.ErrorContains(t, err, want)
	}
}
