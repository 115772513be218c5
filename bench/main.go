// Bench runs the same work through konnectkit and through other ways of provisioning
// Konnect, against the in-memory Konnect, and prints what each of them costs.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
	"github.com/konnectkit/konnectkit/bench/internal/measure"
	"github.com/konnectkit/konnectkit/bench/internal/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := start(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		slog.New(slog.NewTextHandler(os.Stderr, nil)).Error("failed", "error", err)
		os.Exit(1)
	}
}

// start does what this process is there for: to serve, to compete, or to drive both.
func start(ctx context.Context, args []string) error {
	switch measure.Role() {
	case konnectserver.Role:
		return konnectserver.Serve(os.Stdin, os.Stdout)
	case contestant.Role:
		return contestant.Main(ctx, os.Stdin)
	}
	settings, err := parse(args, os.Stderr)
	if err != nil {
		return err
	}
	return drive(ctx, settings, os.Stdout, os.Stderr)
}

// drive runs the plan and shows the results. A run that was cut short is shown as far as
// it went, but updates nothing.
func drive(ctx context.Context, s *settings, out, progress io.Writer) error {
	started := time.Now()
	results, err := runAll(ctx, s, progress)
	if s.picture != "" && err == nil {
		err = draw(s.picture, results)
	}
	write := report.Text
	if s.markdown || s.update {
		write = report.Markdown
	}
	if !s.update {
		return errors.Join(err, write(out, results))
	}
	var part bytes.Buffer
	part.WriteString(report.Circumstances(s.command(), started) + "\n\n")
	if err := errors.Join(err, write(&part, results)); err != nil {
		return err
	}
	return report.Update(s.document, part.Bytes())
}

func draw(file string, results []matrix.Result) error {
	var picture bytes.Buffer
	if err := report.Picture(&picture, results); err != nil {
		return err
	}
	return os.WriteFile(file, picture.Bytes(), 0o644) //nolint:gosec // it is there to be shown
}

func runAll(ctx context.Context, s *settings, progress io.Writer) ([]matrix.Result, error) {
	runner := matrix.Runner{Timeout: s.timeout, Profiles: s.profiles, Progress: func(r matrix.Result) {
		if r.Err != nil {
			fmt.Fprintf(progress, "%s, %s: not run: %v\n", r.Cell, r.Scenario, r.Err)
			return
		}
		fmt.Fprintf(progress, "%s, %s: %d calls, %.2f s, CPU %.2f s, %d MB\n", r.Cell, r.Scenario,
			r.Counts.Calls(), r.Usage.Wall.Seconds(), r.Usage.CPU.Seconds(), r.Usage.PeakMemory/1e6)
	}}
	cells := s.plan.Cells()
	if len(cells) == 0 {
		return nil, errors.New("nothing to run")
	}
	var results []matrix.Result
	for i, cell := range cells {
		fmt.Fprintf(progress, "[%d/%d] %s\n", i+1, len(cells), cell)
		var runs [][]matrix.Result
		for range s.repeats(cell) {
			found, err := runner.Run(ctx, cell)
			if err != nil {
				return append(results, found...), err
			}
			runs = append(runs, found)
		}
		results = append(results, matrix.Median(runs)...)
	}
	return results, nil
}
