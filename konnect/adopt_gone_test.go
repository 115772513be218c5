package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// adopted is a service that has taken over an entity which was deleted since.
func adopted(t *testing.T, match bool) (server *konnecttest.Server, n *network, service crd.Object, id string) {
	t.Helper()
	server = konnecttest.NewServer()
	n = newNetwork(server)
	require.NoError(t, ensuring(inGateway())(t, n))
	id = putTheirs(t, server, "services", map[string]any{"name": "s", "host": "pool"})
	b := builder.NewService("s").SpecName("s").ControlPlane("gw").Host("pool").Adopt(id)
	if match {
		b = b.AdoptMatch(id)
	}
	service = b.MustBuild()
	_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), []crd.Object{plainGateway(), service})
	require.NoError(t, err)
	require.NoError(t, server.Delete(planeID(t, server, "gw"), "services", id))
	server.ResetLog()
	return server, n, service, id
}

// TestAdoptedEntityIsGone and is made anew, because the status shows that it was
// the object's own; what spec.adopt says is over.
func TestAdoptedEntityIsGone(t *testing.T) {
	t.Parallel()
	for name, beside := range map[string][]crd.Object{"read alone": nil, "listed": {named("x", "x")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, n, service, id := adopted(t, false)
				client := n.client(t, konnect.WithOwner("platform"))
				objects := append(inGateway(beside...)(), service)
				plan, err := client.Plan(t.Context(), objects)
				require.NoError(t, err)
				require.Len(t, plan.Warnings, 1)
				report, err := client.Ensure(t.Context(), objects)
				require.NoError(t, err)
				change := changeOf(t, report, "KongService", "s")
				assert.Equal(t, konnect.ActionCreated, change.Action)
				assert.NotEqual(t, id, change.KonnectID, "it has an identity of its own")
				require.Len(t, report.Warnings, 1)
				assert.Equal(t, konnect.WarningAdoptedGone, report.Warnings[0].Code)
				assert.Equal(t, "spec.adopt", report.Warnings[0].Field)
				assert.Contains(t, report.Warnings[0].Message, id)
				assert.Equal(t, change.KonnectID, service.GetKonnectStatus().ID)
				assert.True(t, crd.IsProgrammed(service))
				assert.Nil(t, meta.FindStatusCondition(service.GetConditions(), crd.ConditionAdopted), "it is not adopted")

				withoutStatus := copyAll(objects)
				for _, obj := range withoutStatus {
					obj.SetKonnectStatus(crd.KonnectStatus{})
				}
				for _, again := range [][]crd.Object{objects, withoutStatus} {
					server.ResetLog()
					report, err = client.Ensure(t.Context(), again)
					require.NoError(t, err)
					assert.Zero(t, server.Writes())
					assert.Len(t, report.Warnings, 1, "until it is removed")
				}
			})
		})
	}
}

// TestAdoptedEntityIsUnknown fails the object alone where nothing shows that the
// entity was its own.
func TestAdoptedEntityIsUnknown(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		match  bool
		status func(crd.KonnectStatus) crd.KonnectStatus
	}{
		"no status":                        {false, func(crd.KonnectStatus) crd.KonnectStatus { return crd.KonnectStatus{} }},
		"the status names another entity":  {false, func(s crd.KonnectStatus) crd.KonnectStatus { s.ID = "7a1d7a3e-0000-4000-8000-00000000000f"; return s }},
		"it was in another control plane":  {false, func(s crd.KonnectStatus) crd.KonnectStatus { s.ControlPlaneID = s.ID; return s }},
		"mode match, which writes nothing": {true, func(s crd.KonnectStatus) crd.KonnectStatus { return s }},
	} {
		for name, opts := range map[string][]konnect.EnsureOption{"": nil, ", prune": {konnect.WithPrune()}, ", partial": {konnect.WithPartial()}} {
			t.Run(reason+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server, n, service, id := adopted(t, tt.match)
					service.SetKonnectStatus(tt.status(service.GetKonnectStatus()))
					client := n.client(t, konnect.WithOwner("platform"))
					objects := append(inGateway(named("x", "x"), routeAt("r", "r", "s"))(), service)
					_, err := client.Plan(t.Context(), objects, opts...)
					require.ErrorContains(t, err, id)
					report, err := client.Ensure(t.Context(), objects, opts...)
					require.ErrorContains(t, err, "adopt KongService default/s: konnect has no entity "+id)
					require.ErrorContains(t, err, "it was never there, or was deleted since")
					assert.Equal(t, 1, server.Writes(), "%s", report)
					assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongService", "s").Action)
					assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongRoute", "r").Action)
					assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongService", "x").Action, "others go on")
					assertCondition(t, service, crd.ConditionAdopted, "False", "FetchFailed")
				})
			})
		}
	}
}
