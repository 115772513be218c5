// Service-and-route provisions a control plane, a service and a route in Konnect:
// first from objects built in Go, then from the manifests of how-to.yaml. Both say the
// same, so the second run finds nothing to write.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

//go:embed how-to.yaml
var howTo string

const usage = `Usage: service-and-route [--mermaid] [--try PATH]

Provisions a control plane, a service and a route in Konnect, from objects built in
Go and then from the same objects in YAML, for which nothing is left to write.

  --mermaid   also print a picture of the objects as a Mermaid flowchart
  --try PATH  also send a request for PATH through a gateway in memory to an echo service
              that the program starts, and print the way it took; in-memory Konnect only

` + connect.Usage

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("service-and-route", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {} // help goes to standard output, and a mistake is one line
	mermaid, path := flags.Bool("mermaid", false, ""), flags.String("try", "", "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		return 64
	}
	if err := start(ctx, *mermaid, *path, getenv, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "service-and-route:", err)
		return 1
	}
	return 0
}

// start finds a Konnect and provisions it; a path is tried in memory only.
func start(ctx context.Context, mermaid bool, path string, getenv func(string) string, stdout, stderr io.Writer) error {
	if path == "" {
		options, stop, err := connect.FromEnvironment(getenv, stderr)
		if err != nil {
			return err
		}
		defer stop()
		return provision(ctx, options, mermaid, stdout)
	}
	if connect.IsSet(getenv) {
		return errors.New("--try needs the in-memory Konnect: unset KONNECT_TOKEN, KONNECT_REGION and KONNECT_SERVER_URL")
	}
	server, stop, err := connect.InMemory(stderr)
	if err != nil {
		return err
	}
	defer stop()
	if err := provision(ctx, connect.Options(server), mermaid, stdout); err != nil {
		return err
	}
	return try(ctx, server, path, stdout)
}

func provision(ctx context.Context, options []konnect.Option, mermaid bool, stdout io.Writer) error {
	client, err := konnect.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()

	fmt.Fprintln(stdout, "Built in Go:")
	if err := ensure(ctx, client, build(), stdout); err != nil {
		return err
	}
	objects, err := manifest.DecodeAll(strings.NewReader(howTo))
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "\nRead from how-to.yaml:")
	if err := ensure(ctx, client, objects, stdout); err != nil || !mermaid {
		return err
	}
	graph, err := resolve.Resolve(ctx, objects)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\n%s", graph.Mermaid())
	return nil
}

func build() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gateway-control-plane").Namespace("kong").MustBuild(),
		builder.NewService("service").Namespace("kong").
			Host("echo.kong.svc.cluster.local").Port(1027).
			ControlPlane("gateway-control-plane").MustBuild(),
		builder.NewRoute("route").Namespace("kong").
			Protocols("http").Paths("/echo").
			Service("service").MustBuild(),
	}
}

// ensure prints what was done, and what the objects know of it afterwards.
func ensure(ctx context.Context, client *konnect.Client, objects []crd.Object, stdout io.Writer) error {
	report, err := client.Ensure(ctx, objects)
	fmt.Fprintf(stdout, "\n%s\n", report) // it is there even with an error
	if err != nil {
		return err
	}
	for _, object := range objects {
		if crd.IsProgrammed(object) {
			fmt.Fprintf(stdout, "%s is Programmed as %s\n", crd.KeyOf(object), object.GetKonnectStatus().ID)
		}
	}
	return nil
}
