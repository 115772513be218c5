package konnect_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// implying is a service with a plugin and a consumer with a key, neither of which has an
// object of its own.
func implying() []crd.Object {
	service := webService()
	service.SetAnnotations(map[string]string{"konghq.com/plugins": "limit"})
	key := secretWith("alice-key", "key", "example-key")
	key.SetLabels(map[string]string{"konghq.com/credential": "key-auth"})
	return []crd.Object{
		plane("cp").MustBuild(), service, key, builder.NewPlugin("limit", "rate-limiting").Config(conf{"minute": 5}).MustBuild(),
		builder.NewConsumer("alice").ControlPlane("cp").Credentials("alice-key").MustBuild(),
	}
}

// TestExportOfWhatIsImplied makes objects of their own of what others imply: they take it
// over, and nothing is deleted because the objects imply it no longer.
func TestExportOfWhatIsImplied(t *testing.T) {
	t.Parallel()
	server := konnecttest.NewServer()
	client := newNetwork(server).client(t)
	_, err := client.Ensure(t.Context(), implying())
	require.NoError(t, err)
	id := planeID(t, server, "cp")

	export, err := client.Export(t.Context(), konnect.ControlPlaneSelector{ID: id}, konnect.ExportSecrets())
	require.NoError(t, err)
	assert.Equal(t, []string{"KonnectGatewayControlPlane cp", "Service web", "Consumer alice", "Plugin rate-limiting-web", "PluginBinding rate-limiting-web"},
		keysOf(export.Objects))
	assert.Equal(t, []string{"CredentialAPIKey alice"}, keysOf(export.Secrets))
	assert.Empty(t, export.Skipped)
	_, err = export.Verify(t.Context())
	require.NoError(t, err)

	server.ResetLog()
	objects := slices.Concat(export.Objects, export.Secrets)
	_, err = client.Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, 4, server.Writes())
	assert.Zero(t, server.Count("DELETE", "/"))
	report, err := client.Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Zero(t, report.Writes)
	assert.Len(t, server.Entities(id, "plugins"), 1)
	assert.Len(t, server.Entities(id, "key-auths"), 1)
}

// TestReleaseOfWhatIsImplied gives it up with what implies it.
func TestReleaseOfWhatIsImplied(t *testing.T) {
	t.Parallel()
	for reason, left := range map[string]int{"all is there": 0, "the Secret is missing": 1} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.NewServer()
			client := newNetwork(server).client(t)
			_, err := client.Ensure(t.Context(), implying())
			require.NoError(t, err)
			id := planeID(t, server, "cp")
			server.ResetLog()
			batch := implying()
			if left > 0 {
				batch = append(batch[:2:2], batch[3:]...)
			}
			report, err := client.Release(t.Context(), batch)
			require.NoError(t, err)
			marked := 0
			for _, collection := range []string{"services", "plugins", "consumers", "key-auths"} {
				for _, entity := range server.Entities(id, collection) {
					if tags, _ := entity["tags"].([]any); len(tags) > 0 {
						marked++
					}
				}
			}
			assert.Equal(t, left, marked)
			assert.Len(t, report.Warnings, left, "%s", report)
			assert.Zero(t, server.Count("DELETE", "/"))
			report, err = client.Release(t.Context(), batch)
			require.NoError(t, err)
			assert.Zero(t, report.Writes)
		})
	}
}
