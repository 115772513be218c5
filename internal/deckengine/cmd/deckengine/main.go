// Deckengine does with decK's engine what "deck gateway sync" does on Konnect. It takes
// decK's own arguments, so that the benchmark can run one in the other's place.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/konnectkit/konnectkit/internal/deckengine"
)

const usage = `Usage: deckengine gateway sync FILE --konnect-addr URL --konnect-token TOKEN [--parallelism N]

Makes the control plane that the state file names hold what the file says.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "deckengine:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) < 3 || args[0] != "gateway" || args[1] != "sync" {
		return fmt.Errorf("there is one command\n\n%s", usage)
	}
	flags := flag.NewFlagSet("deckengine", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var server deckengine.Server
	flags.StringVar(&server.URL, "konnect-addr", "", "")
	flags.StringVar(&server.Token, "konnect-token", "", "")
	parallelism := flags.Int("parallelism", 10, "")
	silent := flags.Bool("silence-events", false, "")
	flags.Bool("analytics", false, "decK's; nothing is reported here")
	if err := flags.Parse(args[3:]); err != nil {
		return err
	}
	content, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	wanted, err := deckengine.ReadStateFile(content)
	if err != nil {
		return err
	}
	engine, err := deckengine.Connect(ctx, server, wanted.ControlPlane(), *parallelism)
	if err != nil {
		return err
	}
	changes, err := engine.Sync(ctx, wanted)
	summary := fmt.Sprintf("Summary: %d created, %d updated, %d deleted\n", changes.Created, changes.Updated, changes.Deleted)
	if !*silent {
		summary = strings.Join(append(changes.Lines, summary), "\n")
	}
	_, printErr := io.WriteString(out, summary)
	return errors.Join(err, printErr)
}
