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

// adopting returns platform with objects that adopt the entities of ids.
func adopting(ids map[string]string, match bool) []crd.Object {
	upstream, target := builder.NewUpstream("pool").ControlPlane("gw"), builder.NewTarget("one").Upstream("pool").Address("10.0.0.1:80")
	service := builder.NewService("api").ControlPlane("gw").Host("theirs.example.com")
	route := builder.NewRoute("all").ControlPlane("gw").Protocols("https").Paths("/theirs")
	if match {
		upstream, target = upstream.AdoptMatch(ids["KongUpstream"]), target.AdoptMatch(ids["KongTarget"])
		service, route = service.AdoptMatch(ids["KongService"]), route.AdoptMatch(ids["KongRoute"])
	} else {
		upstream, target = upstream.Adopt(ids["KongUpstream"]).Slots(50), target.Adopt(ids["KongTarget"]).Weight(7)
		service, route = service.Adopt(ids["KongService"]).Retries(3), route.Adopt(ids["KongRoute"]).Paths("/ours")
	}
	return append(bareControlPlanes(), upstream.MustBuild(), target.MustBuild(), service.MustBuild(), route.MustBuild())
}

// TestAdoptMatch takes entities over as they are: they are never written, pruned
// or deleted, marks included.
func TestAdoptMatch(t *testing.T) {
	t.Parallel()
	for _, holder := range []string{"nobody", "somebody", "operator"} {
		t.Run(holder, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, _, ids := occupied(t, foreignMarks()[holder])
				server := n.servers[usHost]
				before := stateOf(t, server)
				server.ResetLog()
				client := n.client(t, konnect.WithOwner("platform"))
				objects := adopting(ids, true)

				plan, err := client.Plan(t.Context(), objects, konnect.WithPrune())
				require.NoError(t, err)
				assert.False(t, plan.HasChanges(), "a match writes nothing:\n%s", plan)
				report, err := client.Ensure(t.Context(), objects, konnect.WithPrune())
				require.NoError(t, err)
				assert.Zero(t, report.Writes)
				for _, obj := range entitiesOf(objects) {
					key := crd.KeyOf(obj)
					assert.Equal(t, ids[key.Kind], obj.GetKonnectStatus().ID, "%s", key)
					assert.True(t, crd.IsProgrammed(obj), "%s", key)
					assertCondition(t, obj, crd.ConditionAdopted, "True", "Adopted")
				}
				for _, again := range [][]crd.Object{objects, adopting(ids, true)} {
					_, err = client.Ensure(t.Context(), again, konnect.WithPrune())
					require.NoError(t, err)
				}
				_, err = client.Delete(t.Context(), entitiesAndSource(objects))
				require.NoError(t, err)
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "as it was")
			})
		})
	}
}

// entitiesAndSource are the objects that can be deleted with their control planes kept:
// the control plane gw becomes a mirror.
func entitiesAndSource(objects []crd.Object) []crd.Object {
	kept := entitiesOf(objects)
	for _, obj := range controlPlanesOf(objects) {
		if obj.GetName() == "gw" {
			kept = append(kept, builder.NewGatewayControlPlane("gw").Mirror(obj.GetKonnectStatus().ID).MustBuild())
		}
	}
	return kept
}

func TestAdoptMatchDiffers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, controlPlane, ids := occupied(t, nil)
		server := n.servers[usHost]
		require.NoError(t, server.Modify(controlPlane, "services", ids["KongService"], func(e map[string]any) { e["retries"] = 9 }))
		require.NoError(t, server.Modify(controlPlane, "targets", ids["KongTarget"], func(e map[string]any) { e["weight"] = 9 }))
		server.ResetLog()
		objects := adopting(ids, true)
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
		var invalid *konnect.BatchError
		require.ErrorAs(t, err, &invalid)
		var paths []string
		for _, p := range invalid.Problems {
			var mismatch *konnect.MismatchError
			require.ErrorAs(t, p.Err, &mismatch)
			assert.Equal(t, ids[p.Key.Kind], mismatch.KonnectID)
			for _, f := range mismatch.Fields {
				paths = append(paths, f.Path)
			}
		}
		assert.ElementsMatch(t, []string{"retries", "weight"}, paths)
		assert.Zero(t, server.Writes())
		for _, obj := range objects {
			if obj.GetName() == "api" {
				assertCondition(t, obj, crd.ConditionAdopted, "False", "NotMatch")
				assertCondition(t, obj, crd.ConditionProgrammed, "False", "FailedToAdopt")
			}
		}
	})
}

func TestAdoptOverride(t *testing.T) {
	t.Parallel()
	for holder, tags := range foreignMarks() {
		t.Run(holder, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, controlPlane, ids := occupied(t, tags)
				server := n.servers[usHost]
				server.ResetLog()
				client := n.client(t, konnect.WithOwner("platform"))
				objects := adopting(ids, false)
				report, err := client.Ensure(t.Context(), objects)
				if holder != "nobody" && holder != "somebody" {
					assertAllRefused(t, err, ids)
					assert.Zero(t, server.Writes())
					assertCondition(t, objectNamed(t, objects, "api"), crd.ConditionAdopted, "False", "UIDConflict")
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 4, report.Writes)
				assert.Equal(t, konnect.ActionAdopted, changeOf(t, report, "KongService", "api").Action)
				service := server.Entity(controlPlane, "services", ids["KongService"])
				assert.EqualValues(t, 3, service["retries"])
				assert.Contains(t, service["tags"], "managed-owner:platform")
				assert.Len(t, server.Entities(controlPlane, "services"), 1)
				for _, again := range [][]crd.Object{objects, adopting(ids, false)} {
					server.ResetLog()
					_, err = client.Ensure(t.Context(), again)
					require.NoError(t, err)
					assert.Zero(t, server.Writes())
				}
				_, err = client.Delete(t.Context(), objects)
				require.NoError(t, err, "what was taken over is ours to delete")
				assert.Empty(t, server.ControlPlanes())
			})
		})
	}
}

// TestAdoptFromOperatorByUID takes over what the operator made for this very object.
func TestAdoptFromOperatorByUID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, _, ids := occupied(t, foreignMarks()["operator"])
		objects := adopting(ids, false)
		for _, obj := range entitiesOf(objects) {
			obj.SetUID("7a1d7a3e-0000-4000-8000-000000000001")
		}
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
		require.NoError(t, err)
	})
}

func TestAdoptWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{"unknown": "7a1d7a3e-0000-4000-8000-00000000000f", "of another kind": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, _, ids := occupied(t, nil)
				server := n.servers[usHost]
				server.ResetLog()
				if id == "" {
					id = ids["KongUpstream"]
				}
				service := builder.NewService("fresh").ControlPlane("gw").Host("a.example.com").Adopt(id).MustBuild()
				_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), append(bareControlPlanes(), service))
				require.ErrorContains(t, err, "KongService default/fresh")
				require.ErrorContains(t, err, id)
				assert.Zero(t, server.Writes())
				assertCondition(t, service, crd.ConditionAdopted, "False", "FetchFailed")
			})
		})
	}
}
