package konnect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// result is what came out of a decision.
type result struct {
	done Action // what was done
	// entity and id are those that there are now.
	entity      *wire.Entity
	id          string
	clusterType string
	// owned is true once it is settled that the object stands for the entity.
	owned bool
	// deviations are what Konnect holds otherwise than it was sent.
	deviations []Field
	fault      fault
}

// newResults is what there is before anything is carried out.
func newResults(w *world, d *decisions) []result {
	results := make([]result, len(d.all))
	for n, x := range d.all {
		r := &results[n]
		r.owned, r.fault = x.changes.owned, x.fault
		switch {
		case x.fault.skipped:
			r.done = ActionSkipped
		case x.fault.err != nil:
			r.done = ActionFailed
		}
		if x.item == nil {
			r.entity, r.id = x.orphan.entity, x.orphan.entity.ID
		} else {
			found := &w.found[x.item.n]
			r.entity, r.id, r.clusterType = found.entity, found.id, found.clusterType
		}
	}
	return results
}

func (r *result) fail(err error) {
	r.done, r.fault = ActionFailed, fault{err: errors.Join(r.fault.err, err)}
}

func (r *result) skip(err error) { r.done, r.fault = ActionSkipped, fault{err: err, skipped: true} }

// executor carries decisions out. Its methods with a context run side by side, each on
// the result of its own decision; what it needs of others is there by then.
type executor struct {
	*Client
	batch     *batch
	world     *world
	decisions *decisions
	options   callOptions
	results   []result // by decision
	statuses  *statuses

	lock     sync.Mutex // over what follows
	finished int
	// failedIn are the control planes in which something could not be written.
	failedIn map[*item]bool
	// secrets are those of the whole batch.
	secrets func() secrets.Hider
}

// execute carries out what was decided, parents before children, everything else side by
// side, and returns what came out of each decision. Status is written as soon as it is
// known.
func (c *Client) execute(ctx context.Context, b *batch, w *world, d *decisions, o callOptions) []result {
	e := &executor{Client: c, batch: b, world: w, decisions: d, options: o, results: newResults(w, d), failedIn: map[*item]bool{}}
	e.secrets = sync.OnceValue(func() secrets.Hider { return o.batchSecrets(b, w) })
	e.statuses = &statuses{b, w, d, e.results, o}
	for _, x := range d.all {
		if entity := e.results[x.n].entity; x.planned == ActionUnchanged && entity != nil && !x.kind.HasStatus() {
			entity.Raw = nil // thousands of them would weigh
		}
		if x.item != nil && (x.fault.err != nil || b.implied.any && b.implied.goneFrom(x.item) != nil) && x.item.controlPlane != nil {
			e.failedIn[w.mainOf(x.item)] = true
		}
	}
	s := steps{
		write: e.write, park: e.park, join: e.join, withdraw: e.withdraw, delete: e.prune, finish: e.finish,
		unmark: func(ctx context.Context, x *decision) { unmark(ctx, e, x) },
		failed: func(x *decision) bool { return e.results[x.n].fault.err != nil },
		note:   func(x *decision) { noteFailure(e, x) },
	}
	switch {
	case o.verb == releasing:
		schedule.Run(ctx, c.config.maxConcurrency, releaseGraph(d, s, e.release).tasks)
	case o.verb != ensuring:
		s.delete = e.delete
		schedule.Run(ctx, c.config.maxConcurrency, deleteGraph(b, d, s).tasks)
	case slices.ContainsFunc(d.all, func(x *decision) bool { return x.planned.writes() }):
		if slices.ContainsFunc(b.items, func(i *item) bool {
			return i.kind.Configuration != nil && i.controlPlane != nil && d.all[i.controlPlane.n].planned == ActionCreated
		}) {
			describer{e}.describe(ctx)
		}
		g := ensureGraph(b, w, d, s)
		schedule.Run(ctx, c.config.maxConcurrency, g.tasks)
		if g.carriers != nil {
			finishCarriers(e, g.carriers)
		}
	default: // nothing waits for anything
		for _, x := range d.all {
			if !s.failed(x) {
				s.write(ctx, x)
			}
		}
		finishCarriers(e, d.all)
	}
	return e.results
}

// write makes the entity of an item as desired.
func (e *executor) write(ctx context.Context, x *decision) {
	r := &e.results[x.n]
	if err := e.decisions.blocked(e.batch, x, false, e.results); err != nil {
		if r.skip(err); x.order.parked {
			r.fault, r.done = fault{err: fmt.Errorf("rename %s: it has the name %s for now: %w", x.key, parkedName(x.item), err)}, ActionFailed
		}
		return
	}
	if r.done == ActionCreated { // before all else
		return
	}
	if !x.planned.writes() || !x.item.inBatch || x.item.readOnly {
		r.done = x.planned
		return
	}
	if err := ctx.Err(); err != nil {
		r.skip(fmt.Errorf("%s: %w", x.key, err))
		return
	}
	if err := e.writeEntity(ctx, x, r); err != nil {
		if _, named := errors.AsType[*OwnershipError](err); !named {
			err = fmt.Errorf("%s %s: %w", x.planned.verb(), x.key, e.batch.auth.namingToken(x.item, err))
		}
		e.notWritten(ctx, x, err)
		return
	}
	r.done = x.planned
	e.config.logger.InfoContext(ctx, "entity written", "key", x.key.String(), "action", string(x.planned), "konnect_id", r.id)
}

func (e *executor) notWritten(ctx context.Context, x *decision, err error) {
	r := &e.results[x.n]
	r.done, r.fault = ActionFailed, fault{err: err}
	e.config.logger.WarnContext(ctx, "entity not written", "key", x.key.String(), "error", printable.Error(err))
}

// needsNoDelete reports whether an entity is not to be deleted, or has gone along with another.
func (e *executor) needsNoDelete(x *decision) bool {
	r, along := &e.results[x.n], x.order.along
	switch {
	case x.planned != ActionDeleted:
		r.done = x.planned
	case along != nil && e.results[along.n].done == ActionDeleted:
		r.done = ActionDeleted
	default:
		return false
	}
	return true
}

// prune deletes an orphan. A control plane in which a write has failed is left alone, but
// for what had to go before.
func (e *executor) prune(ctx context.Context, x *decision) {
	if e.needsNoDelete(x) {
		return
	}
	e.lock.Lock()
	failed := e.failedIn[x.orphan.controlPlane]
	e.lock.Unlock()
	if err := e.decisions.stays(e.batch, e.world, x, failed, e.results); err != nil {
		e.results[x.n].skip(err)
		return
	}
	e.remove(ctx, x)
}

// delete deletes an entity in Delete, after what refers to it.
func (e *executor) delete(ctx context.Context, x *decision) {
	if e.needsNoDelete(x) {
		return
	}
	for _, other := range e.decisions.before(e.batch, x) {
		if err := e.results[other.n].fault.err; other.inBatch && err != nil {
			e.results[x.n].skip(&DependencyError{Key: x.key, Field: dependentsField, On: other.key, Cause: err})
			return
		}
	}
	e.remove(ctx, x)
}

// finish writes status and tells observers.
func (e *executor) finish(x *decision) {
	r := &e.results[x.n]
	if x.item != nil {
		e.statuses.write(x.item)
	}
	x.changes.desired = kinds.Desired{}         // thousands of them would weigh
	if r.entity != nil && !x.isControlPlane() { // two objects may stand for one control plane
		r.entity.Raw = nil
	}
	if r.fault.err != nil {
		noteFailure(e, x)
	}
	e.lock.Lock() // so that the numbers come in order
	defer e.lock.Unlock()
	if x.inBatch && e.config.observer != nil {
		e.finished++
		e.config.observer.emit(ProgressEvent{Done: e.finished, Total: e.decisions.total(), Change: newChange(e.results, x, r.done)})
	}
}

// noteFailure keeps the control plane of an item that has failed from being pruned.
func noteFailure(e *executor, x *decision) {
	if x.item == nil || x.item.controlPlane == nil {
		return
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	e.failedIn[e.world.mainOf(x.item)] = true
}

// total counts the objects and orphans.
func (d *decisions) total() int {
	n := 0
	for _, x := range d.all {
		if x.inBatch {
			n++
		}
	}
	return n
}
