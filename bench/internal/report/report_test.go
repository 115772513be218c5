package report

import (
	"bytes"
	"errors"
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

func result(name string, n int, c konnectserver.Conditions, s contestant.Scenario, methods map[string]int, wall, cpu time.Duration) matrix.Result {
	return matrix.Result{
		Cell:     matrix.Cell{Contestant: name, Work: workload.Work{Services: n}, Conditions: c},
		Scenario: s, Counts: konnectserver.Counts{Methods: methods, CPU: 50 * time.Millisecond},
		Usage: measure.Usage{Wall: wall, CPU: cpu, PeakMemory: 40_000_000},
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	limited := result("konnectkit", 1000, konnectserver.Conditions{Limit: 50, Headers: true, Latency: quick}, contestant.Cold,
		map[string]int{"GET": 2, "PUT": 2008}, 41*time.Second, time.Second)
	limited.Counts.Refused, limited.Counts.Windows = 10, 50
	prune := result("operator/32", 1000, konnectserver.Conditions{Latency: quick}, contestant.Prune, map[string]int{"DELETE": 20}, time.Second, time.Second)
	absent := result("deck", 1000, konnectserver.Conditions{Latency: quick}, "", nil, 0, 0)
	absent.Err = errors.New("there is | none")
	var out bytes.Buffer
	require.NoError(t, Markdown(&out, []matrix.Result{prune, absent, limited}))
	text := out.String()
	assert.Contains(t, text, "### 1 000 services with a route each, latency 20 ms\n\n| contestant | scenario | calls | GET | POST | PUT | PATCH | DELETE | 429 | wall s | CPU s | peak MB | server CPU s |\n")
	assert.Contains(t, text, `| operator/32 | prune\* | 20 | 0 | 0 | 0 | 0 | 20 | 0 | 1.00 | 1.00 | 40 | 0.05 |`)
	assert.Contains(t, text, "\n\\*operator: deletes what it is told to, and writes all the rest again.\n")
	assert.Contains(t, text, "| deck | – | not run | – |")
	assert.Contains(t, text, `deck: not run: there is \| none.`)
	assert.Contains(t, text, "### 1 000 services with a route each, latency 20 ms, 50 requests/s announced by headers\n")
	assert.Contains(t, text, "| 41.00 | 1.00 | 40 | 0.05 | 0.5 | 80.0 |", "2000 of 2010 came through, of 2500 possible")
}

func TestTargets(t *testing.T) {
	t.Parallel()
	at := konnectserver.Conditions{Latency: quick}
	results := []matrix.Result{
		result("konnectkit", 1000, at, contestant.Cold, nil, 2*time.Second, 500*time.Millisecond),
		result("operator/10", 1000, at, contestant.Cold, nil, 6*time.Second, 0),
		result("loop", 1000, at, contestant.Cold, nil, 8*time.Second, 0),
		result("konnectkit", 10_000, at, contestant.Cold, nil, 26*time.Second, 5*time.Second),
	}
	verdicts := map[string][]string{}
	for _, row := range targets(results).rows {
		verdicts[row[0]] = row[1:]
	}
	assert.Equal(t, []string{"3.00 times", "yes"},
		verdicts["cold, 1 000 services, 20 ms: at least 2.5 times faster than the faster loop over the SDK with 10 connections"])
	assert.Equal(t, []string{"1.30 times", "no"}, verdicts["cold, 20 ms: time per entity at 10 000 services at most 1.2 times that at 1 000"])
	assert.Equal(t, []string{"0.50 s", "yes"}, verdicts["cold, 1 000 services, 20 ms: CPU under 0.7 s"])
	assert.NotContains(t, verdicts, "no-op, 1 000 services, 20 ms: CPU under 0.7 s", "what was not measured is not judged")
	assert.NotContains(t, verdicts, "cold, 1 000 services, 20 ms: not slower than the faster loop with 32 connections")

	at = konnectserver.Conditions{Latency: quick, Limit: 100, Headers: true}
	waiting := []matrix.Result{
		result("konnectkit", 500, at, contestant.Cold, nil, 10*time.Second, time.Second),
		result("deck", 500, at, contestant.Cold, nil, 10*time.Second, 400*time.Millisecond),
	}
	assert.Equal(t, []string{"cold, 500 services, 100 requests/s announced: less CPU than decK's engine", "1.00 s, 0.40 s", "no"}, targets(waiting).rows[1])
	assert.Len(t, targets(waiting[:1]).rows, 1, "without decK there is nothing to hold it against")

	failed := results[0]
	failed.Err = errors.New("failed")
	assert.Len(t, targets([]matrix.Result{failed}).rows, 1, "nor is what failed")
}

func TestReplaced(t *testing.T) {
	t.Parallel()
	got, err := replaced([]byte("a\n"+begin+"\nold\n"+end+"\nz\n"), []byte("\nnew\n\n"))
	require.NoError(t, err)
	assert.Equal(t, "a\n"+begin+"\n\nnew\n\n"+end+"\nz\n", string(got))
	again, err := replaced(got, []byte("new"))
	require.NoError(t, err)
	assert.Equal(t, string(got), string(again))
	for _, document := range []string{"", begin, end + begin} {
		_, err := replaced([]byte(document), nil)
		assert.Error(t, err, "%q", document)
	}
}
