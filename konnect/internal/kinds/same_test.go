package kinds_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/samples"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// TestSame holds the short way to compare an entity to the long one, for all samples: as they
// are sent, and with a value of each field gone or another one. The short way knows no
// control planes.
func TestSame(t *testing.T) {
	t.Parallel()
	for _, k := range kinds.All() {
		documents, err := samples.Documents(k.GroupKind.Kind)
		require.NoError(t, err)
		for _, document := range documents {
			obj, err := manifest.Decode(document)
			require.NoError(t, err)
			if k.Mirror(obj) != "" {
				continue // nothing is wanted of its entity
			}
			ids := map[string]string{}
			for _, r := range obj.References() {
				ids[r.Field] = "id of " + r.Field
			}
			d, err := k.Desire(obj, inputs(obj, ids))
			require.NoError(t, err)
			direct := k.Collection != "" && len(k.WriteOnly) == 0 && k.Configuration == nil
			assert.Equal(t, direct, agree(t, k, d, d.Object), "%s: nothing differs", crd.KeyOf(obj))
			for _, f := range k.Fields {
				for reason, value := range map[string]any{
					"gone": nil, "text": "other", "empty": "", "number": 7, "list": []any{"b", "a"}, "object": canon.Object{"id": "x"}, "flag": true,
				} {
					entity := kinds.Desired{Object: d.Object, Sent: d.Object}.With(f.Name, value).Sent
					agree(t, k, d, entity)
					if _, is := d.Object[f.Name].(string); is && reason == "text" {
						assert.False(t, agree(t, k, d, entity), "%s: another %s", crd.KeyOf(obj), f.Name)
					}
				}
			}
		}
	}
}

// agree returns whether an entity is the same by the short way, which it then must be by
// the long one.
func agree(t *testing.T, k *kinds.Kind, d kinds.Desired, entity canon.Object) bool {
	t.Helper()
	raw, err := json.Marshal(entity)
	require.NoError(t, err)
	e := &wire.Entity{Raw: raw}
	same := k.Same(d, e)
	observed, err := k.Project(e)
	require.NoError(t, err)
	if same {
		assert.Empty(t, canon.Diff(d.Object, observed, k.Fields), "%s", raw)
		assert.NoError(t, k.Refuse(observed), "%s", raw)
	}
	return same
}

func TestForeignEntitiesAreNotTheSame(t *testing.T) {
	t.Parallel()
	obj := builder.NewRoute("r").Service("s").Protocols("http").Paths("/a").MustBuild()
	k := kindOf(t, obj)
	d, err := k.Desire(obj, inputs(obj, nil))
	require.NoError(t, err)
	for expression, same := range map[string]bool{"": true, "http.path == \"/a\"": false} {
		assert.Equal(t, same, agree(t, k, d, d.With("expression", expression).Object), expression)
	}
	assert.True(t, agree(t, k, d, d.With("expression", nil).Object))
}
