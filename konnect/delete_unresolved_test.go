package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestDeleteWithReferencesThatLeadNowhere: what an entity does not need to be reached
// keeps nobody from deleting it.
func TestDeleteWithReferencesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client := newClient(t, server)
	plane := builder.NewGatewayControlPlane("plane").MustBuild()
	service := builder.NewService("service").Host("example.com").ControlPlane("plane").MustBuild()
	_, err := client.Ensure(t.Context(), []crd.Object{plane, service})
	require.NoError(t, err)

	service.Spec.ClientCertificateRef = &commonv1alpha1.NamespacedRef{Name: "certificate"}
	_, err = client.Delete(t.Context(), []crd.Object{plane, service})
	require.NoError(t, err)
	assert.Empty(t, server.ControlPlanes())
}
