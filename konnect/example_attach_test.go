package konnect_test

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// A service goes into a control plane that somebody else has made.
func ExampleClient_ControlPlane() {
	server, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	if _, err := server.AddControlPlane("", map[string]any{"id": "00000000-0000-4000-8000-000000000001", "name": "shared"}); err != nil {
		fmt.Println(err)
		return
	}

	_, err := client.ControlPlane(ctx, konnect.ControlPlaneSelector{Name: "sharde"})
	fmt.Println(err)

	plane, err := client.ControlPlane(ctx, konnect.ControlPlaneSelector{Name: "shared"})
	if err != nil {
		fmt.Println(err)
		return
	}
	plane.Name, plane.Namespace = "gateway", "kong" // as others refer to it
	service := builder.NewService("api").Namespace("kong").ControlPlane("gateway").Host("api.example.com").MustBuild()
	report, err := client.Ensure(ctx, []crd.Object{plane, service})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report)
	// Output:
	// attach to control plane: none has name "sharde"; the organisation has "shared" (00000000-0000-4000-8000-000000000001)
	// ACTION     KIND                        OBJECT        NAME    KONNECT ID                            PROGRAMMED
	// unchanged  KonnectGatewayControlPlane  kong/gateway  shared  00000000-0000-4000-8000-000000000001  true
	// created    KongService                 kong/api      api     fd6e23be-3271-5f5b-8c48-4a2a092a3da4  true
	//
	// 1 created, 1 unchanged; 5 reads, 1 write
}
