package konnect_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

// Everything that is wrong with a batch is reported together, and nothing is sent.
func ExampleBatchError() {
	server, client, stop := startKonnect()
	defer stop()

	_, err := client.Ensure(context.Background(), []crd.Object{
		builder.NewService("service").ControlPlane("nowhere").Host("echo.example.com").Port(80).MustBuild(),
		builder.NewRoute("route").Service("service").Protocols("http", "grpc").Paths("/echo").MustBuild(),
	})
	if invalid, ok := errors.AsType[*konnect.BatchError](err); ok {
		for _, problem := range invalid.Problems {
			fmt.Println(problem.Key)
		}
	}
	if missing, ok := errors.AsType[*resolve.MissingError](err); ok {
		fmt.Println("missing:", missing.To)
	}
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// KongRoute default/route
	// KongService default/service
	// missing: KonnectGatewayControlPlane default/nowhere
	// 0 requests
}

func ExampleOwnershipError() {
	server, client, stop := startKonnect()
	defer stop()
	id, err := server.AddControlPlane("", map[string]any{"name": "gateway-control-plane"})
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Ensure(context.Background(), echo(1027))
	if owned, ok := errors.AsType[*konnect.OwnershipError](err); ok {
		fmt.Println(owned.Key, owned.KonnectID == id)
		fmt.Println("held by", owned.Holder)
		fmt.Println(owned.Hint)
	}
	// Output:
	// KonnectGatewayControlPlane default/gateway-control-plane true
	// held by nobody
	// use it as it is, with Client.ControlPlane or spec.source: Mirror, or with the annotation konnectkit/management-policy: observe; or use another name, or take it over with WithAdoption
}

func ExampleImmutableError() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, echo(1027)[:1]); err != nil {
		fmt.Println(err)
		return
	}

	_, err := client.Ensure(ctx, []crd.Object{builder.NewGatewayControlPlane("gateway-control-plane").Group().MustBuild()})
	if immutable, ok := errors.AsType[*konnect.ImmutableError](err); ok {
		fmt.Println(immutable.Fields)
	}
	// Output:
	// [cluster_type: "CLUSTER_TYPE_CONTROL_PLANE" -> "CLUSTER_TYPE_CONTROL_PLANE_GROUP"]
}

// An object that takes over an entity with mode match never changes it.
func ExampleMismatchError() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	report, err := client.Ensure(ctx, echo(80))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Ensure(ctx, []crd.Object{
		echo(80)[0],
		builder.NewService("service").ControlPlane("gateway-control-plane").
			Host("echo.kong.svc.cluster.local").Port(1027).
			AdoptMatch(report.Changes[1].KonnectID).MustBuild(),
	})
	if mismatch, ok := errors.AsType[*konnect.MismatchError](err); ok {
		fmt.Println(mismatch.Fields)
	}
	// Output:
	// [port: 80 -> 1027]
}

func ExampleStalePlanError() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	plan, err := client.Plan(ctx, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Apply(ctx, plan, echo(80))
	_, ok := errors.AsType[*konnect.StalePlanError](err)
	fmt.Println(ok)
	// Output:
	// true
}

// Each object fails by itself. What depends on it is skipped, everything else is
// carried out.
func ExampleDependencyError() {
	server, client, stop := startKonnect()
	defer stop()
	server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Times: -1, Effect: konnecttest.FailBefore(403)})

	report, err := client.Ensure(context.Background(), echo(1027))
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
		if dependency, ok := errors.AsType[*konnect.DependencyError](change.Err); ok {
			fmt.Println("waits for", dependency.On)
		}
	}
	fmt.Println("forbidden:", errors.Is(err, konnect.ErrForbidden))
	// Output:
	// created KonnectGatewayControlPlane default/gateway-control-plane
	// failed KongService default/service
	// skipped KongRoute default/route
	// waits for KongService default/service
	// forbidden: true
}

func ExampleAPIError() {
	server, client, stop := startKonnect()
	defer stop()
	server.RevokeToken(server.Token)

	_, err := client.Ensure(context.Background(), echo(1027))
	if api, ok := errors.AsType[*konnect.APIError](err); ok {
		fmt.Println(api.Status, errors.Is(err, konnect.ErrUnauthorized))
	}
	// Output:
	// 401 true
}
