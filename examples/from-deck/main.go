// From-deck provisions what a file of decK says, and prints it back as such a file: the way
// from decK to konnectkit, and the way back.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest/deck"
	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/konnect"
)

//go:embed shop.yaml
var shop []byte

const usage = `Usage: from-deck [--to-deck] [FILE]

Provisions what FILE, a state file of decK in format 3.0, says, twice: the second time
nothing is left to write. Without FILE it is the one of this example. The control plane
that it names must be there; an in-memory Konnect gets it first. Environment variables
that the file names (DECK_…) must be set.

  --to-deck  then print the objects as a file of decK, whose select tags are the marks of
             konnectkit, so that decK finds nothing to change, and nothing of others

` + connect.Usage

// owner looks after the entities; the select tags of --to-deck name it.
const owner = "from-deck"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// lookup reads an environment variable.
type lookup func(name string) (value string, isSet bool)

func (l lookup) get(name string) string {
	value, _ := l(name)
	return value
}

func run(ctx context.Context, args []string, env lookup, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("from-deck", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {} // help goes to standard output, and a mistake is one line
	back := flags.Bool("to-deck", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil || flags.NArg() > 1:
		fmt.Fprintln(stderr, "from-deck: the command line is wrong (see --help)")
		return 64
	}
	file, err := read(flags.Arg(0), env)
	if err == nil {
		err = provision(ctx, file, *back, env, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "from-deck:", err)
		return 1
	}
	return 0
}

// plane is what the objects call the control plane.
const plane = "gateway"

func read(path string, env lookup) (*deck.File, error) {
	content, err := shop, error(nil)
	if path != "" {
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	file, err := deck.Decode(bytes.NewReader(content), deck.InControlPlane("", plane), deck.WithVariables(env))
	if err == nil && file.ControlPlaneName == "" {
		err = errors.New("the file names no control plane: set _konnect.control_plane_name")
	}
	return file, err
}

func provision(ctx context.Context, file *deck.File, back bool, env lookup, stdout, stderr io.Writer) error {
	client, stop, err := open(file.ControlPlaneName, env, stderr)
	if err != nil {
		return err
	}
	defer stop()
	attached, err := client.ControlPlane(ctx, konnect.ControlPlaneSelector{Name: file.ControlPlaneName})
	if err != nil {
		return err
	}
	attached.Name = plane
	objects := append([]crd.Object{attached}, file.Objects...)
	for _, title := range []string{"Provisioned:", "Once more:"} {
		report, err := client.Ensure(ctx, objects)
		fmt.Fprintf(stdout, "%s\n\n%s\n", title, report) // it is there even with an error
		if err != nil {
			return err
		}
	}
	if !back {
		return nil
	}
	fmt.Fprint(stdout, "As a file of decK:\n\n")
	return deck.Encode(stdout, objects, deck.WithOwner(owner), deck.WithControlPlaneName(file.ControlPlaneName))
}

// open returns a client of the Konnect that the environment names, or of an in-memory one
// with a control plane.
func open(controlPlane string, env lookup, notes io.Writer) (client *konnect.Client, stop func(), err error) {
	var options []konnect.Option
	if connect.IsSet(env.get) {
		options, stop, err = connect.FromEnvironment(env.get, notes)
	} else {
		server, end, startErr := connect.InMemory(notes)
		if startErr != nil {
			return nil, nil, startErr
		}
		_, err = server.AddControlPlane("", map[string]any{"name": controlPlane})
		options, stop = connect.Options(server), end
	}
	if err != nil {
		return nil, nil, err
	}
	client, err = konnect.NewClient(append(options, konnect.WithOwner(owner))...)
	if err != nil {
		stop()
	}
	return client, stop, err
}
