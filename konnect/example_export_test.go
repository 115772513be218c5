package konnect_test

import (
	"context"
	"fmt"
	"os"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
)

// What somebody has made by hand becomes objects, which take it over.
func ExampleClient_Export() {
	server, client, stop := startKonnect()
	defer stop()
	const plane = "00000000-0000-4000-8000-000000000001"
	if _, err := server.AddControlPlane("", map[string]any{"id": plane, "name": "shared"}); err != nil {
		fmt.Println(err)
		return
	}
	for collection, entity := range map[string]map[string]any{
		"services":  {"id": "00000000-0000-4000-8000-000000000002", "name": "Orders", "host": "orders.example.com", "retries": 3},
		"consumers": {"id": "00000000-0000-4000-8000-000000000003", "username": "old-tool", "tags": []string{"managed-by:deck"}},
	} {
		if _, err := server.Put(plane, collection, entity); err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx := context.Background()
	export, err := client.Export(ctx, konnect.ControlPlaneSelector{Name: "shared"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := manifest.Encode(os.Stdout, export.Objects...); err != nil {
		fmt.Println(err)
	}
	for _, skipped := range export.Skipped {
		fmt.Println("skipped", skipped)
	}
	plan, err := export.Verify(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("writes anything:", plan.HasChanges())
	// Output:
	// apiVersion: konnect.konghq.com/v1alpha2
	// kind: KonnectGatewayControlPlane
	// metadata:
	//   name: shared
	// spec:
	//   mirror:
	//     konnect:
	//       id: 00000000-0000-4000-8000-000000000001
	//   source: Mirror
	// ---
	// apiVersion: configuration.konghq.com/v1alpha1
	// kind: KongService
	// metadata:
	//   name: orders
	// spec:
	//   adopt:
	//     from: konnect
	//     konnect:
	//       id: 00000000-0000-4000-8000-000000000002
	//     mode: override
	//   controlPlaneRef:
	//     konnectNamespacedRef:
	//       name: shared
	//     type: konnectNamespacedRef
	//   host: orders.example.com
	//   name: Orders
	//   retries: 3
	// skipped KongConsumer old-tool (00000000-0000-4000-8000-000000000003): is held by deck, which must release it first
	// writes anything: false
}

// An export of one service is true until somebody changes that.
func ExampleExport_Verify() {
	server, client, stop := startKonnect()
	defer stop()
	const plane = "00000000-0000-4000-8000-000000000001"
	if _, err := server.AddControlPlane("", map[string]any{"id": plane, "name": "shared"}); err != nil {
		fmt.Println(err)
		return
	}
	service := map[string]any{"id": "00000000-0000-4000-8000-000000000002", "name": "orders", "host": "orders.example.com"}
	if _, err := server.Put(plane, "services", service); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	export, err := client.Export(ctx, konnect.ControlPlaneSelector{ID: plane}, konnect.ExportService("orders"), konnect.ExportSecrets())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(export)
	plan, err := export.Verify(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan)

	// Somebody changes it meanwhile.
	if err := server.Modify(plane, "services", "00000000-0000-4000-8000-000000000002", func(s map[string]any) { s["retries"] = 0 }); err != nil {
		fmt.Println(err)
		return
	}
	_, err = export.Verify(ctx)
	fmt.Println(err)
	// Output:
	// 2 objects, 0 secrets, 0 skipped, 0 warnings
	// > KongService default/orders  orders (00000000-0000-4000-8000-000000000002), held by nobody
	//
	// Plan: 0 to create, 0 to update, 1 to adopt, 1 unchanged.
	// verify export: adopt KongService default/orders: entity 00000000-0000-4000-8000-000000000002 does not match: retries: 0 -> 5
}
