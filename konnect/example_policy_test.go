package konnect_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// A whole batch takes over what decK has looked after with select-tag team-a. The
// plan shows what would change; it can be kept as JSON and applied later.
func ExampleAdoptTagged() {
	server, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	report, err := client.Ensure(ctx, echo(1027)[:1])
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = server.Put(report.Changes[0].KonnectID, "services", map[string]any{
		"id": "11111111-2222-4333-8444-555555555555", "name": "service", "host": "echo.example.com", "tags": []string{"team-a"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	plan, err := client.Plan(ctx, echo(1027), konnect.WithAdoption(konnect.AdoptTagged("team-a")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan)
	report, err = client.Apply(ctx, plan, echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	// Output:
	// > KongService default/service  service (11111111-2222-4333-8444-555555555555), held by nobody, tag team-a
	//     host: "echo.example.com" -> "echo.kong.svc.cluster.local"
	//     port: 80 -> 1027
	//     tags: ["team-a"] -> ["k8s-kind:KongService","k8s-name:service","k8s-namespace:default","managed-by:konnectkit","managed-key:3ea9d728-7f60-57d1-bd18-4b462f4f4c1f","managed-owner:default"]
	// + KongRoute default/route  route (known after apply)
	//
	// Plan: 1 to create, 0 to update, 1 to adopt, 1 unchanged.
	//
	// unchanged KonnectGatewayControlPlane default/gateway-control-plane
	// adopted KongService default/service
	// created KongRoute default/route
}

// A protected entity is deleted neither by itself nor with what it lies in.
func ExampleProtectedError() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	objects := echo(1027)
	objects[1].SetAnnotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyProtect)})
	if _, err := client.Ensure(ctx, objects); err != nil {
		fmt.Println(err)
		return
	}

	report, err := client.Delete(ctx, echo(1027)[:1], konnect.WithCascade()) // the control plane alone
	protected, ok := errors.AsType[*konnect.ProtectedError](err)
	fmt.Println(ok, protected.Of, protected.Policy)
	fmt.Println(err)
	fmt.Println(report.Writes, "writes")
	// Output:
	// true KongService default/service protect
	// delete KonnectGatewayControlPlane default/gateway-control-plane: entity fb76c9bc-6be6-5323-ac19-ece76b6e7f9d (service) of KongService default/service belongs to it and is kept by konnectkit/deletion-policy: protect
	// 0 writes
}

// A retained entity is left when its object goes, and spared by a prune.
func ExampleWithPrune_retained() {
	_, client, stop := startKonnect(konnect.WithOwner("platform-team"))
	defer stop()
	ctx := context.Background()
	objects := append(echo(1027), builder.NewService("legacy").ControlPlane("gateway-control-plane").Host("legacy.example.com").
		Annotations(map[string]string{crd.DeletionPolicyAnnotation: string(crd.DeletionPolicyRetain)}).MustBuild())
	if _, err := client.Ensure(ctx, objects); err != nil {
		fmt.Println(err)
		return
	}

	report, err := client.Ensure(ctx, echo(1027)[:1], konnect.WithPrune(), konnect.WithMaxDeletes(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	// Output:
	// unchanged KonnectGatewayControlPlane default/gateway-control-plane
	// deleted KongRoute default/route
	// retained KongService default/legacy
	// deleted KongService default/service
}

// What somebody else looks after is observed: compared, never written.
func ExampleActionObserved() {
	server, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	id, err := server.AddControlPlane("", map[string]any{"name": "shared", "description": "of another team"})
	if err != nil {
		fmt.Println(err)
		return
	}

	shared := builder.NewGatewayControlPlane("shared").Description("of the platform team").
		Annotations(map[string]string{crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)}).MustBuild()
	plan, err := client.Plan(ctx, []crd.Object{shared})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("changes: %t, drift: %t\n", plan.HasChanges(), plan.HasDrift())
	report, err := client.Ensure(ctx, []crd.Object{shared})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report)
	fmt.Println(shared.GetKonnectStatus().ID == id)
	// Output:
	// changes: false, drift: true
	// ACTION    KIND                        OBJECT          NAME    KONNECT ID                            PROGRAMMED
	// observed  KonnectGatewayControlPlane  default/shared  shared  00000000-0000-4000-8000-000000000001  false
	//
	// drift: KonnectGatewayControlPlane default/shared: description: "of another team" -> "of the platform team"
	//
	// 1 observed; 1 read, 0 writes
	//
	// true
}
