package contestant

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// DeckVariable names the environment variable with the path of a decK binary, to be run in
// the place of decK's engine.
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
			_, err := deckProgram(context.Background())
			return err
		},
		command: func(ctx context.Context, job Job, folder string) (*exec.Cmd, error) {
			deck, err := deckProgram(ctx)
			if err != nil {
				return nil, err
			}
			state := filepath.Join(folder, "kong.yaml")
			if err := os.WriteFile(state, []byte(job.Work.StateFile()), 0o600); err != nil {
				return nil, err
			}
			command := exec.CommandContext(ctx, deck, "gateway", "sync", state,
				"--konnect-addr", job.Server.URL, "--konnect-token", job.Server.Token,
				"--parallelism", fmt.Sprint(Connections(job.Contestant)),
				"--analytics=false", "--silence-events")
			command.Env = append(os.Environ(), "HOME="+folder) // no settings of this machine
			return command, nil
		},
	}}
}

// deckProgram is the binary that DECK names or else decK's engine, built from its module
// unless the build of an earlier run is current.
func deckProgram(ctx context.Context) (string, error) {
	if named := os.Getenv(DeckVariable); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s: %w", DeckVariable, err)
		}
		return path, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("build decK's engine: %w", err)
	}
	root, err := goTool(ctx, "list", "-m", "-f", "{{.Dir}}", "github.com/konnectkit/konnectkit")
	if err != nil {
		return "", fmt.Errorf("build decK's engine: %w", err)
	}
	path := filepath.Join(cache, "konnectkit-bench", "deckengine")
	_, err = goTool(ctx, "-C", filepath.Join(root, "internal", "deckengine"), "build", "-o", path, "./cmd/deckengine")
	if err != nil {
		return "", fmt.Errorf("build decK's engine: %w", err)
	}
	return path, nil
}

func goTool(ctx context.Context, args ...string) (string, error) {
	output, err := exec.CommandContext(ctx, "go", args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(output)), err
}

// DeckVersion says which decK takes part, by the version of its engine.
func DeckVersion() (string, error) {
	path, err := deckProgram(context.Background())
	if err != nil {
		return "", err
	}
	engine := "go-database-reconciler of an unknown version"
	if info, err := buildinfo.ReadFile(path); err == nil {
		for _, module := range info.Deps {
			if strings.EqualFold(module.Path, "github.com/kong/go-database-reconciler") {
				engine = "go-database-reconciler " + module.Version
			}
		}
	}
	if os.Getenv(DeckVariable) != "" {
		return "as a whole, with " + engine, nil
	}
	return "its engine alone, " + engine, nil
}
