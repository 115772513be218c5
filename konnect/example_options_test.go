package konnect_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

func ExampleNewClient() {
	client, err := konnect.NewClient(
		konnect.WithToken("kpat_example"),
		konnect.WithRegion("eu"),
		konnect.WithOwner("platform-team"),
		konnect.WithMaxConcurrency(8),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	fmt.Println(client)

	_, err = konnect.NewClient(konnect.WithToken("kpat_example"), konnect.WithOwner("platform team"))
	fmt.Println(err)
	// Output:
	// konnect.Client{owner: platform-team}
	// new client: WithOwner: "platform team" must be 1 to 63 letters, digits, dots, dashes and underscores, with a letter or digit at both ends; a token needs a server: use WithRegion or WithServerURL
}

// Without a token the credentials come from the objects.
func ExampleNewClient_credentialsOfTheObjects() {
	server := konnecttest.NewServer()
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	client, err := konnect.NewClient()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	address := server.URL[len("http://"):]
	report, err := client.Ensure(context.Background(), []crd.Object{
		builder.NewAPIAuth("konnect-api-auth").Token(server.Token).ServerURL(address).MustBuild(),
		builder.NewGatewayControlPlane("gateway-control-plane").Auth("konnect-api-auth").MustBuild(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Changes[0].Action, report.Changes[0].Key)
	// Output:
	// created KonnectGatewayControlPlane default/gateway-control-plane
}

func ExampleWithTokenSource() {
	server := konnecttest.NewServer()
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	var asked atomic.Bool // requests go out side by side
	client, err := konnect.NewClient(
		konnect.WithServerURL(server.URL),
		konnect.WithTokenSource(func(context.Context) (string, error) {
			asked.Store(true)
			return server.Token, nil // from a vault, say
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	if _, err := client.Ensure(context.Background(), echo(1027)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("asked:", asked.Load())
	// Output:
	// asked: true
}

func ExampleWithServerURL() {
	_, err := konnect.NewClient(konnect.WithToken("kpat_example"), konnect.WithServerURL("http://konnect.example.com"))
	fmt.Println(err)
	// Output:
	// new client: server url "http://konnect.example.com" must be https: plain http would send the token in clear
}

func ExampleWithPlainHTTP() {
	_, err := konnect.NewClient(
		konnect.WithToken("kpat_example"),
		konnect.WithServerURL("http://konnect.test-network"),
		konnect.WithPlainHTTP(),
	)
	fmt.Println(err)
	// Output:
	// <nil>
}

func ExampleWithHTTPClient() {
	_, client, stop := startKonnect(konnect.WithHTTPClient(&http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 32},
		Timeout:   10 * time.Second,
	}))
	defer stop()

	report, err := client.Ensure(context.Background(), echo(1027))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Writes, "writes")
	// Output:
	// 3 writes
}

func ExampleWithLogger() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})
	_, client, stop := startKonnect(konnect.WithLogger(slog.New(handler)))
	defer stop()

	if _, err := client.Ensure(context.Background(), echo(1027)[:1]); err != nil {
		fmt.Println(err)
		return
	}
	// Output:
	// level=INFO msg="entity written" key="KonnectGatewayControlPlane default/gateway-control-plane" action=created konnect_id=00000000-0000-4000-8000-000000000001
}

func ExampleWithObserver() {
	_, client, stop := startKonnect(konnect.WithObserver(func(event konnect.Event) {
		if progress, ok := event.(konnect.ProgressEvent); ok {
			fmt.Println(progress)
		}
	}))
	defer stop()

	if _, err := client.Ensure(context.Background(), echo(1027)); err != nil {
		fmt.Println(err)
		return
	}
	// Output:
	// 1/3 created KonnectGatewayControlPlane default/gateway-control-plane
	// 2/3 created KongService default/service
	// 3/3 created KongRoute default/route
}

// What a batch refers to can be looked up elsewhere, such as in a cluster. It is
// read and never written.
func ExampleWithSource() {
	cluster := resolve.Objects(echo(1027)...)
	_, client, stop := startKonnect(konnect.WithSource(cluster))
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, echo(1027)); err != nil {
		fmt.Println(err)
		return
	}

	report, err := client.Ensure(ctx, []crd.Object{
		builder.NewRoute("second").Protocols("http").Paths("/second").Service("service").MustBuild(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	// Output:
	// created KongRoute default/second
}

func ExampleWithPrune() {
	_, client, stop := startKonnect(konnect.WithOwner("platform-team"))
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, echo(1027)); err != nil {
		fmt.Println(err)
		return
	}

	withoutRoute := echo(1027)[:2]
	report, err := client.Ensure(ctx, withoutRoute, konnect.WithPrune())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	// Output:
	// unchanged KonnectGatewayControlPlane default/gateway-control-plane
	// unchanged KongService default/service
	// deleted KongRoute default/route
}

func ExampleWithMaxDeletes() {
	_, client, stop := startKonnect(konnect.WithOwner("platform-team"))
	defer stop()
	ctx := context.Background()
	if _, err := client.Ensure(ctx, echo(1027)); err != nil {
		fmt.Println(err)
		return
	}

	onlyControlPlane := echo(1027)[:1]
	_, err := client.Ensure(ctx, onlyControlPlane, konnect.WithPrune(), konnect.WithMaxDeletes(1))
	_, ok := errors.AsType[*konnect.TooManyDeletesError](err)
	fmt.Println(ok, err)
	// Output:
	// true 2 entities would be deleted, more than the 1 allowed; nothing was written
}

func ExampleWithAdoption() {
	server, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	if _, err := server.AddControlPlane("", map[string]any{"name": "gateway-control-plane"}); err != nil {
		fmt.Println(err)
		return
	}

	_, err := client.Ensure(ctx, echo(1027))
	_, ok := errors.AsType[*konnect.OwnershipError](err)
	fmt.Println(ok)

	report, err := client.Ensure(ctx, echo(1027), konnect.WithAdoption(konnect.AdoptUnowned))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, change := range report.Changes {
		fmt.Println(change.Action, change.Key)
	}
	// Output:
	// true
	// adopted KonnectGatewayControlPlane default/gateway-control-plane
	// created KongService default/service
	// created KongRoute default/route
}

// A control plane with entities of others stays, unless they may go with it.
func ExampleWithCascade() {
	server, client, stop := startKonnect()
	defer stop()
	ctx := context.Background()
	report, err := client.Ensure(ctx, echo(1027)[:1])
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := server.Put(report.Changes[0].KonnectID, "services", map[string]any{"name": "theirs", "host": "example.com"}); err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Delete(ctx, echo(1027)[:1])
	_, ok := errors.AsType[*konnect.OwnershipError](err)
	fmt.Println(ok)

	report, err = client.Delete(ctx, echo(1027)[:1], konnect.WithCascade())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Changes[0].Action)
	// Output:
	// true
	// deleted
}
