package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
)

const (
	ours  = "konnectkit"
	quick = 20 * time.Millisecond // the latency at which targets are set
)

// target is one thing the figures of a run are held against.
type target struct {
	text string
	// measure returns the figure, how it is shown, and whether it meets the target. It is
	// false at last where results are missing.
	measure func(*lookup) (shown string, met, known bool)
}

// targets holds the results against what the library sets out to do, as far as they tell.
func targets(results []matrix.Result) *table {
	found := &lookup{results: results}
	t := &table{title: "Targets", rows: [][]string{{"target", "measured", "met"}}}
	for _, target := range allTargets() {
		shown, met, known := target.measure(found)
		if known {
			t.rows = append(t.rows, []string{target.text, shown, map[bool]string{true: "yes", false: "no"}[met]})
		}
	}
	return t
}

func allTargets() []target {
	return slices.Concat(speedTargets(), costTargets(), limitTargets(), waitTargets(), localTargets())
}

func speedTargets() []target {
	return []target{
		{"cold, 1 000 services, 20 ms: at least 2.5 times faster than the faster loop over the SDK with 10 connections", func(l *lookup) (string, bool, bool) {
			return l.atLeast(2.5, l.fastest(contestant.Cold, 1000, "operator/10", "loop"), l.wall(ours, 1000, contestant.Cold))
		}},
		{"no-op, 1 000 services, 20 ms: under a tenth of the time of the faster such loop", func(l *lookup) (string, bool, bool) {
			return l.atLeast(10, l.fastest(contestant.NoOp, 1000, "operator/10", "loop"), l.wall(ours, 1000, contestant.NoOp))
		}},
		{"cold, 1 000 services, 20 ms: not slower than the faster loop with 32 connections", func(l *lookup) (string, bool, bool) {
			return l.atLeast(1, l.fastest(contestant.Cold, 1000, "operator/32", "loop/32"), l.wall(ours, 1000, contestant.Cold))
		}},
		{"cold, 10 000 services, 20 ms: not slower than the faster loop with 32 connections", func(l *lookup) (string, bool, bool) {
			return l.atLeast(1, l.fastest(contestant.Cold, 10_000, "operator/32", "loop/32"), l.wall(ours, 10_000, contestant.Cold))
		}},
		{"no-op, 10 000 services: at least 500 times fewer calls than either loop with 32 connections", func(l *lookup) (string, bool, bool) {
			return l.atLeast(500, l.fewest(contestant.NoOp, 10_000, "operator/32", "loop/32"), l.calls(ours, 10_000, contestant.NoOp))
		}},
	}
}

func costTargets() []target {
	var out []target
	for _, scenario := range []contestant.Scenario{contestant.Cold, contestant.NoOp} {
		out = append(out,
			target{fmt.Sprintf("%s, 1 000 services, 20 ms: CPU under 0.7 s", scenario), func(l *lookup) (string, bool, bool) {
				r := l.plain(ours, 1000, scenario)
				return l.under(0.7, "%.2f s", r, func(r *matrix.Result) float64 { return r.Usage.CPU.Seconds() })
			}},
			target{fmt.Sprintf("%s, 1 000 services, 20 ms: peak memory under 60 MB", scenario), func(l *lookup) (string, bool, bool) {
				return l.under(60, "%.0f MB", l.plain(ours, 1000, scenario), megabytes)
			}},
			target{fmt.Sprintf("%s, 10 000 services (20 000 entities), 20 ms: peak memory under 200 MB", scenario), func(l *lookup) (string, bool, bool) {
				return l.under(200, "%.0f MB", l.plain(ours, 10_000, scenario), megabytes)
			}},
			target{fmt.Sprintf("%s, 20 ms: CPU per entity at 10 000 services at most 1.2 times that at 1 000", scenario), func(l *lookup) (string, bool, bool) {
				return l.growth(scenario, func(r *matrix.Result) float64 { return r.Usage.CPU.Seconds() })
			}},
			target{fmt.Sprintf("%s, 20 ms: time per entity at 10 000 services at most 1.2 times that at 1 000", scenario), func(l *lookup) (string, bool, bool) {
				return l.growth(scenario, func(r *matrix.Result) float64 { return r.Usage.Wall.Seconds() })
			}})
	}
	return out
}

func limitTargets() []target {
	var out []target
	for _, c := range []struct {
		headers       bool
		refused, used float64
	}{{true, 0.01, 0.9}, {false, 0.05, 0.7}} {
		said := map[bool]string{true: "announced", false: "not announced"}[c.headers]
		out = append(out,
			target{fmt.Sprintf("cold, 50 requests/s %s: at most %.0f %% of answers are 429", said, 100*c.refused), func(l *lookup) (string, bool, bool) {
				r := l.limited(c.headers)
				return l.under(c.refused, "", r, refusedShare)
			}},
			target{fmt.Sprintf("cold, 50 requests/s %s: at least %.0f %% of the budget is used", said, 100*c.used), func(l *lookup) (string, bool, bool) {
				r := l.limited(c.headers)
				if r == nil {
					return "", false, false
				}
				return percent(budgetShare(r)) + " %", budgetShare(r) >= c.used, true
			}})
	}
	return out
}

// waitTargets hold what waiting for a rate limit costs against decK's way of waiting.
func waitTargets() []target {
	return []target{
		{"cold, 500 services, 100 requests/s announced: less CPU than decK's engine", func(l *lookup) (string, bool, bool) {
			at := func(name string) *matrix.Result {
				return l.find(name, 500, contestant.Cold, func(c konnectserver.Conditions) bool { return c.Limit == 100 && c.Headers })
			}
			mine, theirs := at(ours), at("deck")
			if mine == nil || theirs == nil {
				return "", false, false
			}
			return fmt.Sprintf("%.2f s, %.2f s", mine.Usage.CPU.Seconds(), theirs.Usage.CPU.Seconds()), mine.Usage.CPU < theirs.Usage.CPU, true
		}},
	}
}

// lookup finds results; nil and zero stand for those that are missing.
type lookup struct{ results []matrix.Result }

func (l *lookup) find(name string, n int, scenario contestant.Scenario, matches func(konnectserver.Conditions) bool) *matrix.Result {
	for i := range l.results {
		r := &l.results[i]
		if r.Contestant == name && r.Work.Services == n && r.Scenario == scenario && r.Err == nil && matches(r.Conditions) {
			return r
		}
	}
	return nil
}

// plain is the result without a rate limit at the latency of the targets.
func (l *lookup) plain(name string, n int, scenario contestant.Scenario) *matrix.Result {
	return l.find(name, n, scenario, func(c konnectserver.Conditions) bool { return c.Limit == 0 && c.Latency == quick })
}

func (l *lookup) limited(headers bool) *matrix.Result {
	return l.find(ours, matrix.LimitedServices, contestant.Cold, func(c konnectserver.Conditions) bool {
		return c.Limit == 50 && c.Headers == headers
	})
}

func (l *lookup) wall(name string, n int, scenario contestant.Scenario) float64 {
	if r := l.plain(name, n, scenario); r != nil {
		return r.Usage.Wall.Seconds()
	}
	return 0
}

func (l *lookup) calls(name string, n int, scenario contestant.Scenario) float64 {
	if r := l.plain(name, n, scenario); r != nil {
		return float64(r.Counts.Calls())
	}
	return 0
}

// fastest is the shortest time of the contestants, 0 unless all have one.
func (l *lookup) fastest(scenario contestant.Scenario, n int, names ...string) float64 {
	return least(names, func(name string) float64 { return l.wall(name, n, scenario) })
}

func (l *lookup) fewest(scenario contestant.Scenario, n int, names ...string) float64 {
	return least(names, func(name string) float64 { return l.calls(name, n, scenario) })
}

func least(names []string, figure func(string) float64) float64 {
	lowest := 0.0
	for i, name := range names {
		value := figure(name)
		if value == 0 {
			return 0
		}
		if i == 0 || value < lowest {
			lowest = value
		}
	}
	return lowest
}

// atLeast compares the quotient of theirs and ours with a factor.
func (l *lookup) atLeast(factor, theirs, ours float64) (string, bool, bool) {
	if theirs == 0 || ours == 0 {
		return "", false, false
	}
	return fmt.Sprintf("%.2f times", theirs/ours), theirs/ours >= factor, true
}

// under compares a figure with a bound; without a format it is shown in percent.
func (l *lookup) under(bound float64, format string, r *matrix.Result, figure func(*matrix.Result) float64) (string, bool, bool) {
	if r == nil {
		return "", false, false
	}
	shown := percent(figure(r)) + " %"
	if format != "" {
		shown = fmt.Sprintf(format, figure(r))
	}
	return shown, figure(r) <= bound, true
}

// growth compares what an entity costs among 10 000 services and among 1 000.
func (l *lookup) growth(scenario contestant.Scenario, figure func(*matrix.Result) float64) (string, bool, bool) {
	many, few := l.plain(ours, 10_000, scenario), l.plain(ours, 1000, scenario)
	if many == nil || few == nil {
		return "", false, false
	}
	factor := figure(many) / 10 / figure(few)
	return fmt.Sprintf("%.2f times", factor), factor <= 1.2, true
}
