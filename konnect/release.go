package konnect

import (
	"context"

	"github.com/konnectkit/konnectkit/crd"
)

// Release gives the entities of the objects up: it takes our marks off, those of policies and
// secret values among them, and leaves everything else as it is, other tags and labels
// included. Nothing is deleted, and entities of objects that are not given stay ours. The
// next owner then takes them over with an [AdoptionPolicy] or spec.adopt, and another tool as
// what nobody looks after.
//
// Left as they are, with a warning ([WarningNotReleased]), are entities of others and those
// that the object never writes: mode: match, the annotation for observing. So are objects
// without an entity. What has no marks is free already; a second call writes nothing.
//
// Konnect has no PATCH for what lies in a control plane: all that was read is written
// again. Where Konnect hashes or withholds a value and it is not certain that the object gives
// the same one, the entity keeps its marks, and is named: *WriteOnlyError. All others are
// released all the same. Such a mark keeps nobody from changing or deleting the entity; only
// Ensure of another owner refuses it.
//
// In the objects the conditions become those of a new one, while the ID of an entity stays in
// the status if the object has made it. Ensure takes back what has the computed ID, or stands
// in the status, and nobody has marked since; what was adopted needs its adoption again, and
// its ID goes from the status. So stop the program that calls Ensure before.
//
// Specs are not checked; what cannot be resolved fails by itself. Report and errors are like
// those of Ensure.
func (c *Client) Release(ctx context.Context, objects []crd.Object, opts ...ReleaseOption) (*Report, error) {
	r := newRun(releaseOptions(c, opts))
	if err := r.readyToRelease(ctx, c, objects); err != nil {
		return r.refused(ctx, err)
	}
	r.results = c.execute(ctx, r.batch, r.world, r.decisions, r.options)
	r.batch.writeAuth()
	return r.report(), r.failures()
}

// PlanRelease returns what Release would do with the same arguments. It reads only, and
// leaves the objects as they are. Apply does not take such a plan.
func (c *Client) PlanRelease(ctx context.Context, objects []crd.Object, opts ...ReleaseOption) (*Plan, error) {
	r := newRun(releaseOptions(c, opts))
	err := r.readyToRelease(ctx, c, objects)
	r.results = newResults(r.world, r.decisions)
	if err == nil {
		return r.plan(), r.failures()
	}
	err = r.withFailures(ctx, err)
	r.blame()
	return r.plan(), err
}

func releaseOptions(c *Client, opts []ReleaseOption) callOptions {
	o := c.callOptions(nil)
	o.verb = releasing
	for _, opt := range opts {
		opt.applyToRelease(&o)
	}
	return o
}

// readyToRelease does everything up to the first write.
func (r *run) readyToRelease(ctx context.Context, c *Client, objects []crd.Object) error {
	err := c.checkConfigured()
	if err == nil {
		r.batch, err = c.prepare(ctx, objects, r.options, r.notes)
	}
	if err != nil {
		r.unobserved()
		return err
	}
	r.world = c.observe(ctx, r.batch, r.options)
	if ctx.Err() != nil {
		r.decisions = newDecisions(r.batch, r.world)
		return r.interrupted(ctx.Err())
	}
	r.decisions = decideReleases(r.batch, r.world, r.options)
	return r.decisions.faults.refusal()
}
