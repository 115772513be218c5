// Package matrix runs contestants through scenarios under given conditions, each in a fresh
// process and each contestant against a fresh server.
package matrix

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/measure"
	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// Cell is one contestant with one amount of work under one set of conditions.
type Cell struct {
	Contestant string
	Work       workload.Work
	Conditions konnectserver.Conditions
	Scenarios  []contestant.Scenario
}

// String names the cell in progress messages and files.
func (c Cell) String() string {
	limit := ""
	if c.Conditions.Limit > 0 {
		limit = fmt.Sprintf(", %d/s", c.Conditions.Limit)
		if c.Conditions.Headers {
			limit += " announced"
		}
	}
	return fmt.Sprintf("%s, %d services, %s%s", c.Contestant, c.Work.Services, c.Conditions.Latency, limit)
}

// Result is the outcome of one scenario of a cell.
type Result struct {
	Cell
	// Scenario is empty for a contestant that cannot run here.
	Scenario contestant.Scenario
	Usage    measure.Usage
	Counts   konnectserver.Counts
	// Changed is how many entities had drifted, or were to be pruned.
	Changed int
	// Err is why the scenario failed or was not run; what was measured is then no result.
	Err error
}

// Runner runs cells.
type Runner struct {
	// Timeout is for one scenario.
	Timeout time.Duration
	// Profiles gives the pattern of contestant.Job; nil for no profiles.
	Profiles func(Cell, contestant.Scenario) string
	// Progress is told of each result.
	Progress func(Result)
}

// Run runs the scenarios of a cell in their order. One that needs what an earlier one
// leaves behind gets it, without that being measured.
func (r Runner) Run(ctx context.Context, cell Cell) ([]Result, error) {
	if result, absent := absence(cell); absent {
		return []Result{r.tell(result)}, nil
	}
	server, err := konnectserver.Start()
	if err != nil {
		return nil, err
	}
	run := &run{Runner: r, cell: cell, server: server}
	out, err := run.all(ctx)
	if closeErr := server.Close(); err == nil {
		err = closeErr
	}
	return out, err
}

// absence is the result of a contestant that cannot run here.
func absence(cell Cell) (result Result, absent bool) {
	err := contestant.Check(cell.Contestant)
	return Result{Cell: cell, Err: err}, err != nil
}

func (r Runner) tell(result Result) Result {
	if r.Progress != nil {
		r.Progress(result)
	}
	return result
}

type run struct {
	Runner
	cell   Cell
	server *konnectserver.Server
	// provisioned is true once the contestant has done its work for the first time.
	provisioned bool
	failed      error
}

func (r *run) all(ctx context.Context) ([]Result, error) {
	var out []Result
	for _, scenario := range contestant.Scenarios() {
		if !slices.Contains(r.cell.Scenarios, scenario) {
			continue
		}
		if r.failed != nil {
			out = append(out, r.tell(Result{Cell: r.cell, Scenario: scenario, Err: fmt.Errorf("an earlier scenario failed: %w", r.failed)}))
			continue
		}
		result, err := r.scenario(ctx, scenario)
		if err != nil {
			return out, fmt.Errorf("%s, %s: %w", r.cell, scenario, err)
		}
		r.failed = result.Err
		out = append(out, r.tell(result))
	}
	return out, ctx.Err()
}

// scenario prepares and measures one; its error is one of the benchmark itself.
func (r *run) scenario(ctx context.Context, scenario contestant.Scenario) (Result, error) {
	result := Result{Cell: r.cell, Scenario: scenario}
	job := contestant.Job{
		Contestant: r.cell.Contestant, Scenario: scenario, Server: r.server.Address,
		Work: r.cell.Work, Before: r.cell.Work,
	}
	if r.Profiles != nil {
		job.Profiles = r.Profiles(r.cell, scenario)
	}
	if err := r.prepare(ctx, &job, &result); err != nil {
		return result, err
	}
	r.provisioned = true
	if err := r.server.Begin(r.cell.Conditions); err != nil {
		return result, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, r.Timeout, fmt.Errorf("not finished after %s", r.Timeout))
	defer cancel()
	result.Usage, result.Err = contestant.Run(limited, job)
	counts, err := r.server.Counts()
	if err != nil {
		return result, err
	}
	result.Counts = counts
	if result.Err == nil {
		result.Err = r.server.Verify(job.Work)
	}
	return result, ctx.Err()
}

// prepare brings the server into the state from which the scenario starts.
func (r *run) prepare(ctx context.Context, job *contestant.Job, result *Result) error {
	if job.Scenario == contestant.Cold {
		return r.addControlPlane()
	}
	if err := r.provision(ctx, *job); err != nil {
		return err
	}
	var err error
	if job.ControlPlane, err = r.server.ControlPlane(); err != nil {
		return err
	}
	switch job.Scenario {
	case contestant.Drift:
		result.Changed, err = r.server.Drift(job.Work)
	case contestant.Prune:
		job.Work = job.Work.WithoutShare()
		result.Changed = 2 * (job.Before.Services - job.Work.Services)
	}
	return err
}

// provision lets the contestant do its work unmeasured, unless a scenario before has.
func (r *run) provision(ctx context.Context, job contestant.Job) error {
	if r.provisioned {
		return nil
	}
	if err := r.addControlPlane(); err != nil {
		return err
	}
	if err := r.server.Begin(konnectserver.Conditions{}); err != nil {
		return err
	}
	job.Scenario, job.Profiles = contestant.Cold, ""
	_, err := contestant.Run(ctx, job)
	return err
}

// addControlPlane is for contestants that do not create it.
func (r *run) addControlPlane() error {
	if contestant.CreatesControlPlane(r.cell.Contestant) {
		return nil
	}
	_, err := r.server.AddControlPlane()
	return err
}
