package matrix

import (
	"slices"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// Plan is what to run.
type Plan struct {
	Services    []int
	Latencies   []time.Duration
	Scenarios   []contestant.Scenario
	Contestants []string
	// Large are those that run with LargeServices and more; none for all.
	Large []string
	// Limits are those of the runs with a rate limit, which have the largest latency. They
	// leave out drift and prune, which are a no-op with a few writes, and contestants with a
	// number of connections that is not their own: the limit is the narrower place.
	Limits []Limited
}

// Limited is a rate limit, and with how many services it is met.
type Limited struct {
	konnectserver.Conditions
	Services int
}

// LargeServices is from how many services on only the Large contestants run.
const LargeServices = 10_000

// LimitedServices is the usual number of services in runs with a rate limit. Without it in
// the plan there are no such runs.
const LimitedServices = 1000

// Cells are those of the plan in the order in which they run: contestants that are
// compared run one after the other.
func (p Plan) Cells() []Cell {
	var cells []Cell
	for _, n := range p.Services {
		for _, latency := range p.Latencies {
			cells = append(cells, p.contestants(n, konnectserver.Conditions{Latency: latency}, p.Scenarios)...)
		}
	}
	if !slices.Contains(p.Services, LimitedServices) || len(p.Latencies) == 0 {
		return cells
	}
	scenarios := slices.DeleteFunc(slices.Clone(p.Scenarios), func(s contestant.Scenario) bool {
		return s == contestant.Drift || s == contestant.Prune
	})
	limited := p
	limited.Contestants = slices.DeleteFunc(slices.Clone(p.Contestants), func(name string) bool { return strings.Contains(name, "/") })
	for _, limit := range p.Limits {
		limit.Latency = slices.Max(p.Latencies)
		cells = append(cells, limited.contestants(limit.Services, limit.Conditions, scenarios)...)
	}
	return cells
}

func (p Plan) contestants(n int, conditions konnectserver.Conditions, scenarios []contestant.Scenario) []Cell {
	var cells []Cell
	for _, name := range p.Contestants {
		runs := n < LargeServices || len(p.Large) == 0 || slices.Contains(p.Large, name)
		if runs && len(scenarios) > 0 {
			cells = append(cells, Cell{Contestant: name, Work: workload.Work{Services: n}, Conditions: conditions, Scenarios: scenarios})
		}
	}
	return cells
}
