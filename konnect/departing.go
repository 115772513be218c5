package konnect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// What objects have implied and no longer do is deleted, whether the call prunes or not: a
// credential that was taken back must not live on. The marks of carriers tell where there
// may be such entities, so that nothing is looked for without.

// impliedReader reads what objects have implied before.
type impliedReader struct{ *reader }

// read reads the collections in which objects have implied something, as far as they are
// not known already, and tells what of it departs.
func (r impliedReader) read(ctx context.Context) {
	var needs []*need
	byCollection := map[collection]*need{}
	for _, i := range r.batch.items {
		for _, name := range r.collectionsOf(i) {
			in := r.world.siblings(i)
			if in.kind = r.batch.table.Collected(name); in.kind == nil || r.world.indexes[in] != nil && r.world.indexes[in].complete {
				continue
			}
			if byCollection[in] == nil {
				byCollection[in] = &need{collection: in, list: true}
				needs = append(needs, byCollection[in])
				r.world.indexes[in] = newIndex()
			}
			byCollection[in].items = append(byCollection[in].items, i)
		}
	}
	if needs != nil {
		r.readCollections(ctx, needs, false)
	}
	r.find()
}

// collectionsOf are the collections in which an object may have implied something: those
// that its entity tells or, where it was not looked for because something is wrong with
// the object, all.
func (r impliedReader) collectionsOf(i *item) []string {
	e := r.world.found[i.n].entity
	switch {
	case e != nil && i.inBatch && e.Marks.Ours(r.world.owner):
		return e.Marks.Implies()
	case e == nil && r.batch.implied.carriers[i] != nil && r.world.faults.failed[i.n] != nil && r.world.found[i.controlPlane.n].entity != nil:
		var all []string
		for _, implication := range i.kind.Implies {
			all = append(all, implication.In...)
		}
		return all
	}
	return nil
}

// find tells what departs, and what stays though nothing implies it any more.
func (r impliedReader) find() {
	w := r.world
	w.staying = map[*item][]string{}
	for _, k := range r.batch.table.List() {
		for in, x := range w.indexes {
			if in.kind != k {
				continue
			}
			var implied []*wire.Entity
			for id, e := range x.byID {
				if len(e.Marks.Carriers()) > 0 && w.claimed(k, id) == nil {
					implied = append(implied, e)
				}
			}
			slices.SortFunc(implied, compareIDs)
			for _, e := range implied {
				r.tell(in, e)
			}
		}
	}
}

// tell tells whether an entity that was implied departs.
func (r impliedReader) tell(in collection, e *wire.Entity) {
	implied := &r.batch.implied
	carriers := slices.DeleteFunc(implied.carriersOf(e), func(c *item) bool { return r.world.siblings(c).controlPlaneID != in.controlPlaneID })
	if len(carriers) == 0 || !e.Marks.Ours(r.world.owner) {
		return
	}
	departs := implied.departs(e, r.world.owner)
	if departs {
		o := &orphan{entity: e, departs: true}
		o.subject = subject{keyInMarks(in.kind, e), in.kind, in.account, r.world.mainOf(carriers[0]), true}
		r.world.departing = append(r.world.departing, o)
	}
	if !departs || r.world.policyOf(r.batch, in.kind, e) != crd.DeletionPolicyDelete {
		for _, c := range carriers {
			r.world.staying[c] = append(r.world.staying[c], in.kind.Collection)
		}
	}
}

// departureJudge decides about entities that depart.
type departureJudge struct{ *decider }

func (d departureJudge) decide() {
	var guards []*decision
	for _, o := range d.world.departing {
		if d.world.claimed(o.kind, o.entity.ID) != nil {
			continue
		}
		d.orphan(o)
		x := d.out.about(o.kind, o.entity.ID)
		for _, c := range d.batch.implied.carriersOf(o.entity) {
			d.link(d.out.all[c.n], x)
		}
		if x.kind.Guards != "" && x.order.taker == nil {
			guards = append(guards, x)
		}
		d.checkCarriers(o)
	}
	guardDepartures(d.batch, d.world, d.out, guards)
}

// link lets a carrier give up its mark only after what departs is gone.
func (d departureJudge) link(carrier, x *decision) {
	carrier.departing = append(carrier.departing, x)
	if carrier.planned.writes() && x.isDoomed() && !slices.Contains(d.batch.implied.collectionsOf(d.world, carrier.item), x.kind.Collection) {
		carrier.order.after = append(carrier.order.after, x)
	}
}

// checkCarriers refuses to change what an entity is implied by where not all of that is in
// the batch: what is left would act on more than was meant.
func (d departureJudge) checkCarriers(o *orphan) {
	carriers := d.batch.implied.carriersOf(o.entity)
	if len(carriers) == len(o.entity.Marks.Carriers()) || d.world.isComplete(carriers[0], d.options) {
		return
	}
	for _, c := range carriers {
		for _, m := range o.entity.Marks.Carriers() {
			if carried := d.batch.implied.carriers[c]; m.Key == c.mark && (carried == nil || !slices.Contains(carried.named, m.Source)) {
				return // it is taken away on purpose
			}
		}
	}
	d.out.refuse(d.out.all[carriers[0].n], fmt.Errorf("check %s: %s: entity %s (%s) acts on an object that is not in the batch as well; "+
		"give all objects that name a plugin in one call, or use WithPrune, or delete that object first",
		carriers[0].key, crd.PluginsField, o.entity.ID, o.key.Name))
}

// unmark takes the mark of what departs from an entity that was written with it. It stays
// where something of that stays, so that the next call looks for it.
func unmark(ctx context.Context, e *executor, x *decision) {
	r := &e.results[x.n]
	for _, other := range x.order.lingers {
		if cause := other.failure(e.results); cause != nil {
			r.skip(&DependencyError{Key: x.key, Field: impliedField, On: other.key, Cause: cause})
			return
		}
	}
	if err := ctx.Err(); err != nil {
		r.skip(fmt.Errorf("%s: %w", x.key, err))
		return
	}
	if err := e.writeEntity(ctx, x, r); err != nil {
		e.notWritten(ctx, x, fmt.Errorf("%s %s: %w", x.planned.verb(), x.key, e.batch.auth.namingToken(x.item, err)))
	}
}

// changesMoreThanTags reports whether an item has to be written before its mark goes.
func changesMoreThanTags(x *decision) bool {
	return slices.ContainsFunc(x.changes.fields, func(f Field) bool {
		return f.Path != "tags" && (x.item.group == nil || f.Path != x.item.group.Name)
	})
}

// stillMarked is the desired entity with the mark of what departs.
func stillMarked(e *executor, x *decision) (kinds.Desired, error) {
	entity := e.world.found[x.item.n].entity
	observed, err := x.kind.Project(entity)
	if err != nil {
		return kinds.Desired{}, err
	}
	world := *e.world
	world.staying = maps.Clone(world.staying)
	world.staying[x.item] = append(slices.Clip(world.staying[x.item]), entity.Marks.Implies()...)
	return x.kind.Desire(x.item.object, e.options.inputs(e.batch, &world, x.item, kinds.Inputs{Observed: observed}, e.results))
}

// finishCarriers tells carriers of what could not be made of what they imply, and finishes
// them, when nobody else asks what came out of them.
func finishCarriers(e *executor, carriers []*decision) {
	for _, x := range carriers {
		if r := &e.results[x.n]; x.item != nil && r.fault.err == nil && e.batch.implied.any {
			if err := impliedFault(e.batch, e.decisions, x, e.results); err != nil {
				r.done, r.fault = ActionFailed, fault{err: err} // though the entity itself is there
			}
		}
		e.finish(x)
	}
}

// carried are the decisions about what an item implies, and no longer implies.
func carriedBy(b *batch, d *decisions, x *decision) []*decision {
	found := slices.Clone(x.departing)
	for _, i := range b.implied.itemsOf(x.item) {
		found = append(found, d.all[i.n])
	}
	return found
}

// impliedFault is why not all that an item implies is as desired; nil for no reason.
func impliedFault(b *batch, d *decisions, x *decision, results []result) error {
	if gone := b.implied.goneFrom(x.item); gone != nil {
		return errors.Join(gone...)
	}
	for _, other := range carriedBy(b, d, x) {
		cause := other.failure(results)
		if _, kept := errors.AsType[*ProtectedError](cause); cause != nil && !kept {
			return &DependencyError{Key: x.key, Field: impliedField, On: other.key, Cause: cause}
		}
	}
	return nil
}

// carryAll tells all carriers, where nothing is carried out.
func (r *run) carryAll() {
	for _, x := range r.decisions.all {
		if result := &r.results[x.n]; x.item != nil && result.fault.err == nil {
			if err := impliedFault(r.batch, r.decisions, x, r.results); err != nil {
				result.fail(err)
			}
		}
	}
}

// takeAlong tells of what is implied by entities to delete, and goes with them: a plugin
// acts until what it acts on is gone.
func takeAlong(b *batch, w *world, d *decisions) {
	carriers := slices.DeleteFunc(d.doomed(), (*decision).isControlPlane)
	w.eachChild(b, w.places(carriers), func(parent *decision, k *kinds.Kind, child *wire.Entity) {
		if len(child.Marks.Carriers()) == 0 || !child.Marks.Ours(w.owner) || w.claimed(k, child.ID) != nil {
			return
		}
		x := d.about(k, child.ID)
		if x == nil {
			x = d.add(&orphan{subject: subject{keyInMarks(k, child), k, parent.account, parent.controlPlane, true}, entity: child}, ActionDeleted)
		}
		x.order.after, x.order.along = append(x.order.after, parent), parent
	})
}
