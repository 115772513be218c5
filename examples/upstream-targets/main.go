// Upstream-targets balances a service over two targets in Konnect: of ten requests nine
// go to the one and the tenth to the other, and a target that fails its health checks is
// left out until it recovers. A second run finds nothing to write.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
)

const usage = `Usage: upstream-targets

Provisions a service over an upstream with two weighted targets and health checks in
Konnect, twice; the second time nothing is left to write.

` + connect.Usage

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("upstream-targets", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {} // help goes to standard output, and a mistake is one line
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		return 64
	}
	options, stop, err := connect.FromEnvironment(getenv, stderr)
	if err == nil {
		defer stop()
		err = provision(ctx, options, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "upstream-targets:", err)
		return 1
	}
	return 0
}

func provision(ctx context.Context, options []konnect.Option, stdout io.Writer) error {
	client, err := konnect.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	for range 2 {
		report, err := client.Ensure(ctx, build())
		fmt.Fprintln(stdout, report)
		if err != nil {
			return err
		}
	}
	return nil
}

func build() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("balanced").MustBuild(),
		// The host of a service that is balanced is the name of the upstream.
		builder.NewService("checkout").Host("checkout.internal").
			ControlPlane("balanced").MustBuild(),
		builder.NewRoute("checkout").HTTP().HTTPS().Path("/checkout").
			Service("checkout").MustBuild(),
		builder.NewUpstream("checkout").SpecName("checkout.internal").
			ActiveHealthchecks(builder.ActiveHTTPChecks("/healthz").
				Interval(10 * time.Second).Timeout(2 * time.Second).Healthy(2).Unhealthy(3)).
			PassiveHealthchecks(builder.PassiveHTTPChecks().Healthy(5).Unhealthy(5)).
			ControlPlane("balanced").MustBuild(),
		builder.NewTarget("checkout-stable").HostPort("10.0.0.1", 8080).Weight(90).
			Upstream("checkout").MustBuild(),
		builder.NewTarget("checkout-canary").HostPort("10.0.0.2", 8080).Weight(10).
			Upstream("checkout").MustBuild(),
	}
}
