package konnect_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// startKonnect runs an in-memory Konnect, whose control planes have known IDs, and
// returns a client for it.
func startKonnect(opts ...konnect.Option) (server *konnecttest.Server, client *konnect.Client, stop func()) {
	server = konnecttest.NewServer(sequence())
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	opts = append(opts, konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
	client, err = konnect.NewClient(opts...)
	if err != nil {
		panic(err)
	}
	return server, client, stop
}

// echo returns a control plane with a service and a route. The port is that of
// the service.
func echo(port int) []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gateway-control-plane").MustBuild(),
		builder.NewService("service").
			Host("echo.kong.svc.cluster.local").Port(port).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").
			Protocols("http").Paths("/echo").
			Service("service").MustBuild(),
	}
}

func Example() {
	_, client, stop := startKonnect()
	defer stop()

	objects := []crd.Object{
		builder.NewGatewayControlPlane("gateway-control-plane").MustBuild(),
		builder.NewService("service").
			Host("echo.kong.svc.cluster.local").Port(1027).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").
			Protocols("http").Paths("/echo").
			Service("service").MustBuild(),
	}
	report, err := client.Ensure(context.Background(), objects)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report)
	// Output:
	// ACTION   KIND                        OBJECT                         NAME                   KONNECT ID                            PROGRAMMED
	// created  KonnectGatewayControlPlane  default/gateway-control-plane  gateway-control-plane  00000000-0000-4000-8000-000000000001  true
	// created  KongService                 default/service                service                fb76c9bc-6be6-5323-ac19-ece76b6e7f9d  true
	// created  KongRoute                   default/route                  route                  71aef227-bcb0-5ce8-911f-63fdef668339  true
	//
	// 3 created; 2 reads, 3 writes
}

func ExampleClient_Ensure() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()

	for _, port := range []int{80, 80, 1027} {
		report, err := client.Ensure(ctx, echo(port))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, change := range report.Changes {
			fmt.Println(change.Action, change.Key, change.Fields)
		}
		fmt.Println(report.Writes, "writes")
	}
	// Output:
	// created KonnectGatewayControlPlane default/gateway-control-plane []
	// created KongService default/service []
	// created KongRoute default/route []
	// 3 writes
	// unchanged KonnectGatewayControlPlane default/gateway-control-plane []
	// unchanged KongService default/service []
	// unchanged KongRoute default/route []
	// 0 writes
	// unchanged KonnectGatewayControlPlane default/gateway-control-plane []
	// updated KongService default/service [port: 80 -> 1027]
	// unchanged KongRoute default/route []
	// 1 writes
}

// Ensure fills in status and conditions as the operator would.
func ExampleClient_Ensure_status() {
	_, client, stop := startKonnect()
	defer stop()

	objects := echo(1027)
	if _, err := client.Ensure(context.Background(), objects); err != nil {
		fmt.Println(err)
		return
	}
	for _, obj := range objects {
		status := obj.GetKonnectStatus()
		fmt.Println(crd.KeyOf(obj), status.ID, crd.IsProgrammed(obj))
	}
	// Output:
	// KonnectGatewayControlPlane default/gateway-control-plane 00000000-0000-4000-8000-000000000001 true
	// KongService default/service fb76c9bc-6be6-5323-ac19-ece76b6e7f9d true
	// KongRoute default/route 71aef227-bcb0-5ce8-911f-63fdef668339 true
}

func ExampleClient_Plan() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, echo(80)[:2]); err != nil {
		fmt.Println(err)
		return
	}

	plan, err := client.Plan(ctx, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan)
	fmt.Println("changes:", plan.HasChanges())
	// Output:
	// ~ KongService default/service  service (fb76c9bc-6be6-5323-ac19-ece76b6e7f9d)
	//     port: 80 -> 1027
	// + KongRoute default/route  route (known after apply)
	//
	// Plan: 1 to create, 1 to update, 1 unchanged.
	//
	// changes: true
}

// A plan can be kept as JSON until somebody agrees, and be applied by another
// process.
func ExampleClient_Apply() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()

	plan, err := client.Plan(ctx, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.Marshal(plan)
	if err != nil {
		fmt.Println(err)
		return
	}

	var approved konnect.Plan
	if err := json.Unmarshal(text, &approved); err != nil {
		fmt.Println(err)
		return
	}
	report, err := client.Apply(ctx, &approved, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Writes, "writes")

	_, err = client.Apply(ctx, &approved, echo(1027))
	fmt.Println(err)
	// Output:
	// 3 writes
	// apply plan: objects or entities have changed since the plan was made; make a new one
}

func ExampleClient_Delete() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, echo(1027)); err != nil {
		fmt.Println(err)
		return
	}

	for range 2 {
		report, err := client.Delete(ctx, echo(1027))
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, change := range report.Changes {
			fmt.Println(change.Action, change.Key)
		}
	}
	// Output:
	// deleted KongRoute default/route
	// deleted KongService default/service
	// deleted KonnectGatewayControlPlane default/gateway-control-plane
	// unchanged KongRoute default/route
	// unchanged KongService default/service
	// unchanged KonnectGatewayControlPlane default/gateway-control-plane
}
