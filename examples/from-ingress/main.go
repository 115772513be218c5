// From-ingress turns an Ingress of a cluster into Kong's objects, provisions them, and in
// memory asks what it has provisioned.
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

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/examples/internal/cluster"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
)

//go:embed ingress.yaml
var before string

const usage = `Usage: from-ingress

Prints an Ingress and the Kong objects that it becomes, and provisions them in Konnect,
twice: the second time nothing is left to write. With the in-memory Konnect it then sends
a request through a gateway in memory.

` + connect.Usage

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("from-ingress", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {} // help goes to standard output, and a mistake is one line
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		return 64
	}
	if err := start(ctx, getenv, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "from-ingress:", err)
		return 1
	}
	return 0
}

// start provisions, and sends a request where the Konnect is in memory.
func start(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) error {
	objects, err := translate(stdout)
	if err != nil {
		return err
	}
	if connect.IsSet(getenv) {
		options, stop, err := connect.FromEnvironment(getenv, stderr)
		if err != nil {
			return err
		}
		defer stop()
		return provision(ctx, options, objects, stdout)
	}
	server, stop, err := connect.InMemory(stderr)
	if err != nil {
		return err
	}
	defer stop()
	if err := provision(ctx, connect.Options(server), objects, stdout); err != nil {
		return err
	}
	return try(ctx, server, stdout)
}

// translate prints what is in the cluster and what becomes of it.
func translate(stdout io.Writer) ([]crd.Object, error) {
	var found cluster.Objects
	objects, err := manifest.DecodeAll(strings.NewReader(before), manifest.TakeForeignKinds(found.Take))
	if err != nil {
		return nil, err
	}
	plane := crd.KeyOf(objects[0])
	translation, err := found.Translate(map[string]crd.Key{"kong": plane}, objects, true)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stdout, "Before:\n\n%s\nAfter:\n\n", before)
	if err := manifest.Encode(stdout, translation.Objects...); err != nil {
		return nil, err
	}
	return append(objects, translation.Objects...), nil
}

func provision(ctx context.Context, options []konnect.Option, objects []crd.Object, stdout io.Writer) error {
	client, err := konnect.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, title := range []string{"Provisioned:", "Once more:"} {
		report, err := client.Ensure(ctx, objects)
		fmt.Fprintf(stdout, "\n%s\n\n%s\n", title, report) // it is there even with an error
		if err != nil {
			return err
		}
	}
	return nil
}
