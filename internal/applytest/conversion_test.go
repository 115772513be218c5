package applytest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// What a conversion keeps for the way back goes through a cluster.
func TestConversionAnnotationInTheCluster(t *testing.T) {
	t.Parallel()
	old := &v1alpha1.KonnectGatewayControlPlane{Spec: v1alpha1.KonnectGatewayControlPlaneSpec{
		Description: new("without a name"), Source: v1alpha2.SourceOrigin,
		Konnect: &v1alpha1.KonnectConfiguration{
			APIAuthConfigurationRef: v1alpha1.KonnectAPIAuthConfigurationRef{Name: "auth"},
		},
	}}
	old.Namespace, old.Name = newNamespace(t), "converted"
	object, err := old.Latest()
	require.NoError(t, err)
	require.Contains(t, object.GetAnnotations(), v1alpha1.ConversionAnnotation)
	require.NoError(t, cluster.Create(t.Context(), object.(client.Object)))

	stored := &v1alpha2.KonnectGatewayControlPlane{}
	require.NoError(t, cluster.Get(t.Context(), client.ObjectKeyFromObject(old), stored))
	require.Contains(t, stored.Annotations, v1alpha1.ConversionAnnotation)
	var back v1alpha1.KonnectGatewayControlPlane
	require.NoError(t, back.ConvertFrom(stored))
	assert.Equal(t, old.Spec, back.Spec)
	assert.NotContains(t, back.Annotations, v1alpha1.ConversionAnnotation)

	latest := &v1alpha2.KonnectGatewayControlPlane{}
	require.NoError(t, back.ConvertTo(latest))
	require.NoError(t, cluster.Update(t.Context(), latest))
	again := &v1alpha2.KonnectGatewayControlPlane{}
	require.NoError(t, cluster.Get(t.Context(), client.ObjectKeyFromObject(old), again))
	assert.Equal(t, stored.ResourceVersion, again.ResourceVersion, "nothing has changed")
}
