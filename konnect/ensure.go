package konnect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Ensure makes Konnect hold what the objects say, and writes only what differs.
// The objects may come in any order; they are checked and resolved together, and
// nothing is sent while anything is wrong with one of them. What only Konnect can
// tell, such as names that are taken, stops the call before its first write.
// An object that is being deleted (metadata.deletionTimestamp) is skipped: its entity,
// if there is one, stays as it is and serves those that refer to it.
//
// Ensure writes status and conditions into the objects: those of an informer have to
// be passed as deep copies. Specs are never changed.
//
// The report is there even with an error, and then tells which objects were
// handled; calling again resumes. Errors: *BatchError for what stopped the
// call (it wraps *OwnershipError, *ImmutableError, *MismatchError and the errors
// of package resolve), *TooManyDeletesError, and the joined errors of single
// objects, which wrap *APIError; objects that were skipped because of another of
// the batch have a *DependencyError in the report only.
func (c *Client) Ensure(ctx context.Context, objects []crd.Object, opts ...EnsureOption) (*Report, error) {
	return c.ensure(ctx, objects, c.callOptions(opts), nil)
}

// Plan returns what Ensure would do with the same arguments, and warns of routes that
// get in each other's way. It reads only, and leaves the objects as they are. With an error the plan shows what is wrong with
// which object, as far as that is known.
func (c *Client) Plan(ctx context.Context, objects []crd.Object, opts ...EnsureOption) (*Plan, error) {
	o := c.callOptions(opts)
	o.planning = true
	r, err := c.ready(ctx, objects, o)
	r.results = newResults(r.world, r.decisions)
	if err == nil {
		r.warnOfTraffic()
		r.carryAll()
		err = r.failures()
	} else {
		err = r.withFailures(ctx, err)
		r.blame()
		r.carryAll()
	}
	return r.plan(), err
}

// Apply carries out a plan for the objects from which it was made, with the
// plan's options. It observes again, and refuses with *StalePlanError, before
// anything is written, when the objects or their entities have changed since.
// Otherwise it is like Ensure.
func (c *Client) Apply(ctx context.Context, plan *Plan, objects []crd.Object) (*Report, error) {
	if err := c.checkConfigured(); err != nil {
		return nil, err
	}
	if plan == nil {
		return nil, errors.New("apply plan: the plan is nil")
	}
	if slices.ContainsFunc(plan.Changes, func(c Change) bool { return c.Action == ActionReleased }) {
		return nil, errors.New("apply plan: it is of a release, which Client.Release carries out")
	}
	if plan.Owner != c.config.owner {
		return nil, fmt.Errorf("apply plan: it was made for owner %q, not %q", plan.Owner, c.config.owner)
	}
	o := c.callOptions(nil)
	o.planning = true
	o.prune, o.partial, o.maxDeletes, o.rewriteSecrets = plan.Prune, plan.Partial, plan.MaxDeletes, plan.SecretRewrite
	o.adoption, o.adoptionLimit, o.withoutWarnings = plan.Adoption, plan.AdoptionLimit, plan.WithoutWarnings
	return c.ensure(ctx, objects, o, plan)
}

// ensure writes what is to be written, if that is what was planned.
func (c *Client) ensure(ctx context.Context, objects []crd.Object, o callOptions, planned *Plan) (*Report, error) {
	r, err := c.ready(ctx, objects, o)
	if err == nil && planned != nil {
		r.results = newResults(r.world, r.decisions)
		if now := r.plan().Digest; now != planned.Digest {
			err = &StalePlanError{Planned: planned.Digest, Now: now}
		}
	}
	if err != nil {
		return r.refused(ctx, err)
	}
	r.results = c.execute(ctx, r.batch, r.world, r.decisions, o)
	r.batch.writeAuth()
	return r.report(), r.failures()
}

// ready does everything up to the first write.
func (c *Client) ready(ctx context.Context, objects []crd.Object, o callOptions) (*run, error) {
	r := newRun(o)
	if err := c.checkConfigured(); err != nil {
		return r.unobserved(), err
	}
	var err error
	if r.batch, err = c.prepare(ctx, objects, o, r.notes); err != nil {
		return r.unobserved(), err
	}
	r.world = c.observe(ctx, r.batch, o)
	if ctx.Err() != nil {
		r.decisions = newDecisions(r.batch, r.world)
		return r, r.interrupted(ctx.Err())
	}
	r.decisions = decide(r.batch, r.world, o)
	if o.prune {
		if below := r.decisions.belowWhich(r.batch, r.world, o); len(r.decisions.faults.problems) == 0 {
			r.world = c.lookBelow(ctx, r.batch, r.world, below, o)
		}
	}
	if len(r.decisions.all) > len(r.batch.items) || o.prune { // there are orphans, or names of some are wanted
		settle(r.batch, r.world, r.decisions, o)
	}
	if slices.ContainsFunc(r.decisions.all, func(x *decision) bool { return x.item != nil && len(x.order.after) > 0 }) {
		r.decisions.breakSwaps(r.batch, r.world)
	}
	if slices.ContainsFunc(r.decisions.all, func(x *decision) bool { return x.fault.err != nil }) {
		r.decisions.spread(r.batch, r.world)
	}
	if ctx.Err() != nil {
		return r, r.interrupted(ctx.Err())
	}
	if err := r.decisions.faults.refusal(); err != nil {
		return r, err
	}
	if o.maxDeletes == nil {
		return r, nil
	}
	return r, o.checkDeletes(r.decisions.countDeletes(r.batch, r.world, false))
}
