// Drift tells what in Konnect is no longer as its objects say, and changes nothing. It
// is meant for a schedule: the exit code says whether there is drift.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const usage = `Usage: drift [--every DURATION]

Compares the service and the route of the how-to with what Konnect holds, field by
field, and writes nothing. In an in-memory Konnect it provisions them first, and plays
the colleague who then changes things by hand.

  --every DURATION  check again after each DURATION, such as 5m, until there is drift;
                    without it there is one check

Exit codes:
  0   no drift, or interrupted
  1   Konnect could not be read
  2   drift
  64  the command line is wrong

` + connect.Usage

const (
	exitSame   = 0
	exitFailed = 1
	exitDrift  = 2
	exitUsage  = 64
)

// owner is whose entities are compared: with prune, also those that no object is left for.
const owner = "drift-example"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("drift", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {} // help goes to standard output, and a mistake is one line
	every := flags.Duration("every", 0, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitSame
	case err != nil || flags.NArg() > 0 || *every < 0:
		fmt.Fprintln(stderr, "drift: the command line is wrong (see --help)")
		return exitUsage
	}
	client, stop, err := open(ctx, getenv, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "drift:", err)
		return exitFailed
	}
	defer stop()
	return watch(ctx, client, *every, stdout, stderr)
}

// open returns a client of the Konnect that the environment names, or of an in-memory
// one that has drifted.
func open(ctx context.Context, getenv func(string) string, notes io.Writer) (client *konnect.Client, stop func(), err error) {
	if connect.IsSet(getenv) {
		options, stop, err := connect.FromEnvironment(getenv, notes)
		if err != nil {
			return nil, nil, err
		}
		client, err = konnect.NewClient(append(options, konnect.WithOwner(owner))...)
		return client, stop, err
	}
	server, stop, err := connect.InMemory(notes)
	if err != nil {
		return nil, nil, err
	}
	client, err = konnect.NewClient(append(connect.Options(server), konnect.WithOwner(owner))...)
	if err == nil {
		err = provision(ctx, client, server)
	}
	if err != nil {
		stop()
	}
	return client, stop, err
}

// provision makes server hold the objects, and then changes things behind their back.
func provision(ctx context.Context, client *konnect.Client, server *konnecttest.Server) error {
	report, err := client.Ensure(ctx, append(objects(),
		builder.NewRoute("retired").Protocols("http").Paths("/old").Service("service").MustBuild()))
	if err != nil {
		return err
	}
	for _, c := range report.Changes {
		switch c.Key.Name {
		case "service":
			err = errors.Join(err, server.Modify(c.ControlPlane, "services", c.KonnectID, func(service map[string]any) {
				service["port"], service["retries"] = 8080, 0
			}))
		case "route":
			err = errors.Join(err, server.Delete(c.ControlPlane, "routes", c.KonnectID))
		}
	}
	return err
}

func watch(ctx context.Context, client *konnect.Client, every time.Duration, stdout, stderr io.Writer) int {
	for {
		plan, err := client.Plan(ctx, objects(), konnect.WithPrune())
		switch {
		case ctx.Err() != nil:
			return exitSame
		case err != nil:
			fmt.Fprintln(stderr, "drift:", err)
			return exitFailed
		case plan.HasDrift():
			fmt.Fprint(stdout, plan)
			return exitDrift
		case every == 0:
			fmt.Fprintln(stdout, "No drift.")
			return exitSame
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

func objects() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gateway-control-plane").MustBuild(),
		builder.NewService("service").
			Host("echo.kong.svc.cluster.local").Port(1027).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").
			Protocols("http").Paths("/echo").
			Service("service").MustBuild(),
	}
}
