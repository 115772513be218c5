package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
)

type settings struct {
	plan     matrix.Plan
	timeout  time.Duration
	markdown bool
	update   bool
	document string
	picture  string
	runs     int
	profiles func(matrix.Cell, contestant.Scenario) string
	args     []string
}

// command is how the program was called, for whoever wants to repeat it.
func (s *settings) command() string {
	return strings.Join(append([]string{"go run ."}, s.args...), " ")
}

// repeats is how often a cell runs. With latency its times are made of waiting, which varies little.
func (s *settings) repeats(cell matrix.Cell) int {
	if cell.Conditions.Latency > 0 {
		return 1
	}
	return s.runs
}

const usage = `Usage: go run . [flags]

Runs the same work, services with one route each, through several ways of provisioning
Konnect, against the in-memory Konnect in a process of its own, and prints for each the calls
by method, answers 429, wall and CPU time and peak memory. Each scenario of each contestant
is a process of its own as well. Progress goes to standard error.

Contestants:
  konnectkit  Ensure with its default settings: 32 connections
  operator    the Kong operator's way over the SDK: one PUT for each object in each run,
              without reads, 8 workers for each of the two kinds
  loop        GET, compare, PUT over the SDK for each object, 10 workers
  deck        decK's engine, built from internal/deckengine; with the environment variable DECK
              the decK binary that it names
After a slash the number of connections can be given, as in loop/32.

Scenarios:
  cold   nothing is there yet
  no-op  everything is there
  drift  one percent of the services and one percent of the routes were changed
  prune  one percent of the services and their routes are no longer wanted

With 10000 services and more only konnectkit and what has as many connections run, unless
-contestant says otherwise: the others wait for minutes, for what they show with 1000.

Without latency each contestant runs several times, and times and memory are the median.

With a rate limit only cold and no-op run, with 1000 services or as many as the limit says and
the largest latency, and only contestants whose number of connections is not given. Without
1000 among the numbers of services there are no such runs.

Flags:
`

func parse(args []string, out io.Writer) (*settings, error) {
	s := &settings{args: args}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		_, _ = io.WriteString(out, usage) // nobody could be told that it failed
		flags.PrintDefaults()
	}
	n := flags.String("n", "100,1000,10000", "numbers of services")
	latency := flags.String("latency", "0ms,20ms", "latencies of the server")
	scenario := flags.String("scenario", "cold,no-op,drift,prune", "scenarios")
	contestants := flags.String("contestant", "konnectkit,operator,operator/10,operator/32,loop,loop/32,deck", "contestants")
	limit := flags.String("limit", "50/headers,50/500,100/headers/500", "rate limits in requests a second, with /headers those that are announced, then with / another number of services; none for no such runs")
	profiles := flags.String("profile", "", "existing `folder` for profiles of CPU and memory, which make a run slower")
	flags.DurationVar(&s.timeout, "timeout", 15*time.Minute, "how long one scenario may take")
	flags.BoolVar(&s.markdown, "markdown", false, "print Markdown")
	flags.BoolVar(&s.update, "update", false, "write the results into the generated part of the document instead of printing them")
	flags.StringVar(&s.document, "document", "README.md", "the document of -update")
	flags.IntVar(&s.runs, "runs", 5, "how often each contestant runs without latency")
	flags.StringVar(&s.picture, "picture", "", "SVG `file` for a picture of cold and no-op with 1000 services at 20ms")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	if s.runs < 1 {
		return nil, fmt.Errorf("-runs: %d is not a positive number", s.runs)
	}
	if *profiles != "" {
		s.profiles = profilesIn(*profiles)
	}
	if !given(flags, "contestant") {
		s.plan.Large = []string{"konnectkit", "operator/32", "loop/32"}
	}
	return s, errors.Join(
		list("n", *n, &s.plan.Services, parseCount),
		list("latency", *latency, &s.plan.Latencies, time.ParseDuration),
		list("scenario", *scenario, &s.plan.Scenarios, parseScenario),
		list("contestant", *contestants, &s.plan.Contestants, parseContestant),
		list("limit", *limit, &s.plan.Limits, parseLimit))
}

func given(flags *flag.FlagSet, name string) bool {
	found := false
	flags.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// list reads values that are separated by commas.
func list[T any](name, text string, to *[]T, read func(string) (T, error)) error {
	if text == "none" {
		return nil
	}
	for item := range strings.SplitSeq(text, ",") {
		value, err := read(strings.TrimSpace(item))
		if err != nil {
			return fmt.Errorf("-%s: %w", name, err)
		}
		*to = append(*to, value)
	}
	return nil
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a positive number", text)
	}
	return n, nil
}

func parseScenario(text string) (contestant.Scenario, error) {
	if all := contestant.Scenarios(); !slices.Contains(all, contestant.Scenario(text)) {
		return "", fmt.Errorf("no scenario %q; there are %v", text, all)
	}
	return contestant.Scenario(text), nil
}

// parseContestant takes those that cannot run here too: the table says so.
func parseContestant(text string) (string, error) { return text, contestant.Known(text) }

// parseLimit takes 50, 50/headers, 50/500 and 50/headers/500.
func parseLimit(text string) (matrix.Limited, error) {
	limit, rest, further := strings.Cut(text, "/")
	n, err := parseCount(limit)
	out := matrix.Limited{Conditions: konnectserver.Conditions{Limit: n}, Services: matrix.LimitedServices}
	if rest == "headers" || strings.HasPrefix(rest, "headers/") {
		out.Headers = true
		_, rest, further = strings.Cut(rest, "/")
	}
	if err == nil && further {
		out.Services, err = parseCount(rest)
	}
	return out, err
}

// profilesIn names a file for each scenario of each cell; %s stands for the kind of profile.
func profilesIn(folder string) func(matrix.Cell, contestant.Scenario) string {
	unsafe := regexp.MustCompile(`[^a-zA-Z0-9-]+`)
	return func(cell matrix.Cell, scenario contestant.Scenario) string {
		name := unsafe.ReplaceAllString(fmt.Sprintf("%s %s", cell, scenario), "-")
		return filepath.Join(folder, name+".%s.prof")
	}
}
