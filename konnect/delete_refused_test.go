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

// TestDeleteForeign refuses, before anything is deleted, what is not ours.
func TestDeleteForeign(t *testing.T) {
	t.Parallel()
	for holder, tags := range foreignMarks() {
		t.Run(holder, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
		"a certificate":      put("certificates", map[string]any{"cert": "{vault://env/cert}", "key": "{vault://env/key}"}),
		"a vault":            put("vaults", map[string]any{"name": "env", "prefix": "team-env"}),
		"a service":          put("services", map[string]any{"name": "theirs", "host": "theirs.example.com"}),
		"an owner's service": put("services", map[string]any{"name": "theirs", "host": "t.example.com", "tags": foreignMarks()["another owner"]}),
		"a route":            put("routes", map[string]any{"paths": []string{"/theirs"}}),
		"an upstream":        put("upstreams", map[string]any{"name": "theirs"}),
		"a credential":       put("mtls-auths", map[string]any{"subject_name": "example"}),
		"a consumer group":   put("consumer_groups", map[string]any{"name": "example"}),
		"a partial":          put("partials", map[string]any{"name": "theirs"}),
		"a plugin's schema":  put("plugin-schemas", map[string]any{"name": "theirs"}),
		"a config store":     put("config-stores", map[string]any{"name": "theirs"}),

		"a data plane's certificate": put("dp-client-certificates", map[string]any{"cert": konnecttest.SelfSigned().Certificate}),
	}
}

func TestDeleteControlPlaneWithMore(t *testing.T) {
	t.Parallel()
	for name, put := range held() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, objects := ensured(t)
		for _, plane := range []string{"gw", "spare"} {
			held()["a plugin"](t, server, planeID(t, server, plane))
			held()["a consumer"](t, server, planeID(t, server, plane))
		}
		held()["a service"](t, server, planeID(t, server, "spare"))
		_, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects)
		var invalid *konnect.BatchError
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
	for _, collection := range []string{
		"core-entities/services", "core-entities/routes", "core-entities/upstreams", "core-entities/targets", "core-entities/plugins",
		"core-entities/consumers", "core-entities/vaults", "core-entities/partials", "dp-client-certificates", "config-stores",
	} {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				only := func() []crd.Object { return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()} }
				require.NoError(t, ensuring(only)(t, n))
				server.Inject(konnecttest.Fault{
					Method: "GET", Path: "/v2/control-planes/*/" + collection, Times: -1,
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

// TestDeleteWhereFewCollectionsAreServed takes a 404 for absence only where the
// published API does not promise the collection.
func TestDeleteWhereFewCollectionsAreServed(t *testing.T) {
	t.Parallel()
	for collection, optional := range map[string]bool{
		"core-entities/partials": true, "core-entities/graphql-rate-limiting-advanced/costs": true, "config-stores": true,
		"core-entities/vaults": false, "dp-client-certificates": false,
	} {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				only := func() []crd.Object { return []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()} }
				require.NoError(t, ensuring(only)(t, n))
				server.Inject(konnecttest.Fault{
					Method: "GET", Path: "/v2/control-planes/*/" + collection, Times: -1,
					Effect: konnecttest.Answer(404, "application/json", `{"message":"no such path"}`),
				})
				err := deleting(only)(t, n)
				if !optional {
					require.ErrorIs(t, err, konnect.ErrNotFound)
					assert.Len(t, server.ControlPlanes(), 1)
					return
				}
				require.NoError(t, err)
				assert.Empty(t, server.ControlPlanes())
			})
		})
	}
}

// TestDeleteKeepsMatched neither deletes what is adopted with mode match nor its control plane.
func TestDeleteKeepsMatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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

// TestDeleteKeepsOthersBelow refuses to take along what others have put below an entity.
func TestDeleteKeepsOthersBelow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
		assert.NotNil(t, server.Entity(gw, "targets", textOf(stored["id"])))
	})
}

// TestDeleteAsGroup deletes a control plane which is no group, as its object says.
func TestDeleteAsGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t)
		_, err := client.Ensure(t.Context(), []crd.Object{plainGateway()})
		require.NoError(t, err)
		putTheirs(t, server, "consumers", map[string]any{"username": "theirs"})
		server.ResetLog()
		group := builder.NewGatewayControlPlane("gw").Group().MustBuild()
		_, err = client.Delete(t.Context(), []crd.Object{group})
		require.ErrorAs(t, err, new(*konnect.OwnershipError))
		assert.Zero(t, server.Writes())
	})
}

// TestDeleteSpeaksOfDeleting where a control plane cannot be read.
func TestDeleteSpeaksOfDeleting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		server.Inject(konnecttest.Fault{
			Method: "GET", Path: "**/upstreams", Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no"}`),
		})
		_, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), controlPlanesOf(platform()), konnect.WithPartial())
		require.ErrorIs(t, err, konnect.ErrForbidden)
		assert.NotContains(t, err.Error(), "prune")
	})
}
