package kinds_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

const owner = "default"

// inputs is what the payload of an object without an entity is made of.
func inputs(obj crd.Object, ids map[string]string) kinds.Inputs {
	key, policy := crd.KeyOf(obj), kinds.Deletion(obj)
	objects := map[string]crd.Object{}
	if binding, ok := obj.(*configurationv1alpha1.KongPluginBinding); ok {
		objects[configurationv1alpha1.PluginRefField] = plugins()[binding.Spec.PluginRef.Name]
	}
	tags := kinds.NewTable().By(obj.GVK().GroupKind()).Tags(obj, objects)
	in := kinds.Inputs{IDs: ids, Objects: objects, Tags: marks.Tags(tags, owner, key, policy)}
	if labels, labelled := kinds.Labels(obj); labelled {
		in.Labels = marks.Labels(labels, 0, owner, key, policy)
	}
	return in
}

// plugins are those that the bindings in testdata name.
func plugins() map[string]crd.Object {
	return map[string]crd.Object{
		"limit": builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{"minute": 5, "policy": nil}).
			InstanceName("first").Protocols("https", "http").
			Ordering(configurationv1.PluginOrdering{Before: map[string][]string{"access": {"key-auth"}}}).
			Annotation("konghq.com/tags", "three").MustBuild(),
		"everywhere": builder.NewClusterPlugin("everywhere", "correlation-id").MustBuild(),
	}
}

func kindOf(t testing.TB, obj crd.Object) *kinds.Kind {
	t.Helper()
	k := kinds.NewTable().By(obj.GVK().GroupKind())
	require.NotNil(t, k, "%s", obj.GVK())
	return k
}

// TestGoldenBodies makes of the manifests in testdata the bodies of the requests beside
// them, which are those that the engine sends.
func TestGoldenBodies(t *testing.T) {
	t.Parallel()
	for _, k := range kinds.All() {
		files, err := filepath.Glob(filepath.Join("..", "..", "testdata", k.GroupKind.Kind, "*.yaml"))
		require.NoError(t, err)
		assert.NotEmpty(t, files, "%s has no golden pairs", k.GroupKind)
		for _, file := range files {
			t.Run(k.GroupKind.Kind+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				obj, err := manifest.Decode(text)
				require.NoError(t, err)
				recorded, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".json")
				require.NoError(t, err)
				var want struct {
					Path string
					Body json.RawMessage
				}
				require.NoError(t, json.Unmarshal(recorded, &want))
				var refs map[string]json.RawMessage
				require.NoError(t, json.Unmarshal(want.Body, &refs))
				ids := map[string]string{}
				for _, r := range k.References {
					var target struct{ ID string }
					var targets []string
					if raw := refs[r.JSON]; raw != nil && !r.Many {
						require.NoError(t, json.Unmarshal(raw, &target))
						ids[r.Field] = target.ID
					} else if raw != nil {
						require.NoError(t, json.Unmarshal(raw, &targets))
					}
					for i, id := range targets {
						ids[fmt.Sprintf("%s[%d]", r.Field, i)] = id
					}
				}
				in := inputs(obj, ids)
				maps.Copy(in.Objects, secretsOf(obj, want.Body))
				d, err := k.Desire(obj, in)
				require.NoError(t, err)
				shown, err := canon.Decode(want.Body)
				require.NoError(t, err)
				sent, err := canon.Decode(d.Body())
				require.NoError(t, err)
				assert.Equal(t, shown, masked(shown, sent))
				assertPath(t, k, obj, want.Path, ids)
			})
		}
	}
}

// secretsOf are the Secrets that an object refers to, with references to a vault as they
// were recorded, and the recorded certificate of an authority.
func secretsOf(obj crd.Object, body json.RawMessage) map[string]crd.Object {
	var recorded struct{ Cert string }
	_ = json.Unmarshal(body, &recorded) // which has no such field, or has it
	found := map[string]crd.Object{}
	for _, ref := range obj.References() {
		if ref.To.Kind == crd.SecretKind {
			found[ref.Field] = core.NewSecret(&corev1.Secret{StringData: map[string]string{
				"tls.crt": "{vault://env/" + ref.To.Name + "/cert}", "tls.key": "{vault://env/" + ref.To.Name + "/key}", "ca.crt": recorded.Cert,
			}})
		}
	}
	return found
}

// masked is what is sent without what a golden file does not show.
func masked(recorded, sent any) any {
	shown, isObject := recorded.(canon.Object)
	fields, hasFields := sent.(canon.Object)
	switch {
	case recorded == crd.Redacted && sent != nil:
		return recorded
	case !isObject || !hasFields:
		return sent
	}
	for name, value := range fields {
		fields[name] = masked(shown[name], value)
	}
	return fields
}

// assertPath makes the path to which an entity is first written.
func assertPath(t *testing.T, k *kinds.Kind, obj crd.Object, want string, ids map[string]string) {
	t.Helper()
	at := kinds.At{}
	if k.Collection != "" {
		at.ControlPlane = strings.Split(want, "/")[3]
	}
	if parent := k.Parent; parent != nil {
		at.Parent = ids[parent.Field]
	}
	got := k.Path(at)
	if !k.Writes.ServerID {
		id := k.SpecID(obj)
		if id == "" {
			id = marks.EntityID(at.ControlPlane, owner, crd.KeyOf(obj))
		}
		got = k.EntityPath(at, id)
	}
	assert.Equal(t, want, got)
}
