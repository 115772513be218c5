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

// foreignMarks are those of others than the client's owner.
func foreignMarks() map[string][]string {
	return map[string][]string{
		"nobody":        nil,
		"somebody":      {"team:blue"},
		"operator":      {"managed-by:kong-operator", "k8s-uid:7a1d7a3e-0000-4000-8000-000000000001", "k8s-name:api"},
		"operator uid":  {"k8s-uid:7a1d7a3e-0000-4000-8000-000000000001"},
		"another owner": {"managed-by:konnectkit", "managed-owner:somebody-else", "managed-key:7a1d7a3e-0000-5000-8000-000000000001"},
		"another tool":  {"managed-by:terraform"},
	}
}

func labelsOf(tags []string) map[string]any {
	labels := map[string]any{}
	for _, tag := range tags {
		key, value, _ := cutTag(tag)
		labels[key] = value
	}
	return labels
}

// occupied is a server where somebody else holds the names of platform: one
// entity of each kind in the control plane gw of our owner, or that as well.
func occupied(t *testing.T, tags []string) (n *network, controlPlane string, ids map[string]string) {
	t.Helper()
	server := konnecttest.NewServer()
	n = newNetwork(server)
	_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), bareControlPlanes())
	require.NoError(t, err)
	controlPlane = planeID(t, server, "gw")
	ids = map[string]string{}
	put := func(kind, collection string, entity map[string]any) {
		if tags != nil {
			entity["tags"] = tags
		}
		stored, err := server.Put(controlPlane, collection, entity)
		require.NoError(t, err)
		ids[kind] = stored["id"].(string)
	}
	put("KongUpstream", "upstreams", map[string]any{"name": "pool"})
	put("KongTarget", "targets", map[string]any{"target": "10.0.0.1:80", "upstream": map[string]any{"id": ids["KongUpstream"]}})
	put("KongService", "services", map[string]any{"name": "api", "host": "theirs.example.com"})
	put("KongRoute", "routes", map[string]any{"name": "all", "paths": []string{"/theirs"}})
	return n, controlPlane, ids
}

func planeID(t testing.TB, server *konnecttest.Server, name string) string {
	t.Helper()
	for _, plane := range server.ControlPlanes() {
		if plane["name"] == name {
			return plane["id"].(string)
		}
	}
	t.Fatalf("no control plane %s", name)
	return ""
}

func TestAdoptionPolicy(t *testing.T) {
	t.Parallel()
	allowed := map[konnect.AdoptionPolicy][]string{
		konnect.AdoptNever:        {},
		konnect.AdoptUnowned:      {"nobody", "somebody"},
		konnect.AdoptFromOperator: {"nobody", "somebody", "operator", "operator uid"},
	}
	for policy, holders := range allowed {
		for holder, tags := range foreignMarks() {
			t.Run(string(policy)+"/"+holder, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					n, controlPlane, ids := occupied(t, tags)
					server := n.servers[usHost]
					server.ResetLog()
					report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), platform(), konnect.WithAdoption(policy))
					if !contains(holders, holder) {
						assertAllRefused(t, err, ids)
						assert.Zero(t, server.Writes())
						return
					}
					require.NoError(t, err)
					for _, change := range report.Changes {
						if id := ids[change.Key.Kind]; id != "" {
							assert.Equal(t, konnect.ActionAdopted, change.Action, "%s", change.Key)
							assert.Equal(t, id, change.KonnectID)
							assert.NotEmpty(t, change.Fields)
						}
					}
					for _, collection := range []string{"upstreams", "targets", "services", "routes"} {
						require.Len(t, server.Entities(controlPlane, collection), 1, collection)
						assert.Contains(t, server.Entities(controlPlane, collection)[0]["tags"], "managed-owner:platform")
					}
					server.ResetLog()
					_, err = n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), platform())
					require.NoError(t, err, "adopted once, ours from then on")
					assert.Zero(t, server.Writes())
				})
			})
		}
	}
}

// assertAllRefused expects one *OwnershipError for each entity, with its ID.
func assertAllRefused(t *testing.T, err error, ids map[string]string) {
	t.Helper()
	var invalid *konnect.ValidationError
	require.ErrorAs(t, err, &invalid)
	refused := map[string]string{}
	for _, p := range invalid.Problems {
		ownership, ok := p.Err.(*konnect.OwnershipError) //nolint:errorlint // each problem is one error
		require.True(t, ok, "%T: %v", p.Err, p.Err)
		assert.NotEmpty(t, ownership.Holder)
		assert.NotEmpty(t, ownership.AdoptHint)
		assert.Contains(t, ownership.Error(), ownership.KonnectID)
		refused[p.Key.Kind] = ownership.KonnectID
	}
	// A target is another one as long as its upstream is not ours.
	want := mapsWithout(ids, "KongTarget")
	assert.Equal(t, want, mapsWithout(refused, "KongTarget"))
}

func TestAdoptionPolicyOfControlPlanes(t *testing.T) {
	t.Parallel()
	allowed := map[konnect.AdoptionPolicy][]string{
		konnect.AdoptNever:        {},
		konnect.AdoptUnowned:      {"nobody", "somebody"},
		konnect.AdoptFromOperator: {"nobody", "somebody", "operator", "operator uid"},
	}
	for policy, holders := range allowed {
		for holder, tags := range foreignMarks() {
			t.Run(string(policy)+"/"+holder, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					n := newNetwork(server)
					id, err := server.AddControlPlane("", map[string]any{"name": "gw", "labels": labelsOf(tags)})
					require.NoError(t, err)
					report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), platform(), konnect.WithAdoption(policy))
					if !contains(holders, holder) {
						var refused *konnect.OwnershipError
						require.ErrorAs(t, err, &refused)
						assert.Equal(t, id, refused.KonnectID)
						assert.Zero(t, server.Writes())
						return
					}
					require.NoError(t, err)
					assert.Equal(t, konnect.ActionAdopted, changeOf(t, report, "KonnectGatewayControlPlane", "gw").Action)
					assert.Equal(t, id, planeID(t, server, "gw"))
					assert.Len(t, server.ControlPlanes(), 3)
					server.ResetLog()
					_, err = n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), platform())
					require.NoError(t, err)
					assert.Zero(t, server.Writes())
				})
			})
		}
	}
}

func changeOf(t testing.TB, report *konnect.Report, kind, name string) konnect.Change {
	t.Helper()
	require.NotNil(t, report)
	for _, change := range report.Changes {
		if change.Key.Kind == kind && change.Key.Name == name {
			return change
		}
	}
	t.Fatalf("no change of %s %s", kind, name)
	return konnect.Change{}
}

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
			bubble(t, func(t *testing.T) {
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
	bubble(t, func(t *testing.T) {
		n, controlPlane, ids := occupied(t, nil)
		server := n.servers[usHost]
		require.NoError(t, server.Modify(controlPlane, "services", ids["KongService"], func(e map[string]any) { e["retries"] = 9 }))
		require.NoError(t, server.Modify(controlPlane, "targets", ids["KongTarget"], func(e map[string]any) { e["weight"] = 9 }))
		server.ResetLog()
		objects := adopting(ids, true)
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
		var invalid *konnect.ValidationError
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
			bubble(t, func(t *testing.T) {
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
	bubble(t, func(t *testing.T) {
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
			bubble(t, func(t *testing.T) {
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
