package konnect

import (
	"context"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Delete deletes the entities of the objects, dependents first. An entity that
// does not exist is a success. Mirrored control planes and entities adopted with
// mode: match are left alone, as is everything without our marks:
// *OwnershipError, before anything is deleted. The same goes for what would take
// along entities of others (see WithCascade), and for what is protected by its
// deletion policy: *ProtectedError. Retained and observed entities are left.
//
// Where two runs have made two entities for one object at the same time, both are
// deleted, each under the same conditions; that goes for control planes too.
//
// Specs are not checked. An object that cannot be resolved fails by itself, as do
// those whose credentials cannot be had.
// Status is cleared in the objects whose entities are gone. Report and errors
// are like those of Ensure; changes are in the order of deletion.
func (c *Client) Delete(ctx context.Context, objects []crd.Object, opts ...DeleteOption) (*Report, error) {
	o := c.callOptions(nil)
	o.verb = deleting
	for _, opt := range opts {
		opt.applyToDelete(&o)
	}
	r, err := c.readyToDelete(ctx, objects, o)
	if err != nil {
		report, err := r.refused(ctx, err)
		slices.Reverse(report.Changes)
		return report, err
	}
	r.results = c.execute(ctx, r.batch, r.world, r.decisions, o)
	r.batch.writeAuth()
	report := r.report()
	slices.Reverse(report.Changes)
	return report, r.failures()
}

// readyToDelete does everything up to the first deletion.
func (c *Client) readyToDelete(ctx context.Context, objects []crd.Object, o callOptions) (*run, error) {
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
	r.decisions = decideDeletes(r.batch, r.world, o)
	r.decisions.lookInside(ctx, r.batch, r.world, o)
	below := slices.DeleteFunc(r.decisions.doomed(), (*decision).isControlPlane)
	r.world = c.lookBelow(ctx, r.batch, r.world, below, o)
	settleDeletes(r.batch, r.world, r.decisions, o)
	takeAlong(r.batch, r.world, r.decisions)
	if ctx.Err() != nil {
		return r, r.interrupted(ctx.Err())
	}
	if err := r.decisions.faults.refusal(); err != nil {
		return r, err
	}
	return r, o.checkDeletes(r.decisions.countDeletes(r.batch, r.world, true))
}
