// Package contestant holds the ways of provisioning that are compared. Each does one
// scenario's work in a process of its own and keeps nothing from one process to the next
// but what its job says.
package contestant

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// Role is that of a contestant's process.
const Role = "contestant"

// Scenario is what a contestant has to do.
type Scenario string

// The scenarios. In all of them the server must hold the work, and nothing else, in the end.
const (
	Cold  Scenario = "cold"  // nothing is there yet
	NoOp  Scenario = "no-op" // everything is there
	Drift Scenario = "drift" // one percent was changed by somebody else
	Prune Scenario = "prune" // one percent is no longer wanted
)

// Scenarios are all of them, in the order in which they follow on each other.
func Scenarios() []Scenario { return []Scenario{Cold, NoOp, Drift, Prune} }

// Job is what a contestant's process is told, as JSON on its standard input.
type Job struct {
	Contestant string
	Scenario   Scenario
	Server     konnectserver.Address
	// Work is what must be there in the end; Before what was there, if more.
	Work, Before workload.Work
	// ControlPlane is the ID that a contestant with a state of its own would have kept.
	ControlPlane string
	// Profiles is where profiles of memory and CPU go; "" for none. %s stands for their kind.
	Profiles string
}

// way is how one contestant works.
type way struct {
	name string
	// connections is how many requests may be under way unless the name says otherwise.
	connections int
	run         func(ctx context.Context, job Job, connections int) error
	// note says what of a scenario is only the nearest equivalent, "" for nothing.
	note map[Scenario]string
	// command is set for a contestant that is a program of its own.
	command *program
}

func ways() []way { return []way{konnectkit(), operator(), loop(), deck()} }

// Names are those of the contestants, to which "/" and a number of connections may be added.
func Names() []string {
	var names []string
	for _, w := range ways() {
		names = append(names, w.name)
	}
	return names
}

// find takes a name such as loop or loop/32.
func find(name string) (way, error) {
	base, count, counted := strings.Cut(name, "/")
	for _, w := range ways() {
		if w.name != base {
			continue
		}
		if counted {
			n, err := strconv.Atoi(count)
			if err != nil || n < 1 {
				return way{}, fmt.Errorf("contestant %q: %q is no number of connections", name, count)
			}
			w.connections = n
		}
		return w, nil
	}
	return way{}, fmt.Errorf("no contestant %q; there are %s", name, strings.Join(Names(), ", "))
}

// Known tells whether there is a contestant of that name.
func Known(name string) error {
	_, err := find(name)
	return err
}

// Check tells whether a contestant of that name can run here.
func Check(name string) error {
	w, err := find(name)
	if err == nil && w.command != nil {
		err = w.command.check()
	}
	return err
}

// Note says in which respect the contestant does only the nearest equivalent of a scenario.
func Note(name string, scenario Scenario) string {
	w, err := find(name)
	if err != nil {
		return ""
	}
	return w.note[scenario]
}

// Connections is the number of requests that a contestant has under way at most.
func Connections(name string) int {
	w, err := find(name)
	if err != nil {
		return 0
	}
	return w.connections
}

// Main is the whole of a contestant's process.
func Main(ctx context.Context, in io.Reader) error {
	var job Job
	if err := json.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	w, err := find(job.Contestant)
	if err != nil {
		return err
	}
	stop, err := profile(job.Profiles)
	if err != nil {
		return err
	}
	return stop(w.run(ctx, job, w.connections))
}
