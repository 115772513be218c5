package konnect_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// putPlugin attaches a plugin to an entity of the control plane gw.
func putPlugin(t *testing.T, server *konnecttest.Server, field, collection, name string) (id string) {
	t.Helper()
	gw := planeID(t, server, "gw")
	plugin, err := server.Put(gw, "plugins", map[string]any{
		"name": "rate-limiting", "config": map[string]any{"minute": 5}, field: map[string]any{"id": server.Entity(gw, collection, name)["id"]},
	})
	require.NoError(t, err)
	return textOf(plugin["id"])
}

// reads counts the lists of a collection at the server.
func reads(server *konnecttest.Server, collection string) int {
	n := 0
	for _, req := range server.Requests() {
		if req.Method == http.MethodGet && strings.HasSuffix(req.Path, "/core-entities/"+collection) {
			n++
		}
	}
	return n
}

// TestDeleteKeepsPlugins refuses, before anything is deleted, to take along a plugin,
// which is always somebody else's.
func TestDeleteKeepsPlugins(t *testing.T) {
	t.Parallel()
	for field, at := range map[string][]string{"service": {"services", "api", "KongService"}, "route": {"routes", "all", "KongRoute"}} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, objects := ensured(t)
				plugin := putPlugin(t, server, field, at[0], at[1])
				before := stateOf(t, server)
				client := n.client(t, konnect.WithOwner("platform"))
				_, err := client.Delete(t.Context(), entitiesAndSource(objects))
				var refused *konnect.OwnershipError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, at[2], refused.Key.Kind)
				assert.Equal(t, plugin, refused.KonnectID)
				assert.Equal(t, "rate-limiting", refused.Name)
				require.ErrorContains(t, err, "delete "+refused.Key.String()+": entity "+plugin+" (rate-limiting) belongs to it")
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "refused")
				for _, collection := range []string{"plugins", "targets", "routes"} {
					assert.Equal(t, 1, reads(server, collection), "one list of %s", collection)
				}

				_, err = client.Delete(t.Context(), entitiesAndSource(objects), konnect.WithCascade())
				require.NoError(t, err)
				assert.Nil(t, server.Entity(planeID(t, server, "gw"), "plugins", plugin))
			})
		})
	}
}

// TestPruneKeepsPlugins spares what a plugin is attached to, and what that belongs to.
func TestPruneKeepsPlugins(t *testing.T) {
	t.Parallel()
	for field, tt := range map[string]struct {
		collection, name string
		want             map[string]konnect.Action
	}{
		"service": {"services", "api", map[string]konnect.Action{"KongService": konnect.ActionSkipped, "KongRoute": konnect.ActionDeleted}},
		"route":   {"routes", "all", map[string]konnect.Action{"KongService": konnect.ActionSkipped, "KongRoute": konnect.ActionSkipped}},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				gw := planeID(t, server, "gw")
				plugin := putPlugin(t, server, field, tt.collection, tt.name)
				client := n.client(t, konnect.WithOwner("platform"))
				report, err := client.Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune())
				var refused *konnect.OwnershipError
				require.ErrorAs(t, err, &refused)
				require.ErrorContains(t, err, plugin)
				for _, change := range report.Changes {
					if want := tt.want[change.Key.Kind]; want != "" {
						assert.Equal(t, want, change.Action, "%s", change.Key)
						assert.Equal(t, want == konnect.ActionSkipped, change.Err != nil, "%s", change.Key)
					}
				}
				assert.Empty(t, server.Entities(gw, "upstreams"), "nothing hangs on it")
				assert.Equal(t, 2, reads(server, "plugins"), "one list for each control plane, as of every kind")

				require.NoError(t, server.Delete(gw, "plugins", plugin))
				server.ResetLog()
				_, err = client.Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune())
				require.NoError(t, err)
				assert.Empty(t, server.Entities(gw, "services"))

			})
		})
	}
}

// TestPruneNeedsToSeePlugins prunes nothing that may hold some while they cannot be read.
func TestPruneNeedsToSeePlugins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		gw := planeID(t, server, "gw")
		server.Inject(konnecttest.Fault{
			Method: "GET", Path: "**/plugins", Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no"}`),
		})
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune())
		require.ErrorIs(t, err, konnect.ErrForbidden)
		assert.Len(t, server.Entities(gw, "services"), 1)
		assert.Len(t, server.Entities(gw, "routes"), 1)
		assert.Len(t, server.Entities(gw, "upstreams"), 1, "not everything in the control plane is known")

		// Neither does Delete take away what may hold some.
		server.ResetLog()
		_, err = deletingOf(t, n, "api")
		require.ErrorIs(t, err, konnect.ErrForbidden)
		assert.Zero(t, server.Writes())
	})
}

// deletingOf deletes one object of platform.
func deletingOf(t *testing.T, n *network, name string, opts ...konnect.DeleteOption) (*konnect.Report, error) {
	t.Helper()
	gw := planeID(t, n.servers[usHost], "gw")
	objects := []crd.Object{objectNamed(t, platform(), name), builder.NewGatewayControlPlane("gw").Mirror(gw).MustBuild()}
	return n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects, opts...)
}

// TestNothingMoreIsRead pins that calls which delete nothing read no more for it.
func TestNothingMoreIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		client := n.client(t, konnect.WithOwner("platform"))
		for name, call := range map[string]func() error{
			"ensure": func() error { _, err := client.Ensure(t.Context(), platform()); return err },
			"prune":  func() error { _, err := client.Ensure(t.Context(), platform(), konnect.WithPrune()); return err },
		} {
			server.ResetLog()
			require.NoError(t, call())
			assert.Equal(t, reads(server, "key-sets"), reads(server, "plugins"), "%s: no more than of every kind", name)
		}
		gone := entitiesAndSource(objects)
		_, err := client.Delete(t.Context(), gone)
		require.NoError(t, err)
		server.ResetLog()
		_, err = client.Delete(t.Context(), gone)
		require.NoError(t, err)
		assert.Equal(t, reads(server, "key-sets"), reads(server, "plugins"), "all of it is gone already")
	})
}

// TestDeleteCountsWhatGoesAlong of our kinds, whether it is in the batch or not.
func TestDeleteCountsWhatGoesAlong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call    func(t *testing.T, n *network, opts ...konnect.DeleteOption) error
		deletes int
	}{
		"an upstream takes its target": {func(t *testing.T, n *network, opts ...konnect.DeleteOption) error {
			t.Helper()
			_, err := deletingOf(t, n, "pool", opts...)
			return err
		}, 2},
		"a control plane takes all": {func(t *testing.T, n *network, opts ...konnect.DeleteOption) error {
			t.Helper()
			_, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), platform()[:1], opts...)
			return err
		}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				err := tt.call(t, n, konnect.WithMaxDeletes(tt.deletes-1))
				var tooMany *konnect.TooManyDeletesError
				require.ErrorAs(t, err, &tooMany)
				assert.Equal(t, tt.deletes, tooMany.Deletes)
				assert.Zero(t, server.Writes())
				require.NoError(t, tt.call(t, n, konnect.WithMaxDeletes(tt.deletes)))
			})
		})
	}
}

// TestDeleteGroupWithCertificates keeps a group that data planes connect to.
func TestDeleteGroupWithCertificates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		certificate, err := server.Put(planeID(t, server, "edge"), "dp-client-certificates", map[string]any{"cert": konnecttest.SelfSigned().Certificate})
		require.NoError(t, err)
		client := n.client(t, konnect.WithOwner("platform"))
		_, err = client.Delete(t.Context(), objects)
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "edge", refused.Key.Name)
		assert.Equal(t, certificate["id"], refused.KonnectID)
		assert.Zero(t, server.Writes())
		_, err = client.Delete(t.Context(), objects, konnect.WithCascade())
		require.NoError(t, err)
	})
}
