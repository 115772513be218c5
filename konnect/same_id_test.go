package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Konnect has IDs by collection: a service and a route with the same spec.id are two
// entities, and what belongs to the one does not belong to the other.
func TestSameIDInTwoCollections(t *testing.T) {
	t.Parallel()
	const id = "7c1f3a52-6d0e-4f57-9a41-3f0b8a2c6d11"
	batch := func() (gateway crd.Object, rest []crd.Object) {
		return builder.NewGatewayControlPlane("gw").MustBuild(), []crd.Object{
			builder.NewService("a").ID(id).ControlPlane("gw").Host("a.example").MustBuild(),
			builder.NewRoute("a").ID(id).Service("a").Paths("/a").MustBuild(),
			builder.NewRoute("b").Service("a").Paths("/b").MustBuild(),
		}
	}
	for _, tt := range []struct {
		reason  string
		deletes int
		remove  func(t *testing.T, c *konnect.Client, gateway crd.Object, rest []crd.Object, most int) (*konnect.Report, error)
	}{
		{"pruned", 3, func(t *testing.T, c *konnect.Client, gateway crd.Object, _ []crd.Object, most int) (*konnect.Report, error) {
			t.Helper()
			return c.Ensure(t.Context(), []crd.Object{gateway}, konnect.WithPrune(), konnect.WithMaxDeletes(most))
		}},
		{"deleted", 4, func(t *testing.T, c *konnect.Client, gateway crd.Object, rest []crd.Object, most int) (*konnect.Report, error) {
			t.Helper()
			return c.Delete(t.Context(), append(rest, gateway), konnect.WithMaxDeletes(most))
		}},
		{"deleted with their control plane", 4, func(t *testing.T, c *konnect.Client, gateway crd.Object, _ []crd.Object, most int) (*konnect.Report, error) {
			t.Helper()
			return c.Delete(t.Context(), []crd.Object{gateway}, konnect.WithMaxDeletes(most))
		}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithOwner("team"))
			gateway, rest := batch()
			report, err := client.Ensure(t.Context(), append(rest, gateway))
			require.NoError(t, err)
			assert.Equal(t, 4, report.Writes)
			again, others := batch()
			report, err = client.Ensure(t.Context(), append(others, again), konnect.WithPrune())
			require.NoError(t, err)
			assert.Zero(t, report.Writes)

			_, err = tt.remove(t, client, gateway, rest, tt.deletes-1)
			var tooMany *konnect.TooManyDeletesError
			require.ErrorAs(t, err, &tooMany, "each of them counts")
			_, err = tt.remove(t, client, gateway, rest, tt.deletes)
			require.NoError(t, err)
			for _, plane := range server.ControlPlanes() {
				planeID, ok := plane["id"].(string)
				require.True(t, ok)
				assert.Empty(t, server.Entities(planeID, "services"))
				assert.Empty(t, server.Entities(planeID, "routes"))
			}
		})
	}
}
