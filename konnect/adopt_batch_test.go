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

// TestAdoptionIsPlanned shows what a whole batch would take over, from whom and
// with which fields changed, and is carried out from JSON as it was shown.
func TestAdoptionIsPlanned(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tags   []string
		policy konnect.AdoptionPolicy
		holder string
	}{
		"nobody's":       {nil, konnect.AdoptUnowned, "nobody"},
		"the operator's": {foreignMarks()["operator"], konnect.AdoptFromOperator, "kong-operator"},
		"decK's":         {[]string{"team:blue", "edge"}, konnect.AdoptTagged("team:blue"), "nobody, tag team:blue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, gw, ids := occupied(t, tt.tags)
				server := n.servers[usHost]
				server.ResetLog()
				client := n.client(t, konnect.WithOwner("platform"))
				plan, err := client.Plan(t.Context(), platform(), konnect.WithAdoption(tt.policy))
				require.NoError(t, err)
				assert.Zero(t, server.Writes())
				assert.Contains(t, plan.String(), "> KongService default/api  api ("+ids["KongService"]+"), held by "+tt.holder+"\n"+
					`    host: "theirs.example.com" -> "pool"`+"\n    retries: 5 -> 1\n    tags: ")
				assert.Contains(t, plan.String(), "4 to adopt")
				for _, change := range plan.Changes {
					if ids[change.Key.Kind] != "" {
						assert.Equal(t, tt.holder, change.Holder, "%s", change.Key)
					} else {
						assert.Empty(t, change.Holder, "%s", change.Key)
					}
				}
				back := kept(t, plan)
				assert.Equal(t, tt.policy, back.Adoption)
				report, err := client.Apply(t.Context(), back, platform())
				require.NoError(t, err)
				assert.Equal(t, tt.holder, changeOf(t, report, "KongService", "api").Holder)
				for _, tag := range tt.tags {
					if tag != "k8s-name:api" { // ours has the same text
						assert.NotContains(t, server.Entities(gw, "services")[0]["tags"], tag, "the former holder finds it no more")
					}
				}
			})
		})
	}
}

// TestAdoptionRemovesLabels by which the operator would find a control plane, and no others.
func TestAdoptionRemovesLabels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		_, err := server.AddControlPlane("", map[string]any{"name": "gw", "labels": map[string]any{
			"managed-by": "kong-operator", "k8s-uid": "7a1d7a3e", "k8s-generation": "3", "k8s-group": "konnect.konghq.com",
			"k8s-version": "v1alpha2", "k8s-kind": "KonnectGatewayControlPlane", "k8s-name": "gw", "team": "blue",
		}})
		require.NoError(t, err)
		objects := func() []crd.Object { return platform()[:1] }
		client := n.client(t, konnect.WithOwner("platform"))
		plan, err := client.Plan(t.Context(), objects(), konnect.WithAdoption(konnect.AdoptFromOperator))
		require.NoError(t, err)
		assert.Contains(t, plan.String(), "held by kong-operator")
		assert.Contains(t, plan.String(), `labels.k8s-uid: "7a1d7a3e" -> (unset)`)
		_, err = client.Ensure(t.Context(), objects(), konnect.WithAdoption(konnect.AdoptFromOperator))
		require.NoError(t, err)
		labels, _ := server.ControlPlanes()[0]["labels"].(map[string]any)
		for _, key := range []string{"k8s-uid", "k8s-generation", "k8s-group", "k8s-version"} {
			assert.NotContains(t, labels, key)
		}
		assert.Equal(t, "blue", labels["team"])
		assert.Equal(t, "konnectkit", labels["managed-by"])
		server.ResetLog()
		require.NoError(t, ensuring(objects)(t, n))
		assert.Zero(t, server.Writes())
	})
}

// TestTagOfTheSpecStays although it was the former holder's.
func TestTagOfTheSpecStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, gw, _ := occupied(t, []string{"team:blue"})
		service := builder.NewService("api").ControlPlane("gw").Host("pool").Tags("team:blue").MustBuild()
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(),
			append(bareControlPlanes(), service), konnect.WithAdoption(konnect.AdoptTagged("team:blue")))
		require.NoError(t, err)
		assert.Contains(t, n.servers[usHost].Entities(gw, "services")[0]["tags"], "team:blue")
	})
}

func TestAdoptionPoliciesThatMeanNothing(t *testing.T) {
	t.Parallel()
	for policy, want := range map[konnect.AdoptionPolicy]string{
		"always":                          `WithAdoption: "always" is no policy`,
		konnect.AdoptTagged(""):           `WithAdoption: "tagged:" is no policy`,
		konnect.AdoptTagged("a,b"):        `WithAdoption: konnect has no tag "a,b"`,
		konnect.AdoptTagged("a/b"):        `WithAdoption: konnect has no tag "a/b"`,
		konnect.AdoptTagged("a\nb"):       `WithAdoption: konnect has no tag "a\nb"`,
		konnect.AdoptTagged("k8s-name:a"): `WithAdoption: the tag "k8s-name:a" is a mark of konnectkit, whose entities are not taken over`,

		konnect.AdoptTagged("managed-by:konnectkit"):    `WithAdoption: the tag "managed-by:konnectkit" is a mark of konnectkit, whose entities are not taken over`,
		konnect.AdoptTagged("managed-by:kong-operator"): `WithAdoption: the tag "managed-by:kong-operator" is that of the kong operator: use AdoptFromOperator`,
	} {
		server := konnecttest.NewServer()
		_, err := newNetwork(server).client(t).Ensure(t.Context(), platform(), konnect.WithAdoption(policy))
		require.EqualError(t, err, want)
		assert.Empty(t, server.Requests())
	}
}
