package konnect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// checked returns a control plane and an upstream whose health checks send a secret.
func checked(secret string) []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gateway-control-plane").MustBuild(),
		builder.NewUpstream("backend").ControlPlane("gateway-control-plane").
			ActiveHealthchecks(builder.ActiveHTTPChecks("/healthz").Header("Authorization", secret)).MustBuild(),
	}
}

// With a key a plan is for the secrets with which it was made. Without one it would be
// applied with whatever secret the objects have by then, and warns of that.
func ExampleWithSecretMarks() {
	key := bytes.Repeat([]byte("k"), 32) // 32 random bytes from a vault, say
	_, client, stop := startKonnect(konnect.WithSecretMarks(key))
	defer stop()
	ctx := context.Background()

	plan, err := client.Plan(ctx, checked("example-1"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Apply(ctx, plan, checked("example-2"))
	_, stale := errors.AsType[*konnect.StalePlanError](err)
	fmt.Println("stale:", stale)

	_, err = konnect.NewClient(konnect.WithSecretMarks([]byte("short")))
	fmt.Println(err)
	// Output:
	// stale: true
	// new client: WithSecretMarks: the key has 5 bytes; it needs 32 or more, from a source of random numbers
}

// Where Konnect does not return keys, nobody can see whether they are still the same. They
// are warned of, and written again on request: here after a leak, say, or once in a while.
func ExampleWithSecretRewrite() {
	server := konnecttest.NewServer(konnecttest.WithSecretsWithheld())
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
	keyed := func() []crd.Object {
		return []crd.Object{
			builder.NewGatewayControlPlane("gateway-control-plane").MustBuild(),
			builder.NewConsumer("alice").ControlPlane("gateway-control-plane").MustBuild(),
			builder.NewCredentialAPIKey("alice").Consumer("alice").Key("example-key").MustBuild(),
		}
	}
	ctx := context.Background()
	for _, opts := range [][]konnect.EnsureOption{nil, nil, {konnect.WithSecretRewrite()}} {
		report, err := client.Ensure(ctx, keyed(), opts...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(report.Writes, "writes,", len(report.Warnings), "warnings")
	}
	// Output:
	// 3 writes, 0 warnings
	// 0 writes, 1 warnings
	// 1 writes, 0 warnings
}
