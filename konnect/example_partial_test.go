package konnect_test

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/konnect"
)

// One object that nobody can provision does not keep the others waiting.
func ExampleWithPartial() {
	_, client, stop := startKonnect()
	defer stop()
	objects := append(echo(1027), builder.NewRoute("stray").Service("nowhere").Protocols("http").Paths("/").MustBuild())

	report, err := client.Ensure(context.Background(), objects, konnect.WithPartial())
	for _, c := range report.Changes {
		fmt.Println(c.Action, c.Key)
	}
	fmt.Println(err)
	// Output:
	// failed KongRoute default/stray
	// created KonnectGatewayControlPlane default/gateway-control-plane
	// created KongService default/service
	// created KongRoute default/route
	// resolve KongRoute default/stray: spec.serviceRef.namespacedRef: KongService default/nowhere not found
}
