package konnect_test

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

// A plan warns of routes that get in each other's way: here a regular expression comes
// before every prefix.
func ExampleClient_Plan_routes() {
	_, client, stop := startKonnect()
	defer stop()
	plan, err := client.Plan(context.Background(), []crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(),
		builder.NewService("api").ControlPlane("gw").Host("api.example.com").MustBuild(),
		builder.NewRoute("users").Service("api").Protocols("http").Paths("/users").MustBuild(),
		builder.NewRoute("all").Service("api").Protocols("http").Paths("~/.*").MustBuild(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range plan.Warnings {
		fmt.Println(w)
	}
	// Output:
	// KongRoute default/users: KongRoute default/users takes no request: KongRoute default/all takes all of them before; GET http://example.com/users shows it [shadowed]
}
