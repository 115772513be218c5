package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
)

func TestDefaultPlan(t *testing.T) {
	t.Parallel()
	s, err := parse(nil, new(bytes.Buffer))
	require.NoError(t, err)
	cells := s.plan.Cells()
	assert.Len(t, cells, 7*2*2+3*2+4*3, "seven contestants with two sizes at two latencies, three with the largest; four under three limits")
	last := cells[len(cells)-1]
	assert.Equal(t, "deck, 500 services, 20ms, 100/s announced", last.String())
	limited := cells[len(cells)-5]
	assert.Equal(t, 50, limited.Conditions.Limit)
	assert.Equal(t, 20*time.Millisecond, limited.Conditions.Latency)
	assert.Equal(t, 500, limited.Work.Services)
	assert.Equal(t, []contestant.Scenario{contestant.Cold, contestant.NoOp}, limited.Scenarios)
	assert.Equal(t, "deck, 500 services, 20ms, 50/s", limited.String())
	assert.Equal(t, 5, s.repeats(cells[0]), "without latency")
	assert.Equal(t, 1, s.repeats(last), "with latency")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]int{
		"--n 100 --latency 0ms --contestant konnectkit,loop/3":             2,
		"--n 1000 --latency 0ms --contestant konnectkit --limit 50":        2,
		"--n 1000 --latency 0ms --contestant konnectkit --limit none":      1,
		"--n 1000 --latency 0ms --contestant deck --limit 9/20,9/headers":  3,
		"--n 1000 --latency 0ms --contestant konnectkit --scenario prune":  1,
		"--n 1000,10000 --latency 0ms,1ms,2ms --contestant operator/1":     6,
		"--n 100 --latency 0ms --contestant konnectkit --scenario drift":   1,
		"--n 1000 --contestant deck --latency 5ms --limit 50/headers,7,80": 4,
	} {
		s, err := parse(strings.Fields(args), new(bytes.Buffer))
		require.NoError(t, err, args)
		assert.Len(t, s.plan.Cells(), want, args)
		assert.Equal(t, "go run . "+args, s.command())
	}
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--n 0":                 `-n: "0" is not a positive number`,
		"--runs 0":              "-runs: 0 is not a positive number",
		"--latency fast":        "-latency: ",
		"--scenario cold,warm":  `-scenario: no scenario "warm"; there are [cold no-op drift prune]`,
		"--contestant curl":     `-contestant: no contestant "curl"; there are konnectkit, operator, loop, deck`,
		"--contestant loop/all": `-contestant: contestant "loop/all": "all" is no number of connections`,
		"--limit none/headers":  `-limit: "none" is not a positive number`,
		"--limit 9/header":      `-limit: "header" is not a positive number`,
		"--limit 9/headers5":    `-limit: "headers5" is not a positive number`,
		"--limit 9/":            `-limit: "" is not a positive number`,
		"--limit 9/headers/0":   `-limit: "0" is not a positive number`,
		"more":                  `unknown argument "more"`,
	} {
		_, err := parse(strings.Fields(args), new(bytes.Buffer))
		assert.ErrorContains(t, err, want, args)
	}
	var help bytes.Buffer
	_, err := parse([]string{"--help"}, &help)
	assert.ErrorIs(t, err, flag.ErrHelp)
	for _, word := range append(contestant.Names(), "cold", "no-op", "drift", "prune", "-markdown", "-update", "-profile") {
		assert.Contains(t, help.String(), word)
	}
}

// TestUpdate runs a small plan into a document.
func TestUpdate(t *testing.T) {
	t.Setenv(contestant.DeckVariable, "/nowhere/deck")
	document := filepath.Join(t.TempDir(), "doc.md")
	const begin, end = "<!-- begin of the generated part: bench --update -->", "<!-- end of the generated part -->"
	require.NoError(t, os.WriteFile(document, []byte("before\n"+begin+"\nstale\n"+end+"\nafter\n"), 0o600))
	profiles := t.TempDir()
	s, err := parse([]string{
		"--n", "1", "--latency", "0ms", "--scenario", "cold", "--contestant", "konnectkit,deck", "--update",
		"--document", document, "--profile", profiles,
	}, new(bytes.Buffer))
	require.NoError(t, err)
	var out, progress bytes.Buffer
	require.NoError(t, drive(t.Context(), s, &out, &progress))
	assert.Empty(t, out.String())
	assert.Contains(t, progress.String(), "konnectkit, 1 services, 0s, cold: 5 calls")

	content, err := os.ReadFile(document)
	require.NoError(t, err)
	assert.Regexp(t, `(?s)^before\n`+begin+`\n\n.*\n\n`+end+`\nafter\n$`, string(content))
	assert.NotContains(t, string(content), "stale")
	assert.Contains(t, string(content), "| konnectkit | cold | 5 | 2 | 1 | 2 | 0 | 0 | 0 |")
	assert.Contains(t, string(content), "deck: not run: DECK: ")
	for _, kind := range []string{"cpu", "heap", "allocs"} {
		info, err := os.Stat(filepath.Join(profiles, "konnectkit-1-services-0s-cold."+kind+".prof"))
		require.NoError(t, err)
		assert.Positive(t, info.Size())
	}
}
