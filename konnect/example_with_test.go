package konnect_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Two owners keep within one limit of the server, because the second client is made of
// the first.
func ExampleClient_With() {
	_, first, stop := startKonnect(konnect.WithOwner("platform-team"))
	defer stop()
	second, err := first.With(konnect.WithOwner("shop-team"))
	if err != nil {
		fmt.Println(err)
		return
	}

	for name, client := range map[string]*konnect.Client{"platform": first, "shop": second} {
		report, err := client.Ensure(context.Background(), []crd.Object{builder.NewGatewayControlPlane(name).MustBuild()})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(report.Changes[0].Action, report.Changes[0].Name)
	}
	fmt.Println(first, second, "budgets:", len(first.Budgets()))
	// Unordered output:
	// created platform
	// created shop
	// konnect.Client{owner: platform-team} konnect.Client{owner: shop-team} budgets: 1
}

func ExampleWithRetry() {
	server, client, stop := startKonnect(konnect.WithRetry(konnect.RetryPolicy{
		MaxAttempts: 3, InitialInterval: time.Millisecond, MaxElapsedTime: 10 * time.Second,
	}))
	defer stop()
	server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Times: -1, Effect: konnecttest.FailBefore(503)})

	_, err := client.Ensure(context.Background(), echo(1027))
	if api, ok := errors.AsType[*konnect.APIError](err); ok {
		fmt.Println(api.Status, "after", api.Attempts, "attempts")
	}
	// Output:
	// 503 after 3 attempts
}

// Without repeats a test of a failure takes milliseconds, not half a minute.
func ExampleNoRetry() {
	server, client, stop := startKonnect(konnect.WithRetry(konnect.NoRetry()))
	defer stop()
	server.Inject(konnecttest.Fault{Times: -1, Effect: konnecttest.TooManyRequests(time.Minute)})

	start := time.Now()
	_, err := client.Ensure(context.Background(), echo(1027))
	fmt.Println("rate limited:", errors.Is(err, konnect.ErrRateLimited))
	fmt.Println("come again in", konnect.RetryAfter(err))
	fmt.Println("at once:", time.Since(start) < 10*time.Second)
	// Output:
	// rate limited: true
	// come again in 1m0s
	// at once: true
}
