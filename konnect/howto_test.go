package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// howTo returns the objects of the how-to "Create a Service and Route".
func howTo() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gateway-control-plane").MustBuild(),
		builder.NewService("service").
			Host("echo.kong.svc.cluster.local").Port(1027).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").
			Protocols("http").Paths("/echo").
			Service("service").MustBuild(),
	}
}

func newClient(t testing.TB, server *konnecttest.Server, opts ...konnect.Option) *konnect.Client {
	t.Helper()
	opts = append([]konnect.Option{konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithSource(resolve.Objects(vaultGrant()))}, opts...)
	client, err := konnect.NewClient(opts...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func actions(report *konnect.Report) []konnect.Action {
	var actions []konnect.Action
	for _, c := range report.Changes {
		actions = append(actions, c.Action)
	}
	return actions
}

func TestHowTo(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	objects := howTo()

	report, err := newClient(t, server).Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionCreated, konnect.ActionCreated, konnect.ActionCreated}, actions(report))
	assert.Equal(t, 3, server.Writes())
	assert.Len(t, server.Requests(), 5, "cold: two reads and three writes")
	for _, obj := range objects {
		assert.True(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
		assert.NotEmpty(t, obj.GetKonnectStatus().ID, "%s", crd.KeyOf(obj))
	}
	t.Log("\n" + report.String())

	for name, again := range map[string][]crd.Object{"with status": objects, "without status": howTo()} {
		server.ResetLog()
		report, err := newClient(t, server).Ensure(t.Context(), again)
		require.NoError(t, err, name)
		assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionUnchanged, konnect.ActionUnchanged}, actions(report), name)
		assert.Zero(t, server.Writes(), name)
		assert.Len(t, server.Requests(), 4, name)
	}

	deleted, err := newClient(t, server).Delete(t.Context(), howTo())
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionDeleted, konnect.ActionDeleted, konnect.ActionDeleted}, actions(deleted))
	server.ResetLog()
	deleted, err = newClient(t, server).Delete(t.Context(), howTo())
	require.NoError(t, err)
	assert.Equal(t, []konnect.Action{konnect.ActionUnchanged, konnect.ActionUnchanged, konnect.ActionUnchanged}, actions(deleted))
	assert.Zero(t, server.Writes())
}
