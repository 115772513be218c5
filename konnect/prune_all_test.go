package konnect_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestWarningOfPrunesAll(t *testing.T) {
	t.Parallel()
	service := func(name string) crd.Object {
		return builder.NewService(name).ControlPlane("gw").Host("echo.example").MustBuild()
	}
	for _, tt := range []struct {
		reason string
		before []crd.Object
		now    []crd.Object
		warned bool
	}{
		{"another program's batch", []crd.Object{service("a"), service("b")}, []crd.Object{service("c")}, true},
		{"an empty batch", []crd.Object{service("a")}, nil, true},
		{"one stays", []crd.Object{service("a"), service("b")}, []crd.Object{service("b")}, false},
		{"nothing was there", nil, []crd.Object{service("a")}, false},
		{"nothing is pruned", []crd.Object{service("a")}, []crd.Object{service("a")}, false},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			gateway := builder.NewGatewayControlPlane("gw").MustBuild()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithOwner("team"))
			_, err := client.Ensure(t.Context(), append(tt.before, gateway))
			require.NoError(t, err)
			plan, err := client.Plan(t.Context(), append(tt.now, gateway), konnect.WithPrune())
			require.NoError(t, err)
			var codes []konnect.WarningCode
			for _, w := range plan.Warnings {
				codes = append(codes, w.Code)
			}
			if tt.warned {
				assert.Equal(t, []konnect.WarningCode{konnect.WarningPrunesAll}, codes)
			} else {
				assert.Empty(t, codes)
			}
		})
	}
}

// Two programs look after their own objects in one control plane, each with an owner of
// its own, so that neither prunes what the other has.
func ExampleWithPrune_severalOwners() {
	_, platform, stop := startKonnect(konnect.WithOwner("platform"))
	defer stop()
	ctx := context.Background()
	gateway := builder.NewGatewayControlPlane("gateway").MustBuild()
	report, err := platform.Ensure(ctx, []crd.Object{
		gateway, builder.NewService("status").ControlPlane("gateway").Host("status.example").MustBuild(),
	}, konnect.WithPrune())
	if err != nil {
		fmt.Println(err)
		return
	}

	shop, err := platform.With(konnect.WithOwner("shop")) // the same connections and rate budget
	if err != nil {
		fmt.Println(err)
		return
	}
	mirror := builder.NewGatewayControlPlane("gateway").Mirror(report.Changes[0].KonnectID).MustBuild()
	orders := builder.NewService("orders").ControlPlane("gateway").Host("orders.example").MustBuild()
	for _, objects := range [][]crd.Object{{mirror, orders}, {mirror}} {
		report, err = shop.Ensure(ctx, objects, konnect.WithPrune())
		if err != nil {
			fmt.Println(err)
			return
		}
		last := report.Changes[len(report.Changes)-1]
		fmt.Println(last.Action, last.Key.Name, len(report.Changes), "objects;", len(report.Warnings), "warnings")
	}
	// Output:
	// created orders 2 objects; 0 warnings
	// deleted orders 2 objects; 1 warnings
}
