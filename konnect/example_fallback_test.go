package konnect_test

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Files often name credentials that live in a cluster alone. A program that has a token
// of its own can use that in their place, and is told where it does.
func ExampleWithFallbackAuth() {
	server := konnecttest.NewServer()
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	client, err := konnect.NewClient(
		konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithFallbackAuth(),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	report, err := client.Ensure(context.Background(), []crd.Object{
		builder.NewGatewayControlPlane("gateway").Auth("konnect-api-auth").MustBuild(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Changes[0].Action, report.Changes[0].Key)
	for _, warning := range report.Warnings {
		fmt.Println("warning:", warning)
	}
	// Output:
	// created KonnectGatewayControlPlane default/gateway
	// warning: KonnectGatewayControlPlane default/gateway: spec.konnect.authRef: KonnectAPIAuthConfiguration default/konnect-api-auth is not there, and the client's own token and server are used in its place [fallback-auth]
}
