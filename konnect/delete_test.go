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
	bubble(t, func(t *testing.T) {
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
				bubble(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithDeleteMissing(status))
					n := newNetwork(server)
					require.NoError(t, ensuring(platform)(t, n))
					gw := planeID(t, server, "gw")
					if gone == "control plane" {
						require.NoError(t, server.DeleteControlPlane(gw))
					} else {
						require.NoError(t, server.Delete(gw, gone, server.Entities(gw, gone)[0]["id"].(string)))
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
	bubble(t, func(t *testing.T) {
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

// TestDeleteForeign refuses, before anything is deleted, what is not ours.
func TestDeleteForeign(t *testing.T) {
	t.Parallel()
	for holder, tags := range foreignMarks() {
		t.Run(holder, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n, server, objects := ensured(t)
				gw := planeID(t, server, "gw")
				service := objectNamed(t, objects, "api").GetKonnectStatus().ID
				if holder == "nobody" || holder == "somebody" {
					return // without marks its ID says that it is ours
				}
				require.NoError(t, server.Modify(gw, "services", service, func(e map[string]any) { e["tags"] = toAny(tags) }))
				before := stateOf(t, server)
				report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects)
				var refused *konnect.OwnershipError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, service, refused.KonnectID)
				assert.NotNil(t, report)
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "refused")
				assert.NotEmpty(t, objectNamed(t, objects, "api").GetKonnectStatus().ID, "the status stays")
			})
		})
	}
}

func toAny(items []string) []any {
	var out []any
	for _, item := range items {
		out = append(out, item)
	}
	return out
}

// held are things in a control plane that are not ours to delete with it.
func held() map[string]func(t *testing.T, server *konnecttest.Server, controlPlane string) {
	put := func(collection string, entity map[string]any) func(*testing.T, *konnecttest.Server, string) {
		return func(t *testing.T, server *konnecttest.Server, controlPlane string) {
			t.Helper()
			_, err := server.Put(controlPlane, collection, entity)
			require.NoError(t, err)
		}
	}
	return map[string]func(*testing.T, *konnecttest.Server, string){
		"a plugin":           put("plugins", map[string]any{"name": "key-auth"}),
		"a consumer":         put("consumers", map[string]any{"username": "alice"}),
		"a certificate":      put("certificates", map[string]any{"cert": "example"}),
		"a vault":            put("vaults", map[string]any{"name": "env", "prefix": "env"}),
		"a service":          put("services", map[string]any{"name": "theirs", "host": "theirs.example.com"}),
		"an owner's service": put("services", map[string]any{"name": "theirs", "host": "t.example.com", "tags": foreignMarks()["another owner"]}),
		"a route":            put("routes", map[string]any{"paths": []string{"/theirs"}}),
		"an upstream":        put("upstreams", map[string]any{"name": "theirs"}),
	}
}

func TestDeleteControlPlaneWithMore(t *testing.T) {
	t.Parallel()
	for name, put := range held() {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n, server, objects := ensured(t)
				put(t, server, planeID(t, server, "gw"))
				before := stateOf(t, server)
				client := n.client(t, konnect.WithOwner("platform"))
				_, err := client.Delete(t.Context(), objects)
				var refused *konnect.OwnershipError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, "gw", refused.Key.Name)
				assert.ErrorContains(t, err, "WithCascade")
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "refused")

				_, err = client.Delete(t.Context(), objects, konnect.WithCascade())
				require.NoError(t, err)
				assert.Empty(t, server.ControlPlanes())
			})
		})
	}
}

// TestDeleteControlPlanesWithMore finds all of them, in several control planes at once.
func TestDeleteControlPlanesWithMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		for _, plane := range []string{"gw", "spare"} {
			held()["a plugin"](t, server, planeID(t, server, plane))
			held()["a consumer"](t, server, planeID(t, server, plane))
		}
		held()["a service"](t, server, planeID(t, server, "spare"))
		_, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects)
		var invalid *konnect.ValidationError
		require.ErrorAs(t, err, &invalid)
		planes := map[string]bool{}
		for _, p := range invalid.Problems {
			planes[p.Key.Name] = true
		}
		assert.Equal(t, map[string]bool{"gw": true, "spare": true}, planes)
		assert.Zero(t, server.Writes())
	})
}

// TestDeleteNeedsToSee does not delete a control plane of which it cannot read everything.
func TestDeleteNeedsToSee(t *testing.T) {
	t.Parallel()
	for _, collection := range []string{"services", "routes", "upstreams", "targets", "plugins", "consumers", "vaults"} {
		t.Run(collection, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				only := func() []crd.Object { return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()} }
				require.NoError(t, ensuring(only)(t, n))
				server.Inject(konnecttest.Fault{
					Method: "GET", Path: "**/core-entities/" + collection, Times: -1,
					Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no permission"}`),
				})
				require.Error(t, deleting(only)(t, n))
				assert.Len(t, server.ControlPlanes(), 1)
				server.ClearFaults()
				require.NoError(t, deleting(only)(t, n))
				assert.Empty(t, server.ControlPlanes())
			})
		})
	}
}

// TestDeleteKeepsMatched neither deletes what is adopted with mode match nor its control plane.
func TestDeleteKeepsMatched(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n, _, ids := occupied(t, nil)
		server := n.servers[usHost]
		client := n.client(t, konnect.WithOwner("platform"))
		objects := adopting(ids, true)
		_, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		before := stateOf(t, server)
		_, err = client.Delete(t.Context(), objects)
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused, "the control plane would take them along")
		assertState(t, before, stateOf(t, server), "kept")
		_, err = client.Delete(t.Context(), objects, konnect.WithCascade())
		require.NoError(t, err)
		assert.Empty(t, server.ControlPlanes())
	})
}

func TestDeleteKeepsMirrors(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		id, err := server.AddControlPlane("", map[string]any{"name": "theirs"})
		require.NoError(t, err)
		objects := []crd.Object{
			builder.NewGatewayControlPlane("gw").Mirror(id).MustBuild(),
			builder.NewService("api").ControlPlane("gw").Host("a.example.com").MustBuild(),
		}
		client := n.client(t)
		_, err = client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		_, err = client.Delete(t.Context(), objects)
		require.NoError(t, err)
		assert.Len(t, server.ControlPlanes(), 1)
		assert.Empty(t, server.Entities(id, "services"))
	})
}

// TestDeleteServiceInUse gets what Konnect says; the rest goes, what it lies in stays.
func TestDeleteServiceInUse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		gw := planeID(t, server, "gw")
		_, err := server.Put(gw, "routes", map[string]any{
			"name": "theirs", "paths": []string{"/theirs"}, "service": map[string]any{"id": server.Entity(gw, "services", "api")["id"]},
		})
		require.NoError(t, err)
		kept := entitiesAndSource(objects)
		report, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), kept)
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

		require.NoError(t, server.Delete(gw, "routes", server.Entity(gw, "routes", "theirs")["id"].(string)))
		_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), kept)
		require.NoError(t, err)
		assert.Empty(t, server.Entities(gw, "services"))
	})
}

// TestDeleteKeepsOthersBelow refuses to take along what others have put below an entity.
func TestDeleteKeepsOthersBelow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		gw := planeID(t, server, "gw")
		stored, err := server.Put(gw, "targets", map[string]any{
			"target": "theirs.example.com:80", "upstream": map[string]any{"id": server.Entity(gw, "upstreams", "pool")["id"]},
		})
		require.NoError(t, err)
		_, err = n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), entitiesAndSource(objects))
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "KongUpstream", refused.Key.Kind)
		assert.Len(t, server.Entities(gw, "upstreams"), 1)
		assert.NotNil(t, server.Entity(gw, "targets", stored["id"].(string)))
	})
}

// TestDeleteFailureKeepsParents does not delete what a failed object needs.
func TestDeleteFailureKeepsParents(t *testing.T) {
	bubble(t, func(t *testing.T) {
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
	bubble(t, func(t *testing.T) {
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
	bubble(t, func(t *testing.T) {
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
