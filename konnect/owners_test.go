package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// TestSecondOwnerIsRefused lets a second owner want, prune and delete what is the first one's:
// it is told before its first write, whatever it may adopt.
func TestSecondOwnerIsRefused(t *testing.T) {
	t.Parallel()
	mirrored := func(id string, objects ...crd.Object) []crd.Object {
		return append([]crd.Object{builder.NewGatewayControlPlane("gw").Mirror(id).MustBuild()}, objects...)
	}
	parts := map[string]func(id string, objects []crd.Object) []crd.Object{
		"control plane": func(_ string, objects []crd.Object) []crd.Object { return objects[:1] },
		"service":       func(id string, objects []crd.Object) []crd.Object { return mirrored(id, objects[5]) },
		"route": func(id string, objects []crd.Object) []crd.Object {
			return mirrored(id, observing(objects[5:6])[0], objects[6])
		},
		"upstream": func(id string, objects []crd.Object) []crd.Object { return mirrored(id, objects[3]) },
		"target": func(id string, objects []crd.Object) []crd.Object {
			return mirrored(id, observing(objects[3:4])[0], objects[4])
		},
	}
	for name, part := range parts {
		for _, changed := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, server, first := ensured(t)
					before := stateOf(t, server)
					gw := planeID(t, server, "gw")
					second := n.client(t, konnect.WithOwner("second"))
					objects := func() []crd.Object {
						if changed {
							return part(gw, platformChanged())
						}
						return part(gw, platform())
					}
					for _, opts := range [][]konnect.EnsureOption{
						nil, {konnect.WithPrune()}, {konnect.WithAdoption(konnect.AdoptUnowned)}, {konnect.WithAdoption(konnect.AdoptFromOperator)},
					} {
						_, err := second.Ensure(t.Context(), objects(), opts...)
						var refused *konnect.OwnershipError
						require.ErrorAs(t, err, &refused)
						assert.Contains(t, refused.Holder, "owner platform")
						_, err = second.Plan(t.Context(), objects(), opts...)
						require.ErrorAs(t, err, &refused)
					}
					// With what the first one's run left in the status, the second finds the same.
					stolen := objects()
					for _, obj := range stolen {
						obj.SetKonnectStatus(objectNamed(t, first, obj.GetName()).GetKonnectStatus())
					}
					_, err := second.Ensure(t.Context(), copyAll(stolen))
					var refused *konnect.OwnershipError
					require.ErrorAs(t, err, &refused)
					for _, opts := range [][]konnect.DeleteOption{nil, {konnect.WithCascade()}} {
						_, err = second.Delete(t.Context(), copyAll(stolen), opts...)
						require.ErrorAs(t, err, &refused)
					}
					assert.Zero(t, server.Writes())
					assertState(t, before, stateOf(t, server), "untouched")
				})
			})
		}
	}
}

// TestTwoOwnersShareAControlPlane without touching each other's entities.
func TestTwoOwnersShareAControlPlane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		gw := planeID(t, server, "gw")
		second := n.client(t, konnect.WithOwner("second"))
		theirs := func() []crd.Object {
			return []crd.Object{
				builder.NewGatewayControlPlane("gw").Mirror(gw).MustBuild(),
				builder.NewService("more").ControlPlane("gw").Host("a.example.com").MustBuild(),
			}
		}
		report, err := second.Ensure(t.Context(), theirs(), konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, 1, report.Writes, "nothing of the first one is pruned")

		_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), platform())
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused, "the control plane would take along what is the second one's")
		assert.Contains(t, refused.Holder, "owner second")
		assert.Len(t, server.ControlPlanes(), 3)

		server.ResetLog()
		require.NoError(t, ensuring(platform, konnect.WithPrune())(t, n))
		assert.Zero(t, server.Writes(), "nor does the first one prune what is the second one's")
		_, err = second.Delete(t.Context(), theirs())
		require.NoError(t, err)
		assert.Equal(t, 1, server.Writes())
		require.NoError(t, deleting(platform)(t, n))
		assert.Empty(t, server.ControlPlanes())
	})
}
