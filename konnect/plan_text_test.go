package konnect_test

import (
	"encoding/json"
	"regexp"
	"slices"
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

// TestPlanHoldsNoSecretAndNoPayload looks into the JSON of a plan with secrets.
func TestPlanHoldsNoSecretAndNoPayload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		objects := func(secret string) []crd.Object {
			return []crd.Object{
				builder.NewAPIAuth("auth").ServerURL(usHost).Token(konnecttest.DefaultToken).MustBuild(),
				builder.NewGatewayControlPlane("gw").Auth("auth").MustBuild(),
				builder.NewUpstream("pool").ControlPlane("gw").
					ActiveHealthchecks(builder.ActiveHTTPChecks("/").Header("Authorization", secret)).MustBuild(),
				builder.NewService("api").ControlPlane("gw").Host("payload.example.com").MustBuild(),
			}
		}
		client := n.bareClient(t)
		created, err := client.Plan(t.Context(), objects("probe-secret-one"))
		require.NoError(t, err)
		_, err = client.Ensure(t.Context(), objects("probe-secret-one"))
		require.NoError(t, err)
		updated, err := client.Plan(t.Context(), objects("probe-secret-two"))
		require.NoError(t, err)
		assert.Contains(t, updated.String(), "healthchecks.active.headers")
		for _, plan := range []*konnect.Plan{created, updated} {
			raw, err := json.Marshal(plan)
			require.NoError(t, err)
			for _, text := range []string{string(raw), plan.String()} {
				assert.NotContains(t, text, "probe-secret")
				assert.NotContains(t, text, konnecttest.DefaultToken)
				assert.NotContains(t, text, "payload.example.com", "a created entity is not spelled out")
			}
		}
	})
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// TestPlanIsReadable pins what people read.
func TestPlanIsReadable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		client := n.client(t, konnect.WithOwner("platform"))
		plan, err := client.Plan(t.Context(), platform())
		require.NoError(t, err)
		assert.Equal(t, strings.TrimLeft(`
+ KonnectGatewayControlPlane default/gw  gw (known after apply)
+ KonnectGatewayControlPlane default/spare  spare (known after apply)
+ KongService default/api  api (known after apply)
+ KongUpstream default/pool  pool (known after apply)
+ KonnectGatewayControlPlane default/edge  edge (known after apply)
+ KongRoute default/all  all (known after apply)
+ KongTarget default/one  10.0.0.1:80 (known after apply)

Plan: 7 to create, 0 to update.
`, "\n"), plan.String())

		require.NoError(t, ensuring(platform)(t, n))
		objects := slices.Concat(platformChanged()[:4], []crd.Object{builder.NewService("fresh").ControlPlane("gw").Host("pool").MustBuild()})
		plan, err = client.Plan(t.Context(), objects, konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, strings.TrimLeft(`
~ KonnectGatewayControlPlane default/gw  gw (ID)
    description: "first" -> "second"
~ KonnectGatewayControlPlane default/spare  spare (ID)
    proxy_urls: [] -> [{"host":"proxy.example.com","port":443,"protocol":"https"}]
+ KongService default/fresh  fresh (known after apply)
~ KongUpstream default/pool  pool (ID)
    slots: 100 -> 200
~ KonnectGatewayControlPlane default/edge  edge (ID)
    members: ["ID"] -> ["ID"]
- KongTarget default/one  10.0.0.1:80 (ID)
- KongRoute default/all  all (ID)
- KongService default/api  api (ID)

Plan: 1 to create, 4 to update, 3 to delete.
`, "\n"), anyID.ReplaceAllString(plan.String(), "ID"))

		require.NoError(t, ensuring(platformChanged)(t, n))
		plan, err = client.Plan(t.Context(), platformChanged())
		require.NoError(t, err)
		assert.Equal(t, "Plan: 0 to create, 0 to update, 7 unchanged.\n", plan.String())
	})
}

// TestPlanShowsWhatIsWrong with an error.
func TestPlanShowsWhatIsWrong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, _, ids := occupied(t, foreignMarks()["operator"])
		plan, err := n.client(t, konnect.WithOwner("platform")).Plan(t.Context(), platform())
		require.Error(t, err)
		require.NotNil(t, plan)
		assert.Contains(t, plan.String(), "! KongService default/api")
		assert.Contains(t, plan.String(), ids["KongService"])
		for _, refused := range []*konnect.Plan{plan, planOf(t, n, append(platform(), builder.NewRoute("lost").Service("nowhere").Protocols("http").Paths("/").MustBuild()))} {
			for _, change := range refused.Changes {
				assert.NotEmpty(t, change.Action, "%s", change.Key)
			}
		}
		back := kept(t, plan)
		_, err = n.client(t, konnect.WithOwner("platform")).Apply(t.Context(), back, platform())
		require.Error(t, err)
	})
}

// planOf plans what cannot be done.
func planOf(t *testing.T, n *network, objects []crd.Object) *konnect.Plan {
	t.Helper()
	plan, err := n.client(t).Plan(t.Context(), objects)
	require.Error(t, err)
	require.NotNil(t, plan)
	return plan
}
