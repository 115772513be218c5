package konnect_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
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

// No kind of today has a value that Konnect does not return, so that there is nothing to
// write again.
func ExampleWithSecretRewrite() {
	_, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, checked("example-1")); err != nil {
		fmt.Println(err)
		return
	}

	report, err := client.Ensure(ctx, checked("example-1"), konnect.WithSecretRewrite())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Writes, "writes")
	// Output:
	// 0 writes
}
