package v1alpha1_test

import (
	"encoding/json"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// filler fills every field of an object at random, nil and empty values among them.
func filler(seed int64) interface{ Fill(obj any) } {
	codecs := serializer.NewCodecFactory(runtime.NewScheme())
	const maxElements = 3
	return fuzzer.FuzzerFor(metafuzzer.Funcs, rand.NewSource(seed), codecs).NumElements(0, maxElements)
}

// full fills every field of an object, with nothing nil or empty.
func full(obj any) {
	codecs := serializer.NewCodecFactory(runtime.NewScheme())
	fuzzer.FuzzerFor(metafuzzer.Funcs, rand.NewSource(1), codecs).NilChance(0).NumElements(1, 1).Fill(obj)
	fillStrings(reflect.ValueOf(obj).Elem())
}

// fillStrings replaces strings that happen to be empty.
func fillStrings(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		fillStrings(v.Elem())
	case reflect.Slice:
		for _, item := range v.Seq2() {
			fillStrings(item)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			fillStrings(field)
		}
	case reflect.String:
		if v.CanSet() && v.Len() == 0 {
			v.SetString("a")
		}
	}
}

// rounds is how many objects a property is tried with.
const rounds = 500

func randomV1alpha1(seed int64) *v1alpha1.KonnectGatewayControlPlane {
	c := &v1alpha1.KonnectGatewayControlPlane{}
	filler(seed).Fill(c)
	c.SetGroupVersionKind(c.GVK())
	return c
}

func randomV1alpha2(seed int64) *v1alpha2.KonnectGatewayControlPlane {
	c := &v1alpha2.KonnectGatewayControlPlane{}
	filler(seed).Fill(c)
	c.SetGroupVersionKind(c.GVK())
	return c
}

func toV1alpha2(t *testing.T, c *v1alpha1.KonnectGatewayControlPlane) *v1alpha2.KonnectGatewayControlPlane {
	t.Helper()
	converted := &v1alpha2.KonnectGatewayControlPlane{}
	require.NoError(t, c.ConvertTo(converted))
	return converted
}

func toV1alpha1(t *testing.T, c *v1alpha2.KonnectGatewayControlPlane) *v1alpha1.KonnectGatewayControlPlane {
	t.Helper()
	converted := &v1alpha1.KonnectGatewayControlPlane{}
	require.NoError(t, converted.ConvertFrom(c))
	return converted
}

// same fails unless two objects are equal, the difference between nil and empty
// included; but annotations that are empty are not in the JSON either.
func same(t *testing.T, want, got any, reason string) {
	t.Helper()
	require.Empty(t, cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool {
		return strings.HasSuffix(p.String(), "Annotations")
	}, cmpopts.EquateEmpty())), reason)
}

// forget removes the annotation of the conversion.
func forget[T metav1.Object](object T) T {
	annotations := object.GetAnnotations()
	delete(annotations, v1alpha1.ConversionAnnotation)
	object.SetAnnotations(annotations)
	return object
}

func TestControlPlaneConversionLosesNothing(t *testing.T) {
	t.Parallel()
	for seed := range int64(rounds) {
		old := randomV1alpha1(seed)
		before := old.DeepCopy()
		latest := toV1alpha2(t, old)
		same(t, before, old, "the source was changed")
		back := toV1alpha1(t, latest)
		same(t, before, back, "v1alpha1 to v1alpha2 and back")
		same(t, latest, toV1alpha2(t, back), "and once more")
	}
	for seed := range int64(rounds) {
		latest := randomV1alpha2(seed)
		before := latest.DeepCopy()
		old := toV1alpha1(t, latest)
		same(t, before, latest, "the source was changed")
		back := toV1alpha2(t, old)
		same(t, before, back, "v1alpha2 to v1alpha1 and back")
		same(t, old, toV1alpha1(t, back), "and once more")
	}
}

// Each annotation that a conversion accepts must have no effect but to keep what it holds.
func FuzzControlPlaneConversion(f *testing.F) {
	for _, annotation := range []string{"", "{}", "a", `{"unnamed":true}`, `{"clusterType":"a"}`, `{"authRef":{"name":"a","namespace":""}}`} {
		f.Add(int64(1), annotation, "a")
	}
	f.Fuzz(func(t *testing.T, seed int64, annotation, name string) {
		old, latest := randomV1alpha1(seed), randomV1alpha2(seed)
		if old.Spec.Konnect != nil {
			old.Spec.Konnect.APIAuthConfigurationRef.Name = name
		}
		if latest.Spec.CreateControlPlaneRequest != nil {
			latest.Spec.CreateControlPlaneRequest.Name = ""
		}
		if annotation != "" {
			annotations := map[string]string{v1alpha1.ConversionAnnotation: annotation}
			old.Annotations, latest.Annotations = annotations, maps.Clone(annotations)
		}
		var converted v1alpha2.KonnectGatewayControlPlane
		if err := old.ConvertTo(&converted); err == nil {
			back := toV1alpha1(t, &converted)
			same(t, &converted, toV1alpha2(t, back), "v1alpha1 to v1alpha2, and once more")
			same(t, forget(old), forget(back), "v1alpha1 to v1alpha2 and back")
		}
		var previous v1alpha1.KonnectGatewayControlPlane
		if err := previous.ConvertFrom(latest); err == nil {
			back := toV1alpha2(t, &previous)
			same(t, &previous, toV1alpha1(t, back), "v1alpha2 to v1alpha1, and once more")
			same(t, forget(latest), forget(back), "v1alpha2 to v1alpha1 and back")
		}
	})
}

// paths lists the fields of an object by JSON path, metadata and type left out.
func paths(t *testing.T, object any) []string {
	t.Helper()
	text, err := json.Marshal(object)
	require.NoError(t, err)
	var value map[string]any
	require.NoError(t, json.Unmarshal(text, &value))
	found := map[string]bool{}
	collectPaths("spec", value["spec"], found)
	collectPaths("status", value["status"], found)
	return slices.Sorted(maps.Keys(found))
}

func collectPaths(path string, value any, found map[string]bool) {
	found[path] = true
	switch value := value.(type) {
	case map[string]any:
		if strings.HasSuffix(path, ".labels") {
			return // the keys are data
		}
		for key, item := range value {
			collectPaths(path+"."+key, item, found)
		}
	case []any:
		for _, item := range value {
			collectPaths(path+"[]", item, found)
		}
	}
}

// With everything set in one version, everything of the other is set but what only
// that has. That the types have all fields of the published schemas is tested in crd.
func TestControlPlaneConversionLeavesNoFieldOut(t *testing.T) {
	t.Parallel()
	old, latest := &v1alpha1.KonnectGatewayControlPlane{}, &v1alpha2.KonnectGatewayControlPlane{}
	full(old)
	full(latest)
	assert.Equal(t, paths(t, old), paths(t, toV1alpha1(t, latest)), "v1alpha1 has nothing that v1alpha2 has not")

	onlyInV1alpha2 := []string{"spec.konnect.authRef.namespace", "status.clusterType"}
	converted := paths(t, toV1alpha2(t, old))
	assert.NotContains(t, converted, onlyInV1alpha2[0])
	assert.NotContains(t, converted, onlyInV1alpha2[1])
	assert.ElementsMatch(t, paths(t, latest), append(converted, onlyInV1alpha2...))
}

func TestConversionAnnotationIsValid(t *testing.T) {
	t.Parallel()
	annotations := map[string]string{v1alpha1.ConversionAnnotation: ""}
	assert.Empty(t, apivalidation.ValidateAnnotations(annotations, field.NewPath("metadata", "annotations")))
}
