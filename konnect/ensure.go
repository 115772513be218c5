package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Ensure makes Konnect hold what the objects say, and writes only what differs.
// The objects may come in any order; they are checked and resolved together, and
// nothing is sent while anything is wrong with one of them. What only Konnect can
// tell, such as names that are taken, stops the call before its first write.
// An object that is being deleted (metadata.deletionTimestamp) is skipped: its entity,
// if there is one, stays as it is and serves those that refer to it.
//
// Ensure writes status and conditions into the objects: who took them from an
// informer passes deep copies. Specs are never changed.
//
// The report is there even with an error, and then tells which objects were
// handled; calling again resumes. Errors: *ValidationError for what stopped the
// call (it wraps *OwnershipError, *ImmutableError, *MismatchError and the errors
// of package resolve), *TooManyDeletesError, and the joined errors of single
// objects, which wrap *APIError; objects that were skipped because of another of
// the batch have a *DependencyError in the report only.
func (c *Client) Ensure(ctx context.Context, objects []crd.Object, opts ...EnsureOption) (*Report, error) {
	s := c.newEnsureSession(opts)
	if err := s.ready(ctx, objects); err != nil {
		return s.refused(ctx, err)
	}
	return s.carryOut(ctx)
}

// Plan returns what Ensure would do with the same arguments. It reads only, and
// leaves the objects as they are. With an error the plan shows what is wrong with
// which object, as far as that is known.
func (c *Client) Plan(ctx context.Context, objects []crd.Object, opts ...EnsureOption) (*Plan, error) {
	s := c.newEnsureSession(opts)
	s.planning = true
	err := s.ready(ctx, objects)
	if err == nil {
		err = s.failures()
	} else {
		err = s.withFailures(ctx, err)
		s.blame()
	}
	return s.plan(), err
}

// Apply carries out a plan for the objects from which it was made, with the
// plan's options. It observes again, and refuses with *StalePlanError, before
// anything is written, when the objects or their entities have changed since.
// Otherwise it is like Ensure.
func (c *Client) Apply(ctx context.Context, plan *Plan, objects []crd.Object) (*Report, error) {
	if plan == nil {
		return nil, errors.New("apply plan: the plan is nil")
	}
	if plan.Owner != c.config.owner {
		return nil, fmt.Errorf("apply plan: it was made for owner %q, not %q", plan.Owner, c.config.owner)
	}
	s := c.newEnsureSession(nil)
	s.planning = true
	s.options = callOptions{
		prune: plan.Prune, adoption: plan.Adoption, adoptionLimit: plan.AdoptionLimit, maxDeletes: plan.MaxDeletes, partial: plan.Partial,
		withoutWarnings: plan.WithoutWarnings,
	}
	if err := s.ready(ctx, objects); err != nil {
		return s.refused(ctx, err)
	}
	if now := s.plan().Digest; now != plan.Digest {
		return s.refused(ctx, &StalePlanError{Planned: plan.Digest, Now: now})
	}
	return s.carryOut(ctx)
}

func (c *Client) newEnsureSession(opts []EnsureOption) *session {
	options := newCallOptions()
	for _, opt := range opts {
		opt.applyToEnsure(&options)
	}
	return c.newSession(options)
}

// ready does everything up to the first write.
func (s *session) ready(ctx context.Context, objects []crd.Object) error {
	if err := s.prepare(ctx, objects, false); err != nil {
		return err
	}
	s.observe(ctx)
	if err := s.interrupted(ctx); err != nil {
		return err
	}
	s.decide()
	if s.options.prune {
		s.settlePrunes(ctx)
		s.warnOfEmptying()
	}
	s.breakSwaps()
	s.spreadFailures()
	if err := s.interrupted(ctx); err != nil {
		return err
	}
	if err := s.refusal(); err != nil {
		return err
	}
	deletes := 0
	for _, m := range s.prunes {
		if m.isDoomed() {
			deletes++
		}
	}
	return s.checkDeletes(deletes)
}

// spreadFailures tells from what has failed already what else will not be done, so
// that a plan says so, nothing is counted that stays, and nothing runs that waits
// for a failed object in a circle.
func (s *session) spreadFailures() {
	all := s.everything()
	for count := -1; ; {
		failed := 0
		for _, m := range all {
			if m.err == nil {
				s.foresee(m)
			}
			if m.err == nil {
				continue
			}
			failed++
			if m.node != nil && m.control != nil {
				s.planeOf(m).failed = true
			}
		}
		if failed == 0 || failed == count {
			return
		}
		count = failed
	}
}

func (s *session) foresee(m *member) {
	if m.node == nil {
		m.spare(s.staysFor(m))
	} else if blocked := s.blocked(m); blocked != nil {
		m.err, m.outcome = blocked, ActionSkipped
	}
}

func (s *session) checkDeletes(n int) error {
	if most := s.options.maxDeletes; most != nil && n > *most {
		return &TooManyDeletesError{Deletes: n, Max: *most}
	}
	return nil
}

func (s *session) carryOut(ctx context.Context) (*Report, error) {
	s.total = len(s.batch()) + len(s.prunes)
	s.act(ctx)
	s.writeAuthStatus()
	return s.report(), s.failures()
}

// report lists what was done.
func (s *session) report() *Report {
	r := &Report{Reads: int(s.tally.reads.Load()), Writes: int(s.tally.writes.Load()), Warnings: s.warned()}
	for _, m := range append(s.batch(), s.prunes...) {
		r.Changes = append(r.Changes, s.change(m, cmp.Or(m.outcome, ActionSkipped)))
	}
	return r
}

// failures joins the errors of single objects. What is not handled because of
// another object of the batch stands in the report alone.
func (s *session) failures() error {
	var failed []error
	for _, m := range append(s.batch(), s.prunes...) {
		if _, kept := errors.AsType[*ProtectedError](m.err); kept && m.obj == nil && !s.deleting {
			continue // spared, as it was asked for
		}
		dependent, ok := errors.AsType[*DependencyError](m.err)
		if m.err != nil && (!ok || dependent.lookedUp) {
			failed = append(failed, printable.Error(m.err))
		}
	}
	for _, m := range s.members {
		if m.unread != nil && !s.deleting {
			failed = append(failed, printable.Error(fmt.Errorf("prune %s: %w", m.key, m.unread)))
		}
	}
	for _, aside := range s.asides {
		failed = append(failed, printable.Error(aside))
	}
	return joinFailures(failed)
}

// blame gives each object the problems that were found with it.
func (s *session) blame() {
	for _, p := range s.problems {
		if m := s.byKey[p.Key]; m != nil {
			m.err, m.outcome = errors.Join(m.err, p.named()), ActionFailed
		}
	}
}

var errRefused = errors.New("nothing was written because of problems with other objects")

// withFailures adds to the error that stops a call what is wrong with single objects;
// not when the call is given up, of which each of them would tell.
func (s *session) withFailures(ctx context.Context, err error) error {
	failed := s.failures()
	if failed == nil || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, failed)
}

// refused reports a call that was stopped before its first write. Objects that
// something is wrong with get a status that says so; all others keep theirs.
func (s *session) refused(ctx context.Context, err error) (*Report, error) {
	all := s.withFailures(ctx, err)
	s.blame()
	for _, m := range s.members {
		if m.err != nil {
			s.writeStatus(m)
		}
	}
	reason := err
	if _, ok := errors.AsType[*ValidationError](err); ok {
		reason = errRefused
	}
	for _, m := range s.everything() {
		if m.err == nil {
			m.err, m.outcome = fmt.Errorf("%s: %w", m.key, reason), ActionSkipped
		}
	}
	s.writeAuthStatus()
	return s.report(), all
}
