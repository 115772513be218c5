package contestant

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// DeckVariable names the environment variable with the path of a decK binary.
const DeckVariable = "DECK"

// program is a contestant that is a program of its own.
type program struct {
	check func() error
	// command prepares a run, with what it needs in the folder.
	command func(ctx context.Context, job Job, folder string) (*exec.Cmd, error)
}

// deck is decK's sync of a state file, with ten requests at once unless told otherwise.
func deck() way {
	return way{name: "deck", connections: 10, command: &program{
		check: func() error {
			path := os.Getenv(DeckVariable)
			if path == "" {
				return errors.New(DeckVariable + " names no deck binary")
			}
			_, err := exec.LookPath(path)
			return err
		},
		command: func(ctx context.Context, job Job, folder string) (*exec.Cmd, error) {
			state := filepath.Join(folder, "kong.yaml")
			if err := os.WriteFile(state, []byte(job.Work.StateFile()), 0o600); err != nil {
				return nil, err
			}
			command := exec.CommandContext(ctx, os.Getenv(DeckVariable), "gateway", "sync", state,
				"--konnect-addr", job.Server.URL, "--konnect-token", job.Server.Token,
				"--parallelism", fmt.Sprint(Connections(job.Contestant)),
				"--analytics=false", "--silence-events")
			command.Env = append(os.Environ(), "HOME="+folder) // no settings of this machine
			return command, nil
		},
	}}
}
