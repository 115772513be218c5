package konnect_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestOrganizationUnknown: a server that does not say which organisation a token
// belongs to is good enough; only the status lacks it.
func TestOrganizationUnknown(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t, konnecttest.WithFault(konnecttest.Fault{
		Method: http.MethodGet, Path: "/v3/organizations/me", Times: -1, Effect: konnecttest.FailBefore(http.StatusNotFound),
	}))
	objects := howTo()
	_, err := newClient(t, server).Ensure(t.Context(), objects)
	require.NoError(t, err)
	for _, obj := range objects {
		assert.NotEmpty(t, obj.GetKonnectStatus().ID)
		assert.Empty(t, obj.GetKonnectStatus().OrganizationID)
	}
	server.ResetLog()
	_, err = newClient(t, server).Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Zero(t, server.Writes())
}
