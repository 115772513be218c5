package konnect_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// ensured returns a server that holds platform, and what Ensure left in the objects.
func ensured(t *testing.T) (*network, *konnecttest.Server, []crd.Object) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	objects := platform()
	_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
	require.NoError(t, err)
	server.ResetLog()
	return n, server, objects
}

func TestDeleteOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects)
		require.NoError(t, err)
		assert.Empty(t, server.ControlPlanes())
		assertDeletedInOrder(t, server, "routes", "services")
		assertDeletedInOrder(t, server, "targets", "upstreams")
		for _, change := range report.Changes {
			assert.Equal(t, konnect.ActionDeleted, change.Action, "%s", change.Key)
			assert.False(t, change.Programmed)
		}
		for _, obj := range objects {
			assert.Equal(t, crd.KonnectStatus{}, obj.GetKonnectStatus(), "%s", crd.KeyOf(obj))
			assert.False(t, crd.IsProgrammed(obj))
		}
	})
}

// TestDeleteWhatIsGone takes entities away beforehand, each alone.
func TestDeleteWhatIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{"routes", "targets", "upstreams", "control plane"} {
		for _, status := range []int{204, 404} {
			t.Run(gone, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithDeleteMissing(status))
					n := newNetwork(server)
					require.NoError(t, ensuring(platform)(t, n))
					gw := planeID(t, server, "gw")
					if gone == "control plane" {
						require.NoError(t, server.DeleteControlPlane(gw))
					} else {
						require.NoError(t, server.Delete(gw, gone, textOf(server.Entities(gw, gone)[0]["id"])))
					}
					require.NoError(t, deleting(platform)(t, n))
					assert.Empty(t, server.ControlPlanes())
				})
			})
		}
	}
}

// TestDeletePart leaves alone what is not in the batch.
func TestDeletePart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		gw := planeID(t, server, "gw")
		// The control plane comes along as a mirror, which is never deleted.
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), entitiesAndSource(objects)[2:])
		require.NoError(t, err)
		assert.Equal(t, konnect.ActionUnchanged, changeOf(t, report, "KonnectGatewayControlPlane", "gw").Action)
		assert.Len(t, server.ControlPlanes(), 3)
		assert.Empty(t, server.Entities(gw, "services"))
		assert.Empty(t, server.Entities(gw, "routes"))
	})
}

// TestDeleteServiceInUse foresees that Konnect would refuse it.
func TestDeleteServiceInUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		gw := planeID(t, server, "gw")
		theirs := putRoute(t, server, "theirs")
		kept := entitiesAndSource(objects)
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), kept, konnect.WithCascade())
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused, "konnect lets nobody cascade here")
		assert.Equal(t, "KongService default/api", refused.Key.String())
		assert.Equal(t, theirs, refused.KonnectID)
		assert.Zero(t, server.Writes())
		assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongService", "api").Action)

		require.NoError(t, server.Delete(gw, "routes", theirs))
		_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), kept)
		require.NoError(t, err)
		assert.Empty(t, server.Entities(gw, "services"))
	})
}

// putRoute adds a route of somebody else to our service.
func putRoute(t *testing.T, server *konnecttest.Server, name string) (id string) {
	t.Helper()
	gw := planeID(t, server, "gw")
	route, err := server.Put(gw, "routes", map[string]any{
		"name": name, "paths": []string{"/theirs"}, "service": map[string]any{"id": server.Entity(gw, "services", "api")["id"]},
	})
	require.NoError(t, err)
	return textOf(route["id"])
}

// TestDeleteServiceInUseMeanwhile gets what Konnect says of a route that came when
// we had looked; the rest goes, what it lies in stays.
func TestDeleteServiceInUseMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		gw := planeID(t, server, "gw")
		n.watch(func(req *http.Request) error {
			if req.Method == http.MethodDelete && server.Entity(gw, "routes", "theirs") == nil {
				putRoute(t, server, "theirs")
			}
			return nil
		}, nil)
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), entitiesAndSource(objects))
		require.ErrorContains(t, err, "KongService default/api")
		var api *konnect.APIError
		require.ErrorAs(t, err, &api)
		assert.Equal(t, 400, api.Status)
		assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongService", "api").Action)
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongRoute", "all").Action)
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongUpstream", "pool").Action)
		assert.Len(t, server.Entities(gw, "services"), 1)
		assert.Len(t, server.Entities(gw, "routes"), 1)
		assert.NotEmpty(t, objectNamed(t, objects, "api").GetKonnectStatus().ID)
		assert.Empty(t, objectNamed(t, objects, "all").GetKonnectStatus().ID)
	})
}

// TestDeleteFailureKeepsParents does not delete what a failed object needs.
func TestDeleteFailureKeepsParents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		server.Inject(konnecttest.Fault{
			Method: "DELETE", Path: "**/routes/*", Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no"}`),
		})
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects)
		require.ErrorIs(t, err, konnect.ErrForbidden)
		for name, want := range map[string]konnect.Action{
			"all": konnect.ActionFailed, "api": konnect.ActionSkipped, "gw": konnect.ActionSkipped, "one": konnect.ActionDeleted,
			"pool": konnect.ActionDeleted, "edge": konnect.ActionDeleted, "spare": konnect.ActionDeleted,
		} {
			key := crd.KeyOf(objectNamed(t, objects, name))
			assert.Equal(t, want, changeOf(t, report, key.Kind, key.Name).Action, "%s", key)
		}
		gw := planeID(t, server, "gw")
		assert.Len(t, server.Entities(gw, "services"), 1)
		assert.Len(t, server.Entities(gw, "routes"), 1)
	})
}

func TestDeleteIsLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		client := n.client(t, konnect.WithOwner("platform"))
		_, err := client.Delete(t.Context(), objects, konnect.WithMaxDeletes(6))
		var tooMany *konnect.TooManyDeletesError
		require.ErrorAs(t, err, &tooMany)
		assert.Equal(t, konnect.TooManyDeletesError{Deletes: 7, Max: 6}, *tooMany)
		assert.Zero(t, server.Writes())
		_, err = client.Delete(t.Context(), objects, konnect.WithMaxDeletes(7))
		require.NoError(t, err)
	})
}

// TestDeleteIgnoresSpecs deletes objects whose specs are broken by now, and leaves what cannot be resolved.
func TestDeleteIgnoresSpecs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		gw := planeID(t, server, "gw")
		broken := platform()
		route := builder.NewRoute("lost").Service("nowhere").Protocols("http").Paths("/x").MustBuild()
		service := builder.NewService("api").ControlPlane("gw").Host("pool").MustBuild()
		service.Spec.Name, service.Spec.Port = new("not a name!"), new(int64(-1))
		broken = append(broken[:5], service, broken[6], route)
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), broken)
		require.ErrorContains(t, err, "nowhere")
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongService", "api").Action)
		assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongRoute", "lost").Action)
		assert.Empty(t, server.Entities(gw, "services"))
		assert.Empty(t, server.ControlPlanes(), "what is lost belongs to no control plane that we know")
	})
}
