// Export writes what a control plane holds as files of objects that take it over.
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

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
)

const usage = `Usage: export [--control-plane NAME] [--service NAME | --tag TAG] [--out DIR [--split] [--secrets]]
              [--owner NAME] [--namespace NAMESPACE] [--all-fields] [--for-operator [--auth NAME]]
              [--verify]

Reads a control plane and writes objects that take over what it holds: each has
spec.adopt with the ID of its entity. Nothing in Konnect is changed. The same entities
give the same files, byte for byte. What is left out is listed on standard error, with
the reason.

  --control-plane NAME  name or ID of the control plane; needed unless it is the
                        in-memory one, which then is full of examples
  --service NAME        this service alone, by name or ID, with its routes, plugins,
                        upstream, targets and certificates
  --tag TAG             only what bears this tag
  --out DIR             write DIR/export.yaml in place of standard output
  --split               with --out: a file for each service with what belongs to it,
                        and shared.yaml with the rest
  --secrets             with --out: secret values too, to DIR/secrets.yaml, which only
                        you can read (mode 0600)
  --owner NAME          who is to look after the entities (default "default"): those of
                        other owners are left out, those of this one keep the names of
                        their objects
  --namespace NAMESPACE namespace of the objects
  --all-fields          also fields that equal a default
  --for-operator        objects that the Kong operator adopts: mode match, all fields,
                        and no references that it does not follow. What it cannot adopt
                        is listed
  --auth NAME           name of the KonnectAPIAuthConfiguration in the control plane's object
  --verify              plan the export against the same control plane: it has to
                        adopt everything and to change nothing

Exit codes:
  0   exported
  1   not exported
  2   --verify found a difference
  64  the command line is wrong

` + connect.Usage

const (
	exitDone   = 0
	exitFailed = 1
	exitDiffer = 2
	exitUsage  = 64
)

type options struct {
	plane, service, tag, namespace, auth string
	owner, out                           string
	split, secrets, allFields            bool
	forOperator, verify                  bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitDone
	case err != nil:
		fmt.Fprintf(stderr, "export: %v (see --help)\n", err)
		return exitUsage
	case o.plane == "" && connect.IsSet(getenv):
		fmt.Fprintln(stderr, "export: --control-plane is missing (see --help)")
		return exitUsage
	}
	client, stop, err := open(getenv, &o, stderr)
	if err == nil {
		defer stop()
		err = export(ctx, client, o, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "export:", err)
		if differs := new(difference); errors.As(err, &differs) {
			return exitDiffer
		}
		return exitFailed
	}
	return exitDone
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.plane, "control-plane", "", "")
	flags.StringVar(&o.service, "service", "", "")
	flags.StringVar(&o.tag, "tag", "", "")
	flags.StringVar(&o.owner, "owner", "default", "")
	flags.StringVar(&o.out, "out", "", "")
	flags.StringVar(&o.namespace, "namespace", "", "")
	flags.StringVar(&o.auth, "auth", "", "")
	flags.BoolVar(&o.split, "split", false, "")
	flags.BoolVar(&o.secrets, "secrets", false, "")
	flags.BoolVar(&o.allFields, "all-fields", false, "")
	flags.BoolVar(&o.forOperator, "for-operator", false, "")
	flags.BoolVar(&o.verify, "verify", false, "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("there is no argument %q", flags.Arg(0))
	case o.service != "" && o.tag != "":
		err = errors.New("--service and --tag exclude each other")
	case o.out == "" && (o.split || o.secrets):
		err = errors.New("--split and --secrets need --out: secrets are never printed")
	}
	return o, err
}

// selector is the control plane by its name or its ID.
func (o options) selector() konnect.ControlPlaneSelector {
	if uuid.Validate(o.plane) == nil {
		return konnect.ControlPlaneSelector{ID: o.plane}
	}
	return konnect.ControlPlaneSelector{Name: o.plane}
}

// exportOptions are those of the library.
func (o options) exportOptions() []konnect.ExportOption {
	list := []konnect.ExportOption{konnect.ExportNamespace(o.namespace)}
	if o.service != "" {
		list = append(list, konnect.ExportService(o.service))
	}
	if o.tag != "" {
		list = append(list, konnect.ExportTagged(o.tag))
	}
	if o.secrets {
		list = append(list, konnect.ExportSecrets())
	}
	if o.allFields {
		list = append(list, konnect.ExportDefaults())
	}
	if o.forOperator {
		list = append(list, konnect.ExportForOperator())
	}
	return list
}
