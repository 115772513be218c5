package pluginschema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest/internal/pluginschema"
)

// TestDefaults completes the empty config of every plugin and holds it against what the
// gateway makes of it, in the older generation with every null.
func TestDefaults(t *testing.T) {
	t.Parallel()
	for _, generation := range []string{pluginschema.Older, pluginschema.Newer} {
		names := pluginschema.Names(generation)
		assert.NotEmpty(t, names)
		for _, name := range names {
			want, known := recordedDefaults(t, generation, name)
			if !known {
				continue
			}
			schema, err := pluginschema.Load(generation, name)
			require.NoError(t, err)
			got, _ := schema.Complete(map[string]any{}, pluginschema.Completion{})
			for _, generated := range []string{"provision_key", "secret"} {
				delete(want, generated)
				delete(got.(map[string]any), generated)
			}
			if generation == pluginschema.Newer {
				assert.Empty(t, conflicts(got, want, name))
				continue
			}
			assert.Equal(t, plainJSON(t, want), plainJSON(t, got), name)
		}
	}
}

func recordedDefaults(t *testing.T, generation, name string) (defaults map[string]any, known bool) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../../../../shared/reference/plugin-schemas/gateway-"+generation, name+".json"))
	if os.IsNotExist(err) {
		t.Skip("the recorded schemas are not there")
	}
	require.NoError(t, err)
	var recorded struct {
		Defaults map[string]any `json:"defaults"`
	}
	require.NoError(t, json.Unmarshal(content, &recorded))
	return recorded.Defaults, recorded.Defaults != nil
}

func plainJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.MarshalIndent(value, "", " ")
	require.NoError(t, err)
	return string(encoded)
}

// conflicts names what of got, nulls and empty values aside, is otherwise in want.
func conflicts(got, want any, path string) []string {
	switch v := got.(type) {
	case nil:
		return nil
	case map[string]any:
		var out []string
		in, _ := want.(map[string]any)
		for name, inner := range v {
			out = append(out, conflicts(inner, in[name], path+"."+name)...)
		}
		return out
	case []any:
		if len(v) == 0 {
			return nil
		}
	}
	if plain, err := json.Marshal(got); err == nil {
		if other, err := json.Marshal(want); err == nil && !bytes.Equal(plain, other) {
			return []string{fmt.Sprintf("%s: %s, not %s", path, plain, other)}
		}
	}
	return nil
}
