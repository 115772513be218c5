package konnect_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// One owner hands its entities over to another. Nothing is deleted in between.
func ExampleClient_Release() {
	server, old, stop := startKonnect(konnect.WithOwner("old"))
	defer stop()
	ctx := context.Background()
	objects := echo(1027)
	if _, err := old.Ensure(ctx, objects); err != nil {
		fmt.Println(err)
		return
	}
	server.ResetLog()

	report, err := old.Release(ctx, objects)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	next, err := old.With(konnect.WithOwner("next"))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err = next.Ensure(ctx, echo(1027), konnect.WithAdoption(konnect.AdoptUnowned))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	fmt.Println(server.Writes(), "writes")
	// Output:
	// released KonnectGatewayControlPlane default/gateway-control-plane
	// released KongService default/service
	// released KongRoute default/route
	// adopted KonnectGatewayControlPlane default/gateway-control-plane
	// adopted KongService default/service
	// adopted KongRoute default/route
	// 6 writes
}

// The plan of a release names what would keep its marks, and why.
func ExampleClient_PlanRelease() {
	server := konnecttest.NewServer(konnecttest.WithPasswords(konnecttest.PasswordOmitted))
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx := context.Background()
	objects := []crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(),
		builder.NewConsumer("ada").Username("ada").ControlPlane("gw").MustBuild(),
		builder.NewCredentialBasicAuth("ada").Consumer("ada").Username("ada").Password("not-a-real-one").MustBuild(),
	}
	if _, err := client.Ensure(ctx, objects); err != nil {
		fmt.Println(err)
		return
	}
	plan, err := client.PlanRelease(ctx, objects)
	for _, change := range plan.Changes {
		fmt.Println(change.Action, change.Key)
	}
	if stays, ok := errors.AsType[*konnect.WriteOnlyError](err); ok {
		fmt.Println(stays.Key, "keeps its marks because of", stays.Fields)
	}
	// Output:
	// released KonnectGatewayControlPlane default/gw
	// released KongConsumer default/ada
	// skipped KongCredentialBasicAuth default/ada
	// KongCredentialBasicAuth default/ada keeps its marks because of [password]
}
