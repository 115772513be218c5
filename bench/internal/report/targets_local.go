package report

import (
	"fmt"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
)

// localTargets are about work without latency, where the processor alone counts.
func localTargets() []target {
	cpu := func(r *matrix.Result) float64 { return r.Usage.CPU.Seconds() }
	out := []target{
		{"no-op, 10 000 services (20 000 entities), 0 ms: CPU under 1 s", func(l *lookup) (string, bool, bool) {
			return l.under(1, "%.2f s", l.local(ours, 10_000, contestant.NoOp), cpu)
		}},
		{"no-op, 10 000 services (20 000 entities), 0 ms: peak memory under 100 MB", func(l *lookup) (string, bool, bool) {
			return l.under(100, "%.0f MB", l.local(ours, 10_000, contestant.NoOp), megabytes)
		}},
	}
	for _, n := range []int{1000, 10_000} {
		out = append(out, target{fmt.Sprintf("cold, %s services, 0 ms: at most the CPU of a blind upsert with 32 connections", thousands(n)), func(l *lookup) (string, bool, bool) {
			mine, theirs := l.local(ours, n, contestant.Cold), l.local("operator/32", n, contestant.Cold)
			if mine == nil || theirs == nil {
				return "", false, false
			}
			return fmt.Sprintf("%.2f s, %.2f s", cpu(mine), cpu(theirs)), cpu(mine) <= cpu(theirs), true
		}})
	}
	return out
}

// local is the result without a rate limit and without latency.
func (l *lookup) local(name string, n int, scenario contestant.Scenario) *matrix.Result {
	return l.find(name, n, scenario, func(c konnectserver.Conditions) bool { return c == konnectserver.Conditions{} })
}
