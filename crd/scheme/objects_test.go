package scheme_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/samples"
)

// forEveryKind runs a test with the sample of each kind that has most fields.
func forEveryKind(t *testing.T, test func(t *testing.T, kind scheme.Kind, obj crd.Object)) {
	t.Helper()
	forEverySample(t, func(t *testing.T, kind scheme.Kind, all map[string]crd.Object) {
		t.Helper()
		require.Contains(t, all, samples.Most)
		test(t, kind, all[samples.Most])
	})
}

// forEverySample runs a test with all samples of each kind, by name.
func forEverySample(t *testing.T, test func(t *testing.T, kind scheme.Kind, all map[string]crd.Object)) {
	t.Helper()
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		t.Run(kind.Kind, func(t *testing.T) {
			t.Parallel()
			documents, err := samples.Documents(kind.Kind)
			require.NoError(t, err)
			objects, err := manifest.DecodeAll(bytes.NewReader(bytes.Join(documents, []byte("\n---\n"))))
			require.NoError(t, err)
			all := map[string]crd.Object{}
			for _, obj := range objects {
				all[obj.GetName()] = obj
			}
			test(t, kind, all)
		})
	}
}

// The engine asks for these fields by interface: a kind that forgets one would be
// created without its tags, or beside the entity that it should adopt.
func TestEveryKindTellsItsFields(t *testing.T) {
	t.Parallel()
	forEveryKind(t, func(t *testing.T, _ scheme.Kind, obj crd.Object) {
		t.Helper()
		assert.Empty(t, untold(obj))
	})
}

// untold lists the fields of the spec that the object has no method for.
func untold(obj any) []string {
	var found []string
	object := reflect.ValueOf(obj).Elem()
	spec := object.FieldByName("Spec")
	fields := append(reflect.VisibleFields(object.Type()), inSpec(object.Type())...)
	for _, field := range fields {
		switch value := object.FieldByIndex(field.Index).Interface().(type) {
		case *commonv1alpha1.AdoptOptions:
			if o, ok := obj.(interface {
				GetAdopt() *commonv1alpha1.AdoptOptions
			}); !ok || value == nil || o.GetAdopt() != value {
				found = append(found, field.Name+": GetAdopt")
			}
		case commonv1alpha1.Tags:
			if o, ok := obj.(interface{ GetTags() commonv1alpha1.Tags }); !ok || value == nil || !reflect.DeepEqual(o.GetTags(), value) {
				found = append(found, field.Name+": GetTags")
			}
		}
	}
	if labels := labelsIn(spec); labels.IsValid() {
		o, ok := obj.(interface{ GetKonnectLabels() map[string]string })
		if !ok || labels.Len() == 0 || !reflect.DeepEqual(o.GetKonnectLabels(), labels.Interface()) {
			found = append(found, "Labels: GetKonnectLabels")
		}
	}
	return found
}

// inSpec returns the fields of the spec of a type of objects, with their places in the
// object; none where all are at the root.
func inSpec(object reflect.Type) []reflect.StructField {
	spec, ok := object.FieldByName("Spec")
	if !ok {
		return nil
	}
	fields := reflect.VisibleFields(spec.Type)
	for i := range fields {
		fields[i].Index = append(slices.Clone(spec.Index), fields[i].Index...)
	}
	return fields
}

// labelsIn returns the field Labels of a spec or of a struct in it; not valid for none.
func labelsIn(value reflect.Value) reflect.Value {
	value = reflect.Indirect(value)
	if value.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for field, inner := range value.Fields() {
		if field.Name == "Labels" && field.Type == reflect.TypeFor[map[string]string]() {
			return inner
		}
		if found := labelsIn(inner); found.IsValid() {
			return found
		}
	}
	return reflect.Value{}
}

func TestUntoldFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	type request struct{ Labels map[string]string }
	type spec struct {
		Adopt   *commonv1alpha1.AdoptOptions
		Tags    commonv1alpha1.Tags
		Request *request
	}
	type object struct{ Spec spec }
	assert.Equal(t, []string{"Adopt: GetAdopt", "Tags: GetTags", "Labels: GetKonnectLabels"}, untold(&object{Spec: spec{
		Adopt: &commonv1alpha1.AdoptOptions{}, Tags: commonv1alpha1.Tags{"a"}, Request: &request{Labels: map[string]string{"a": "b"}},
	}}))
	assert.Equal(t, []string{"Tags: GetTags"}, untold(&struct{ Tags commonv1alpha1.Tags }{commonv1alpha1.Tags{"a"}}), "without a spec")
}

// A reference that is not told is not resolved, and needs no grant.
func TestEveryReferenceIsTold(t *testing.T) {
	t.Parallel()
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	known, ofCluster := map[string]bool{crd.SecretKind: true}, map[string]bool{}
	for _, kind := range kinds {
		known[kind.Kind], ofCluster[kind.Kind] = true, crd.IsClusterScoped(kind.New())
	}
	forEverySample(t, func(t *testing.T, _ scheme.Kind, all map[string]crd.Object) {
		t.Helper()
		var told, paths []string
		for _, obj := range all {
			for _, ref := range obj.References() {
				told = append(told, ref.Field)
				assert.Equal(t, known[ref.To.Kind], !ref.Unsupported, "%s refers to a %s", ref.Field, ref.To.Kind)
				assert.Equal(t, ofCluster[ref.To.Kind], ref.To.Namespace == "", ref.Field)
			}
			paths = append(paths, referencesIn("", reflect.ValueOf(obj).Elem())...)
		}
		for _, path := range paths {
			assert.True(t, anyWithin(told, path), "References has none of %s, only %s", path, told)
		}
	})
}

// referencesIn returns the paths of the fields that are named as references.
func referencesIn(path string, value reflect.Value) []string {
	value = reflect.Indirect(value)
	if value.Kind() != reflect.Struct {
		return nil
	}
	var found []string
	for field, inner := range value.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		at := strings.TrimPrefix(path+"."+name, ".")
		switch {
		case path == "" && (name == "" || name == "metadata" || name == "status"):
		case strings.HasSuffix(name, "Ref") && (inner.IsZero() || inner.Kind() == reflect.String): // not set, or a deprecated name
		case strings.HasSuffix(name, "Ref"), strings.HasSuffix(name, "RefAlt"):
			found = append(found, at)
		case strings.HasSuffix(name, "Refs"):
			for i := range inner.Len() {
				found = append(found, fmt.Sprintf("%s[%d]", at, i))
			}
		default:
			found = append(found, referencesIn(at, inner)...)
		}
	}
	return found
}

func anyWithin(paths []string, path string) bool {
	for _, p := range paths {
		if p == path || strings.HasPrefix(p, path+".") {
			return true
		}
	}
	return false
}

func TestEveryStatusIsKept(t *testing.T) {
	t.Parallel()
	conditions := []metav1.Condition{{Type: crd.ConditionProgrammed, Status: metav1.ConditionTrue}}
	entity := crd.KonnectStatus{ID: "1", ServerURL: "2", OrganizationID: "3", ControlPlaneID: "4", ParentID: "5"}
	forEveryKind(t, func(t *testing.T, _ scheme.Kind, obj crd.Object) {
		t.Helper()
		status := reflect.ValueOf(obj).Elem().FieldByName("Status")
		obj.SetConditions(conditions)
		obj.SetKonnectStatus(entity)
		if !status.IsValid() {
			assert.Nil(t, obj.GetConditions())
			assert.Zero(t, obj.GetKonnectStatus())
			return
		}
		assert.Equal(t, conditions, obj.GetConditions())
		kept := obj.GetKonnectStatus()
		if status.NumField() == 1 { // conditions alone
			assert.Zero(t, kept)
			return
		}
		assert.Equal(t, entity.ServerURL, kept.ServerURL, "each status says at least where")
		if konnect := status.FieldByName("Konnect"); konnect.IsValid() {
			assert.Equal(t, entity.ID, kept.ID)
			assert.Equal(t, entity.ControlPlaneID, kept.ControlPlaneID)
			obj.SetKonnectStatus(crd.KonnectStatus{})
			assert.True(t, konnect.IsNil(), "no entity leaves no trace")
		}
	})
}
