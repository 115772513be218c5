package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestNameThatLooksLikeAnID cannot be read by its path, where Konnect takes it for
// an ID: that it is taken is found all the same, before the first write.
func TestNameThatLooksLikeAnID(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"7a1d7a3e-0000-4000-8000-00000000000f", "7A1D7A3E-0000-4000-8000-00000000000F", "7a1d7a3e00004000800000000000000f"} {
		for kind, tt := range map[string]struct {
			object crd.Object
			theirs func(t *testing.T, server *konnecttest.Server) string
		}{
			"service": {named("s", name), func(t *testing.T, server *konnecttest.Server) string {
				t.Helper()
				return putTheirs(t, server, "services", map[string]any{"name": name, "host": "theirs.example.com"})
			}},
			"route": {
				builder.NewRoute("r").SpecName(name).ControlPlane("gw").Protocols("http").Paths("/r").MustBuild(),
				func(t *testing.T, server *konnecttest.Server) string {
					t.Helper()
					return putTheirs(t, server, "routes", map[string]any{"name": name, "paths": []string{"/theirs"}})
				},
			},
			"upstream": {upstreamNamed("u", name), func(t *testing.T, server *konnecttest.Server) string {
				t.Helper()
				return putTheirs(t, server, "upstreams", map[string]any{"name": name})
			}},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					n := newNetwork(server)
					require.NoError(t, ensuring(inGateway())(t, n))
					theirs := tt.theirs(t, server)
					server.ResetLog()
					batch := append(inGateway(tt.object)(), builder.NewGatewayControlPlane("another").MustBuild())
					client := n.client(t, konnect.WithOwner("platform"))
					_, err := client.Ensure(t.Context(), batch)
					var owned *konnect.OwnershipError
					require.ErrorAs(t, err, &owned)
					assert.Equal(t, theirs, owned.KonnectID)
					assert.Zero(t, server.Writes())

					_, err = client.Ensure(t.Context(), batch, konnect.WithAdoption(konnect.AdoptUnowned))
					require.NoError(t, err, "and it can be adopted")
				})
			})
		}
	}
}

// TestComputedIDOfAnother is not written to, though the status names an entity that
// is gone, so that nothing leads to the computed ID before it is written.
func TestComputedIDOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		a := named("a", "one")
		require.NoError(t, ensuring(inGateway(a))(t, n))
		require.NoError(t, ensuring(inGateway(named("b", "one")), konnect.WithPrune())(t, n), "renamed")
		gw := planeID(t, server, "gw")
		renamed := server.Entity(gw, "services", "one")

		stale := named("a", "two")
		stale.SetKonnectStatus(crd.KonnectStatus{ID: "7a1d7a3e-0000-4000-8000-00000000000f", ControlPlaneID: gw})
		require.NoError(t, ensuring(inGateway(stale))(t, n))
		assert.Equal(t, renamed, server.Entity(gw, "services", "one"), "that of b")
		assert.Len(t, server.Entities(gw, "services"), 2)
	})
}

// TestStatusOfDroppedObject names an entity that another object has left behind,
// where the object has one with its own marks.
func TestStatusOfDroppedObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(inGateway(named("a", "one"), named("b", "two")))(t, n))
		gw := planeID(t, server, "gw")
		a := server.Entity(gw, "services", "one")["id"]
		stale := named("a", "three")
		stale.SetKonnectStatus(crd.KonnectStatus{ID: textOf(server.Entity(gw, "services", "two")["id"]), ControlPlaneID: gw})
		require.NoError(t, ensuring(inGateway(stale), konnect.WithPrune())(t, n))
		assert.Equal(t, a, server.Entity(gw, "services", "three")["id"])
		assert.Len(t, server.Entities(gw, "services"), 1)
	})
}

// TestStatusesOfOneEntity name what a dropped object has left: of two objects that
// had it at some time, the one with its name gets it.
func TestStatusesOfOneEntity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(inGateway(named("dropped", "one")))(t, n))
		gw := planeID(t, server, "gw")
		left := server.Entity(gw, "services", "one")["id"]
		a, b := named("a", "two"), named("b", "one")
		for _, obj := range []crd.Object{a, b} {
			obj.SetKonnectStatus(crd.KonnectStatus{ID: textOf(left), ControlPlaneID: gw})
		}
		require.NoError(t, ensuring(inGateway(a, b), konnect.WithPrune())(t, n))
		assert.Equal(t, left, server.Entity(gw, "services", "one")["id"])
		assert.NotNil(t, server.Entity(gw, "services", "two"))
		assert.Len(t, server.Entities(gw, "services"), 2)
	})
}
