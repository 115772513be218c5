package applytest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configurationac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// The fields of a newer operator that a route of these tests has.
const (
	newSetting = "spec.newSetting"
	mark       = "spec.sources[0].mark"
	region     = "status.konnect.region"
)

// createNewer creates a route as a newer operator would, with fields that our types
// lack, and returns its namespace.
func createNewer(t *testing.T) string {
	t.Helper()
	namespace := newNamespace(t)
	object := rawRoute(namespace, map[string]any{
		"serviceRef": map[string]any{"type": "namespacedRef", "namespacedRef": map[string]any{"name": "service"}},
		"paths":      []any{"/a"},
		"newSetting": "fast",
		"sources":    []any{map[string]any{"ip": "10.0.0.1", "mark": "blue"}},
	})
	require.NoError(t, cluster.Create(t.Context(), object, client.FieldOwner("operator")))
	require.NoError(t, unstructured.SetNestedField(object.Object, map[string]any{"id": "id", "region": "us"}, "status", "konnect"))
	require.NoError(t, cluster.Status().Update(t.Context(), object, client.FieldOwner("operator")))
	require.Equal(t, []string{newSetting, mark, region}, unknownFields(t, namespace))
	return namespace
}

// unknownFields lists the fields of the route in the cluster that our types lack.
func unknownFields(t *testing.T, namespace string) []string {
	t.Helper()
	object := rawRoute(namespace, nil)
	require.NoError(t, cluster.Get(t.Context(), client.ObjectKeyFromObject(object), object))
	raw, err := object.MarshalJSON()
	require.NoError(t, err)
	unknown, err := manifest.UnknownFields(raw)
	require.NoError(t, err)
	return unknown
}

// A route with fields of a newer operator is read with our types, changed and written
// back in one of the ways that there are.
func TestUnknownFieldsInTheCluster(t *testing.T) {
	t.Parallel()
	partial := func(namespace string, spec *configurationac.KongRouteSpecApplyConfiguration) error {
		return cluster.Apply(t.Context(), route(namespace, spec), teamA, client.ForceOwnership)
	}
	cases := map[string]struct {
		reason string
		write  func(object *configurationv1alpha1.KongRoute) error
		left   []string
	}{
		"update": {
			"what was not decoded is gone from spec; status is another subresource",
			func(object *configurationv1alpha1.KongRoute) error {
				object.Spec.Methods = []string{"GET"}
				return cluster.Update(t.Context(), object)
			},
			[]string{region},
		},
		"status-update": {
			"and the other way round",
			func(object *configurationv1alpha1.KongRoute) error {
				object.Status.Konnect.ServiceID = "edited"
				return cluster.Status().Update(t.Context(), object)
			},
			[]string{newSetting, mark},
		},
		"merge-patch": {
			"a patch names what changes",
			func(object *configurationv1alpha1.KongRoute) error {
				before := object.DeepCopy()
				object.Spec.Methods = []string{"GET"}
				return cluster.Patch(t.Context(), object, client.MergeFrom(before))
			},
			[]string{newSetting, mark, region},
		},
		"merge-patch-of-list": {
			"a list that changes is replaced as a whole",
			func(object *configurationv1alpha1.KongRoute) error {
				before := object.DeepCopy()
				object.Spec.Sources[0].Port = new(int64(80))
				return cluster.Patch(t.Context(), object, client.MergeFrom(before))
			},
			[]string{newSetting, region},
		},
		"status-merge-patch": {
			"in status too",
			func(object *configurationv1alpha1.KongRoute) error {
				before := object.DeepCopy()
				object.Status.Konnect.ServiceID = "edited"
				return cluster.Status().Patch(t.Context(), object, client.MergeFrom(before))
			},
			[]string{newSetting, mark, region},
		},
		"apply": {
			"an intent names what is wanted",
			func(object *configurationv1alpha1.KongRoute) error {
				return partial(object.Namespace, configurationac.KongRouteSpec().WithMethods("GET"))
			},
			[]string{newSetting, mark, region},
		},
		"apply-of-list": {
			"a list belongs to one manager as a whole",
			func(object *configurationv1alpha1.KongRoute) error {
				return partial(object.Namespace, configurationac.KongRouteSpec().
					WithSources(configurationac.RouteEndpoint().WithIP("10.0.0.1").WithPort(80)))
			},
			[]string{newSetting, region},
		},
		"status-apply": {
			"in status too",
			func(object *configurationv1alpha1.KongRoute) error {
				status := configurationac.KongRouteStatus().
					WithKonnect(configurationac.KongRouteKonnectStatus().WithServiceID("edited"))
				return cluster.Status().Apply(t.Context(), routeStatus(object.Namespace, status), teamA, client.ForceOwnership)
			},
			[]string{newSetting, mark, region},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			namespace := createNewer(t)
			before := readRoute(t, namespace)
			require.NoError(t, c.write(before.DeepCopy()))
			assert.NotEqual(t, before.ResourceVersion, readRoute(t, namespace).ResourceVersion, "it was written")
			assert.Equal(t, c.left, unknownFields(t, namespace), c.reason)
		})
	}
}

// What Extract returns has the fields of our types only. Those of another manager stay
// where they are, but those that the same manager applied by other means are released.
func TestUnknownFieldsOfOneManager(t *testing.T) {
	t.Parallel()
	namespace := createNewer(t)
	applyNewer := func(setting string) {
		intent := client.ApplyConfigurationFromUnstructured(rawRoute(namespace, map[string]any{"newSetting": setting}))
		require.NoError(t, cluster.Apply(t.Context(), intent, teamA, client.ForceOwnership))
	}
	extractAndApply := func(owner client.FieldOwner) {
		mine, err := configurationac.ExtractKongRoute(readRoute(t, namespace), string(owner))
		require.NoError(t, err)
		require.NoError(t, cluster.Apply(t.Context(), mine, owner))
	}
	applyNewer("fast")
	extractAndApply(teamB)
	extractAndApply(teamA)
	assert.Equal(t, []string{newSetting, mark, region}, unknownFields(t, namespace), "the operator owns it too")

	applyNewer("slow")
	extractAndApply(teamA)
	assert.Equal(t, []string{mark, region}, unknownFields(t, namespace), "nobody else owned what was released")
}
