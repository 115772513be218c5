package applytest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/konnectkit/konnectkit/crd/applyconfiguration"
	configurationac "github.com/konnectkit/konnectkit/crd/applyconfiguration/configuration/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
)

// The fake client that programs test with merges as the real server does.
func TestFakeClientAppliesLikeTheServer(t *testing.T) {
	t.Parallel()
	scheme := runtime.NewScheme()
	require.NoError(t, crdscheme.AddToScheme(scheme))
	c := fake.NewClientBuilder().WithScheme(scheme).WithTypeConverters(applyconfiguration.NewTypeConverter(scheme)).
		WithStatusSubresource(&configurationv1alpha1.KongRoute{}).Build()

	require.NoError(t, c.Apply(t.Context(), route("kong", routeSpec().WithPaths("/a")), teamA))
	err := c.Apply(t.Context(), route("kong", configurationac.KongRouteSpec().WithPaths("/b")), teamB)
	assert.True(t, apierrors.IsConflict(err), "%v", err)

	for owner, name := range map[client.FieldOwner]string{teamA: "a", teamB: "b"} {
		status := configurationac.KongRouteStatus().WithConditions(metaac.Condition().WithType(name))
		require.NoError(t, c.Status().Apply(t.Context(), routeStatus("kong", status), owner))
	}
	object := &configurationv1alpha1.KongRoute{}
	require.NoError(t, c.Get(t.Context(), client.ObjectKey{Namespace: "kong", Name: "route"}, object))
	assert.Equal(t, []string{"/a"}, object.Spec.Paths)
	assert.Len(t, object.Status.Conditions, 2, "conditions merge by type")
}
