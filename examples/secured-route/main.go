// Secured-route provisions a service that is reached over TLS, under a certificate of its
// own, and by those alone that have a key: with a rate limit, and for pages of one origin.
// In memory it then asks what it has provisioned, with a key and without.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const usage = `Usage: secured-route

Provisions a service in Konnect that is reached over TLS and with a key, twice: the second
time nothing is left to write. With the in-memory Konnect it then sends requests through a
gateway in memory to an echo service, with the key and without.

` + connect.Usage

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("secured-route", flag.ContinueOnError)
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
		fmt.Fprintln(stderr, "secured-route:", err)
		return 1
	}
	return 0
}

// start provisions, and sends requests where the Konnect is in memory.
func start(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) error {
	pair := konnecttest.SelfSigned(host) // a program of your own reads one
	if connect.IsSet(getenv) {
		options, stop, err := connect.FromEnvironment(getenv, stderr)
		if err != nil {
			return err
		}
		defer stop()
		return provision(ctx, options, pair, stdout)
	}
	server, stop, err := connect.InMemory(stderr)
	if err != nil {
		return err
	}
	defer stop()
	if err := provision(ctx, connect.Options(server), pair, stdout); err != nil {
		return err
	}
	return try(ctx, server, pair, stdout)
}

const (
	host = "api.example.com"
	// key is for this example alone: take yours from where you keep secrets.
	key = "example-key-of-alice"
)

func build(pair konnecttest.KeyPair) []crd.Object {
	const plane = "gateway-control-plane"
	return []crd.Object{
		builder.NewGatewayControlPlane(plane).Namespace("kong").MustBuild(),
		builder.NewService("service").Namespace("kong").ControlPlane(plane).Host("echo.kong.svc.cluster.local").Port(1027).MustBuild(),
		builder.NewRoute("route").Namespace("kong").Service("service").Protocols("https").Hosts(host).Paths("/echo").MustBuild(),

		builder.NewCertificate("certificate").Namespace("kong").ControlPlane(plane).KeyPair(pair.Certificate, pair.PrivateKey).MustBuild(),
		builder.NewSNI("sni").Namespace("kong").Certificate("certificate").SpecName(host).MustBuild(),

		builder.NewConsumer("alice").Namespace("kong").ControlPlane(plane).Username("alice").MustBuild(),
		builder.NewCredentialAPIKey("alice").Namespace("kong").Consumer("alice").Key(key).MustBuild(),

		builder.NewPlugin("key-auth", "key-auth").Namespace("kong").MustBuild(),
		builder.NewPluginBinding("key-auth").Namespace("kong").ControlPlane(plane).Plugin("key-auth").Service("service").MustBuild(),
		builder.NewPlugin("limit", "rate-limiting").Namespace("kong").Config(map[string]any{"minute": 5}).MustBuild(),
		builder.NewPluginBinding("limit").Namespace("kong").ControlPlane(plane).Plugin("limit").Service("service").MustBuild(),
		builder.NewPlugin("cors", "cors").Namespace("kong").Config(map[string]any{"origins": []string{"https://www.example.com"}}).MustBuild(),
		builder.NewPluginBinding("cors").Namespace("kong").ControlPlane(plane).Plugin("cors").Service("service").MustBuild(),
	}
}

func provision(ctx context.Context, options []konnect.Option, pair konnecttest.KeyPair, stdout io.Writer) error {
	client, err := konnect.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, title := range []string{"Provisioned:", "\nOnce more:"} {
		report, err := client.Ensure(ctx, build(pair))
		fmt.Fprintf(stdout, "%s\n\n%s\n", title, report) // it is there even with an error
		if err != nil {
			return err
		}
	}
	return nil
}
