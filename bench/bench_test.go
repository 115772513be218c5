package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
	"github.com/konnectkit/konnectkit/bench/internal/measure"
	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// TestMain lets the test binary be the processes that the benchmark starts.
func TestMain(m *testing.M) {
	if measure.Role() == "" {
		os.Exit(m.Run())
	}
	if err := start(context.Background(), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pages is how many reads list m entities of a kind.
func pages(m int) int { return (m + 999) / 1000 }

// budget is what a scenario may cost at most. Counts that fall are fine, and a reason
// to lower what is pinned here.
type budget struct{ reads, writes int }

// ensureBudget is the library's own: writes are only those that change something, the
// reads are a few fixed ones and one for each page of what the control plane holds.
func ensureBudget(r matrix.Result) budget {
	n := r.Work.Services
	lists := 2 * pages(n)
	switch r.Scenario {
	case contestant.Cold:
		return budget{reads: 6 + lists, writes: 1 + 2*n}
	case contestant.NoOp:
		return budget{reads: 3 + lists}
	case contestant.Prune:
		return budget{reads: 3 + lists + emptyKinds, writes: r.Changed}
	}
	return budget{reads: 3 + lists, writes: r.Changed}
}

// emptyKinds are those that pruning has to list as well, though the work has none of them:
// upstreams, targets, key sets, keys, consumers, their groups, vaults, certificates, those of
// authorities and of data planes, SNIs and plugins. A new kind adds one.
const emptyKinds = 12

// howToBudget is for a control plane, a service and a route.
func howToBudget(r matrix.Result) budget {
	if r.Scenario == contestant.Cold {
		return budget{reads: 6, writes: 3}
	}
	return budget{reads: 4}
}

func measured(t *testing.T, name string, services int, scenarios ...contestant.Scenario) []matrix.Result {
	t.Helper()
	require.NoError(t, contestant.Check(name))
	results, err := matrix.Runner{Timeout: time.Minute}.Run(t.Context(), matrix.Cell{
		Contestant: name, Work: workload.Work{Services: services}, Scenarios: scenarios,
	})
	require.NoError(t, err)
	require.Len(t, results, len(scenarios))
	for _, r := range results {
		require.NoError(t, r.Err, "%s", r.Scenario)
		assert.Positive(t, r.Usage.CPU)
		assert.Positive(t, r.Usage.PeakMemory)
		t.Logf("%s: %d reads, %d writes, %s, CPU %s, %d MB", r.Scenario, r.Counts.Reads(), r.Counts.Writes(),
			r.Usage.Wall.Round(time.Millisecond), r.Usage.CPU.Round(time.Millisecond), r.Usage.PeakMemory/1e6)
	}
	return results
}

// TestCallBudgets fails when the library makes more calls than it may, counted at the server.
func TestCallBudgets(t *testing.T) {
	for _, c := range []struct {
		services  int
		scenarios []contestant.Scenario
		budget    func(matrix.Result) budget
	}{
		{1, []contestant.Scenario{contestant.Cold, contestant.NoOp}, howToBudget},
		{100, contestant.Scenarios(), ensureBudget},
		{1000, contestant.Scenarios(), ensureBudget},
	} {
		t.Run(fmt.Sprint(c.services), func(t *testing.T) {
			for _, r := range measured(t, "konnectkit", c.services, c.scenarios...) {
				allowed := c.budget(r)
				assert.LessOrEqual(t, r.Counts.Reads(), allowed.reads, "reads, %s: %v", r.Scenario, r.Counts.Methods)
				assert.LessOrEqual(t, r.Counts.Writes(), allowed.writes, "writes, %s: %v", r.Scenario, r.Counts.Methods)
				assert.Zero(t, r.Counts.Refused)
			}
		})
	}
}

// TestOtherContestants pins what the others cost, so that the comparison stays what it says it is.
func TestOtherContestants(t *testing.T) {
	for name, calls := range map[string]func(r matrix.Result, n int) map[string]int{
		"operator": operatorCalls, "loop": loopCalls, "loop/32": loopCalls, "operator/32": operatorCalls,
	} {
		for _, n := range []int{100, 1000} {
			t.Run(fmt.Sprintf("%s %d", strings.ReplaceAll(name, "/", "-"), n), func(t *testing.T) {
				for _, r := range measured(t, name, n, contestant.Scenarios()...) {
					assert.Equal(t, calls(r, n), r.Counts.Methods, "%s", r.Scenario)
				}
			})
		}
	}
}

func operatorCalls(r matrix.Result, n int) map[string]int {
	switch r.Scenario {
	case contestant.Cold:
		return map[string]int{http.MethodPost: 1, http.MethodPut: 2 * n}
	case contestant.Prune:
		return map[string]int{http.MethodPatch: 1, http.MethodPut: 2*n - r.Changed, http.MethodDelete: r.Changed}
	}
	return map[string]int{http.MethodPatch: 1, http.MethodPut: 2 * n}
}

func loopCalls(r matrix.Result, n int) map[string]int {
	reads := 1 + 2*n
	switch r.Scenario {
	case contestant.Cold:
		return map[string]int{http.MethodGet: reads, http.MethodPost: 1, http.MethodPut: 2 * n}
	case contestant.Drift:
		return map[string]int{http.MethodGet: reads, http.MethodPut: r.Changed}
	case contestant.Prune:
		return map[string]int{http.MethodGet: reads - r.Changed + 2*pages(n), http.MethodDelete: r.Changed}
	}
	return map[string]int{http.MethodGet: reads}
}

// TestBudgetIsNoticed makes sure that the comparisons above can fail: the operator's way
// breaks the budget of a no-op, and a run that leaves the work undone is an error.
func TestBudgetIsNoticed(t *testing.T) {
	results := measured(t, "operator", 1, contestant.Cold, contestant.NoOp)
	assert.Greater(t, results[1].Counts.Writes(), howToBudget(results[1]).writes)

	server, err := konnectserver.Start()
	require.NoError(t, err)
	defer func() { assert.NoError(t, server.Close()) }()
	_, err = server.AddControlPlane()
	require.NoError(t, err)
	require.NoError(t, server.Verify(workload.Work{}))
	assert.ErrorContains(t, server.Verify(workload.Work{Services: 1}), "0 services")
}

// TestRateLimit counts what a limit refuses, for a contestant that ignores announcements.
func TestRateLimit(t *testing.T) {
	results, err := matrix.Runner{Timeout: time.Minute}.Run(t.Context(), matrix.Cell{
		Contestant: "loop", Work: workload.Work{Services: 10}, Scenarios: []contestant.Scenario{contestant.NoOp},
		Conditions: konnectserver.Conditions{Limit: 15, Headers: true},
	})
	require.NoError(t, err)
	require.Len(t, results, 1, "what comes before a no-op is not measured")
	counts := results[0].Counts
	require.NoError(t, results[0].Err)
	assert.Equal(t, 21, counts.Calls()-counts.Refused, "each call comes through once")
	assert.GreaterOrEqual(t, counts.Windows, 2, "21 calls at 15 a second")
}
