package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func annotatedAdoption(policy string, obj crd.Object) crd.Object {
	obj.SetAnnotations(map[string]string{crd.AdoptionPolicyAnnotation: policy})
	return obj
}

// TestAdoptionPolicyOfObject holds for the object that it is annotated to, whatever
// the call says, and for no other.
func TestAdoptionPolicyOfObject(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call       konnect.AdoptionPolicy
		own        string
		tags       []string
		adopted    bool
		wantHolder string
	}{
		"wider than the call":    {"", "unowned", nil, true, "nobody"},
		"from the operator":      {konnect.AdoptUnowned, "from-operator", foreignMarks()["operator"], true, "kong-operator"},
		"narrower than the call": {konnect.AdoptFromOperator, "unowned", foreignMarks()["operator"], false, ""},
		"never":                  {konnect.AdoptUnowned, "never", nil, false, ""},
		"by tag":                 {"", "tagged:team:blue", []string{"team:blue"}, true, "nobody, tag team:blue"},
		"by another tag":         {konnect.AdoptUnowned, "tagged:team:red", []string{"team:blue"}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, _, ids := occupied(t, tt.tags)
				n.servers[usHost].ResetLog()
				client := n.client(t, konnect.WithOwner("platform"))
				objects := func() []crd.Object {
					return append(bareControlPlanes(), annotatedAdoption(tt.own, named("api", "api")), named("other", "other"))
				}
				plan, err := client.Plan(t.Context(), objects(), konnect.WithAdoption(tt.call))
				if !tt.adopted {
					var refused *konnect.OwnershipError
					require.ErrorAs(t, err, &refused)
					assert.Equal(t, ids["KongService"], refused.KonnectID)
					return
				}
				require.NoError(t, err)
				report, err := client.Apply(t.Context(), kept(t, plan), objects())
				require.NoError(t, err)
				change := changeOf(t, report, "KongService", "api")
				assert.Equal(t, konnect.ActionAdopted, change.Action)
				assert.Equal(t, tt.wantHolder, change.Holder)
			})
		})
	}
	t.Run("of no other object", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			n, _, ids := occupied(t, nil)
			objects := append(bareControlPlanes(), annotatedAdoption("unowned", named("other", "other")), named("api", "api"))
			_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
			var refused *konnect.OwnershipError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, ids["KongService"], refused.KonnectID)
		})
	})
}

// TestAdoptionPolicyOfObjectRefused before anything is sent.
func TestAdoptionPolicyOfObjectRefused(t *testing.T) {
	t.Parallel()
	const field = "validate KongService default/api: metadata.annotations[konnectkit/adoption-policy]: "
	const choice = "; there are never, unowned, from-operator, and tagged: with a tag"
	wider := func(policy, limit string) string {
		return field + `Forbidden: "` + policy + `" is wider than this program allows, which is "` + limit + `"`
	}
	for _, tt := range []struct{ limit, policy, err string }{
		{"", "", field + "Required value: never, unowned, from-operator, or tagged: and a tag"},
		{"", "always", field + `Invalid value: "always": "always" is no policy` + choice},
		{"", "Unowned", field + `Invalid value: "Unowned": "Unowned" is no policy` + choice},
		{"", "tagged:", field + `Invalid value: "tagged:": "tagged:" is no policy` + choice},
		{"", "tagged:a,b", field + `Invalid value: "tagged:a,b": konnect has no tag "a,b"` + choice},
		{"", "from-operator", ""},
		{"", "tagged:a", ""},
		{"never", "never", ""},
		{"never", "unowned", wider("unowned", "never")},
		{"never", "from-operator", wider("from-operator", "never")},
		{"never", "tagged:a", wider("tagged:a", "never")},
		{"unowned", "never", ""},
		{"unowned", "unowned", ""},
		{"unowned", "from-operator", wider("from-operator", "unowned")},
		{"from-operator", "unowned", ""},
		{"from-operator", "from-operator", ""},
		{"from-operator", "tagged:a", wider("tagged:a", "from-operator")},
		{"tagged:a", "tagged:a", ""},
		{"tagged:a", "never", ""},
		{"tagged:a", "tagged:b", wider("tagged:b", "tagged:a")},
		{"tagged:a", "unowned", wider("unowned", "tagged:a")},
	} {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t, konnect.WithOwner("platform"))
		objects := append(bareControlPlanes(), annotatedAdoption(tt.policy, named("api", "api")))
		limit := konnect.WithAdoptionLimit(konnect.AdoptionPolicy(tt.limit))
		_, err := client.Plan(t.Context(), objects, limit)
		if tt.err == "" {
			require.NoError(t, err, "%v", tt)
			continue
		}
		require.EqualError(t, err, tt.err, "%v", tt)
		assert.Empty(t, server.Requests())

		plan, err := client.Plan(t.Context(), objects, limit, konnect.WithPartial())
		require.EqualError(t, err, tt.err, "%v", tt)
		_, err = client.Apply(t.Context(), kept(t, plan), objects)
		require.EqualError(t, err, tt.err, "a plan keeps its limit")
		assert.NotEmpty(t, server.ControlPlanes(), "the others are handled")
		_, err = client.Delete(t.Context(), objects)
		require.NoError(t, err, "to delete an object it need not be known what it may take over")
	}
	_, err := newNetwork(konnecttest.NewServer()).client(t).Ensure(t.Context(), nil, konnect.WithAdoptionLimit("always"))
	require.EqualError(t, err, `WithAdoptionLimit: "always" is no policy`)
}
