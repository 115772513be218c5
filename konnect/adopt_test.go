package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		ids[kind] = textOf(stored["id"])
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
			return textOf(plane["id"])
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

		konnect.AdoptTagged("team:blue"):                                    {"somebody"},
		konnect.AdoptTagged("managed-by:terraform"):                         {"another tool"},
		konnect.AdoptTagged("k8s-uid:7a1d7a3e-0000-4000-8000-000000000001"): {},
	}
	for policy, holders := range allowed {
		for holder, tags := range foreignMarks() {
			t.Run(string(policy)+"/"+holder, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
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
	var invalid *konnect.BatchError
	require.ErrorAs(t, err, &invalid)
	refused := map[string]string{}
	for _, p := range invalid.Problems {
		var ownership *konnect.OwnershipError
		require.ErrorAs(t, p.Err, &ownership)
		assert.NotEmpty(t, ownership.Holder)
		assert.NotEmpty(t, ownership.Hint)
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

		konnect.AdoptTagged("team:blue"): {}, // control planes have no tags
	}
	for policy, holders := range allowed {
		for holder, tags := range foreignMarks() {
			t.Run(string(policy)+"/"+holder, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
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
