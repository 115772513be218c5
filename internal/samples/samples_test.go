package samples_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/samples"
)

func TestEveryKindHasSamples(t *testing.T) {
	t.Parallel()
	known, err := scheme.Kinds()
	require.NoError(t, err)
	var kinds []string
	for _, kind := range known {
		kinds = append(kinds, kind.Kind)
	}
	sampled, err := samples.Kinds()
	require.NoError(t, err)
	assert.ElementsMatch(t, kinds, sampled)
}

func TestSamplesAreComplete(t *testing.T) {
	t.Parallel()
	known, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range known {
		t.Run(kind.Kind, func(t *testing.T) {
			t.Parallel()
			documents, err := samples.Documents(kind.Kind)
			require.NoError(t, err)
			set, names := map[string]bool{}, map[string]bool{}
			for _, document := range documents {
				var object map[string]any
				require.NoError(t, yaml.Unmarshal(document, &object))
				metadata, _ := object["metadata"].(map[string]any)
				name, _ := metadata["name"].(string)
				assert.False(t, names[name], "two samples are named %q", name)
				names[name] = true
				for name, value := range object {
					collect(set, name, value)
				}
			}
			assert.True(t, names[samples.Most], "no sample is named %s", samples.Most)
			for _, path := range desired(reflect.TypeOf(kind.New()).Elem()) {
				assert.True(t, set[path], "no sample of %s sets %s", kind.Kind, path)
			}
		})
	}
}

func TestNoSamplesOfAnUnknownKind(t *testing.T) {
	t.Parallel()
	_, err := samples.Documents("KongThing")
	assert.EqualError(t, err, "no samples of kind KongThing: add internal/samples/KongThing.yaml")
}

// collect notes the paths of all fields that a value has; lists have no part in a path.
func collect(set map[string]bool, path string, value any) {
	set[path] = true
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			collect(set, path+"."+name, field)
		}
	case []any:
		for _, item := range value {
			collect(set, path, item)
		}
	}
}

// desired returns the paths of what an object says of its desired state: of its spec, and
// of the fields beside it.
func desired(object reflect.Type) []string {
	var found []string
	for field := range object.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "metadata" && name != "status" {
			found = append(found, paths(name, field.Type)...)
		}
	}
	return found
}

// paths returns the paths of the fields of a struct, and of all structs in it.
func paths(path string, of reflect.Type) []string {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	found := []string{path}
	if of.Kind() != reflect.Struct || of.Implements(reflect.TypeFor[json.Marshaler]()) {
		return found
	}
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		found = append(found, paths(path+"."+name, field.Type)...)
	}
	return found
}

func TestPathsEnterStructs(t *testing.T) {
	t.Parallel()
	type inner struct {
		A *int `json:"a"`
	}
	type outer struct {
		One  inner             `json:"one"`
		Many []inner           `json:"many,omitzero"`
		Map  map[string]string `json:"map"`
	}
	type object struct {
		inner  `json:",inline"`
		Meta   inner  `json:"metadata"`
		Name   string `json:"name"`
		Spec   inner  `json:"spec"`
		Status inner  `json:"status"`
	}
	assert.Equal(t, []string{"name", "spec", "spec.a"}, desired(reflect.TypeFor[object]()))
	assert.Equal(t, []string{"spec", "spec.one", "spec.one.a", "spec.many", "spec.many.a", "spec.map"},
		paths("spec", reflect.TypeFor[*outer]()))
	set := map[string]bool{}
	collect(set, "spec", map[string]any{"many": []any{map[string]any{"a": 1}}})
	assert.Equal(t, map[string]bool{"spec": true, "spec.many": true, "spec.many.a": true}, set)
}
