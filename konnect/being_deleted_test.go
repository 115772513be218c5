package konnect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// An object with a deletion timestamp, as a dump of a cluster may hold, is not brought
// back and not written, and still serves those that refer to its entity.
func TestObjectsThatAreBeingDeleted(t *testing.T) {
	t.Parallel()
	batch := func(host string) (gateway, service, route crd.Object) {
		return builder.NewGatewayControlPlane("gw").MustBuild(),
			builder.NewService("echo").ControlPlane("gw").Host(host).MustBuild(),
			builder.NewRoute("echo").Service("echo").Paths("/" + host).MustBuild()
	}
	for _, tt := range []struct {
		reason  string
		exists  bool
		deleted func(gateway, service, route crd.Object) crd.Object
		actions []konnect.Action
		err     string
		writes  int
	}{
		{"a leaf that was never there is not created", false,
			func(_, _, route crd.Object) crd.Object { return route },
			[]konnect.Action{konnect.ActionCreated, konnect.ActionCreated, konnect.ActionSkipped}, "", 2},
		{"a leaf that is there stays as it is", true,
			func(_, _, route crd.Object) crd.Object { return route },
			[]konnect.Action{konnect.ActionUnchanged, konnect.ActionUpdated, konnect.ActionSkipped}, "", 1},
		{"a parent that is there serves its children", true,
			func(_, service, _ crd.Object) crd.Object { return service },
			[]konnect.Action{konnect.ActionUnchanged, konnect.ActionSkipped, konnect.ActionUpdated}, "", 1},
		{"a control plane that is there serves its entities", true,
			func(gateway, _, _ crd.Object) crd.Object { return gateway },
			[]konnect.Action{konnect.ActionSkipped, konnect.ActionUpdated, konnect.ActionUpdated}, "", 2},
		{"a parent that is not there is refused to its children", false,
			func(_, service, _ crd.Object) crd.Object { return service },
			nil, "check KongRoute default/echo: KongService default/echo is being deleted and has no entity", 0},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithOwner("team"))
			if tt.exists {
				gateway, service, route := batch("before")
				_, err := client.Ensure(t.Context(), []crd.Object{gateway, service, route})
				require.NoError(t, err)
			}
			gateway, service, route := batch("now")
			leaving := tt.deleted(gateway, service, route)
			leaving.(interface{ SetDeletionTimestamp(*metav1.Time) }).SetDeletionTimestamp(new(metav1.NewTime(time.Now())))
			objects := []crd.Object{gateway, service, route}

			plan, err := client.Plan(t.Context(), objects, konnect.WithPrune())
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			report, err := client.Ensure(t.Context(), objects, konnect.WithPrune())
			require.NoError(t, err)
			assert.Equal(t, tt.actions, actions(report))
			assert.Equal(t, tt.actions, actions(&konnect.Report{Changes: plan.Changes}))
			assert.Equal(t, tt.writes, report.Writes)
			require.Len(t, report.Warnings, 1)
			assert.Equal(t, konnect.WarningBeingDeleted, report.Warnings[0].Code)
			assert.Contains(t, plan.String(), crd.KeyOf(leaving).String()+": the object is being deleted")
			assert.False(t, crd.IsProgrammed(leaving), "the status is left alone")
		})
	}
}
