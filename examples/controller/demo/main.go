// Demo runs the controller on a real API server and the in-memory Konnect, on this
// machine alone: nothing needs to be installed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := start(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "demo:", err)
		}
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	apply := flags.Bool("apply", false, "apply the how-to, show that it is Programmed, and end")
	verbose := flags.Bool("v", false, "log what the controller does to standard error")
	if err := flags.Parse(args); err != nil {
		return err
	}
	logs := slog.DiscardHandler
	if *verbose {
		logs = slog.NewTextHandler(os.Stderr, nil)
	}
	ctrl.SetLogger(logr.FromSlogHandler(logs))
	d, err := newDemo(ctx, out)
	if err != nil {
		return err
	}
	defer d.close()
	return d.run(ctx, slog.New(logs), *apply)
}
