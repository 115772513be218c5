package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// run is one call, with the values that its steps have made so far. Only what reports on
// it takes all of them.
type run struct {
	options   callOptions
	notes     *notes
	batch     *batch
	world     *world
	decisions *decisions
	results   []result // what is known before anything is carried out, then what came of it
}

func newRun(o callOptions) *run {
	return &run{options: o, notes: &notes{tally: &tally{}, without: o.withoutWarnings}}
}

// unobserved completes a call that was stopped before Konnect was asked.
func (r *run) unobserved() *run {
	if r.batch == nil {
		r.batch = &batch{auth: &auth{}, faults: &faults{}}
	}
	r.world = &world{owner: r.options.owner, found: make([]found, len(r.batch.items)), faults: r.batch.faults}
	r.decisions = newDecisions(r.batch, r.world)
	return r
}

// interrupted returns why a call stopped that was reading when its context ended. What
// Konnect answered last stays in the chain.
func (r *run) interrupted(ended error) error {
	failures := slices.Clone(r.world.faults.failed)
	for _, unread := range r.world.unread {
		failures = append(failures, unread)
	}
	if failed, ok := errors.AsType[*interruptedError](errors.Join(failures...)); ok {
		return fmt.Errorf("observe: %w", failed)
	}
	return fmt.Errorf("observe: %w", ended)
}

// failures joins the errors of single objects. What is not handled because of
// another object of the batch stands in the report alone.
func (r *run) failures() error {
	var failed []error
	for _, x := range r.decisions.all {
		err := r.results[x.n].fault.err
		if err == nil || !x.inBatch {
			continue
		}
		if _, kept := errors.AsType[*ProtectedError](err); kept && x.orphan != nil && r.options.verb == ensuring {
			continue // spared, as it was asked for
		}
		if dependent, ok := errors.AsType[*DependencyError](err); !ok || dependent.lookedUp {
			failed = append(failed, printable.Error(err))
		}
	}
	if r.options.verb == ensuring {
		for _, i := range r.batch.items {
			if unread := r.world.unread[r.world.found[i.n].id]; unread != nil && i.isControlPlane() && r.world.mainOf(i) == i {
				failed = append(failed, printable.Error(fmt.Errorf("prune %s: %w", i.key, unread)))
			}
		}
	}
	for _, aside := range r.decisions.faults.asides {
		failed = append(failed, printable.Error(aside))
	}
	if failed == nil {
		return nil
	}
	return failures(failed)
}

// withFailures adds to the error that stops a call what is wrong with single objects;
// not when the call is given up, of which each of them would tell.
func (r *run) withFailures(ctx context.Context, err error) error {
	failed := r.failures()
	if failed == nil || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, failed)
}

// blame gives each object the problems that were found with it.
func (r *run) blame() {
	for _, p := range r.decisions.faults.problems {
		if i := r.batch.of(p.Key); i != nil {
			r.results[i.n].fail(p.named())
		}
	}
}

// refused reports a call that was stopped before its first write. Objects that
// something is wrong with get a status that says so; all others keep theirs.
func (r *run) refused(ctx context.Context, err error) (*Report, error) {
	r.results = newResults(r.world, r.decisions)
	all := r.withFailures(ctx, err)
	r.blame()
	r.carryAll()
	for _, i := range r.batch.items {
		if r.results[i.n].fault.err != nil {
			r.statuses().write(i)
		}
	}
	reason := err
	if _, ok := errors.AsType[*BatchError](err); ok {
		reason = errRefused
	}
	for _, x := range r.decisions.all {
		if result := &r.results[x.n]; result.fault.err == nil {
			result.skip(fmt.Errorf("%s: %w", x.key, reason))
		}
	}
	r.batch.writeAuth()
	return r.report(), all
}

// report lists what was done.
func (r *run) report() *Report {
	report := &Report{Reads: int(r.notes.tally.reads.Load()), Writes: int(r.notes.tally.writes.Load())}
	for _, w := range r.decisions.warnings {
		r.notes.warn(w)
	}
	report.Warnings = r.notes.warned()
	report.Changes = slices.Grow(report.Changes, len(r.decisions.all))
	for _, x := range r.decisions.all {
		if x.inBatch {
			report.Changes = append(report.Changes, newChange(r.results, x, cmp.Or(r.results[x.n].done, ActionSkipped)))
		}
	}
	return report
}
