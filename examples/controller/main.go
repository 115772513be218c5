// Controller provisions Konnect from the custom resources of a cluster: what teams put
// together on top of konnectkit. See README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/konnectkit/konnectkit/examples/controller/internal/run"
)

func main() {
	if err := start(ctrl.SetupSignalHandler(), os.Args[1:], os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "controller:", err)
		}
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string, logs io.Writer) error {
	options, level, err := parse(args, logs)
	if err != nil {
		return err
	}
	handler := slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: level})
	options.Logger = slog.New(handler)
	ctrl.SetLogger(logr.FromSlogHandler(handler))
	klog.SetSlogLogger(options.Logger)

	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find cluster: %w", err)
	}
	return run.Controller(ctx, config, options)
}

// parse reads the flags; --kubeconfig is controller-runtime's own.
func parse(args []string, out io.Writer) (run.Options, slog.Level, error) {
	var options run.Options
	var level slog.Level
	var namespaces string
	flags := flag.NewFlagSet("controller", flag.ContinueOnError)
	flags.SetOutput(out)
	if known := flag.Lookup("kubeconfig"); known != nil {
		flags.Var(known.Value, known.Name, known.Usage)
	}
	options.Register(flags)
	flags.StringVar(&namespaces, "namespaces", "", "namespaces to watch, separated by commas; empty for all")
	flags.TextVar(&level, "log-level", slog.LevelInfo, "debug, info, warn or error")
	if err := flags.Parse(args); err != nil {
		return options, level, err
	}
	if flags.NArg() > 0 {
		return options, level, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	for namespace := range strings.SplitSeq(namespaces, ",") {
		if namespace = strings.TrimSpace(namespace); namespace != "" {
			options.Namespaces = append(options.Namespaces, namespace)
		}
	}
	return options, level, nil
}
