package konnect

import (
	"errors"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// decisions are what a call is to do.
type decisions struct {
	// all has those of the items, each at its place in the batch, then those of orphans.
	all    []*decision
	claims map[claim]*item // those of the world
	// ofOrphan are those about entities that no object stands for.
	ofOrphan map[claim]*decision
	// reused are those that take the name of an orphan, by its entity.
	reused   map[claim]*decision
	faults   *faults // of the call; those of items stand with their decisions
	warnings []Warning
}

// decision is what is to be done for an item, or with an orphan.
type decision struct {
	*subject
	n int // its place among all
	// Exactly one of them is set.
	item   *item
	orphan *orphan

	// departing are about what the item no longer implies.
	departing []*decision

	planned Action // created, updated, adopted, deleted, retained, observed, skipped or unchanged
	changes changes
	order   order
	// basis is what the decision rests on, for the digest of a plan.
	basis string
	fault fault
}

// changes are what makes an entity as desired.
type changes struct {
	desired kinds.Desired
	fields  []Field
	// owned is true once it is settled that the object stands for the entity.
	owned bool
	// holder is who looks after an entity that is adopted.
	holder string
}

// order says when a decision is carried out.
type order struct {
	// after are those that give up a name before this item takes it; for an orphan,
	// those that belong to it and leave it first.
	after []*decision
	// parked is true for an entity that gives its name up before all others.
	parked bool
	// fixed are the fields of a natural key that another item takes and that the entity
	// cannot give up for a while; nil for none.
	fixed []string
	// awaits is true for an item that takes such a key, so that it cannot be written before.
	awaits bool
	// trails is true for an item that is written after those that refer to its
	// entity, because some of them must leave the one whose name it takes.
	trails bool
	// lingers are those that depart, and that an item with their mark is written before,
	// because they wait for it: it gives the mark up in another write.
	lingers []*decision
	// taker is what takes the name of an orphan, or of one that goes after it.
	taker *decision
	// own are those that act on this item alone: it is not written where one has failed,
	// and taken away again where one fails.
	own []*decision
	// along is what an entity to delete goes along with.
	along *decision
}

func newDecisions(b *batch, w *world) *decisions {
	d := &decisions{claims: w.claims, ofOrphan: map[claim]*decision{}, reused: map[claim]*decision{}, faults: w.faults.clone()}
	own := make([]decision, len(b.items))
	d.all = make([]*decision, 0, len(b.items))
	for _, i := range b.items {
		x := &own[i.n]
		*x = decision{subject: &i.subject, n: i.n, item: i, fault: fault{err: w.faults.failed[i.n]}}
		d.all = append(d.all, x)
	}
	return d
}

// about returns the decision about an entity; nil for none.
func (d *decisions) about(k *kinds.Kind, id string) *decision {
	if x := d.ofOrphan[claim{k, id}]; x != nil {
		return x
	}
	if i := d.claims[claim{k, id}]; i != nil {
		return d.all[i.n]
	}
	return nil
}

// orphans are the decisions about entities that no object stands for.
func (d *decisions) orphans(b *batch) []*decision { return d.all[len(b.items):] }

func (d *decisions) add(o *orphan, planned Action) *decision {
	x := &decision{subject: &o.subject, n: len(d.all), orphan: o, planned: planned}
	d.all = append(d.all, x)
	d.ofOrphan[claim{o.kind, o.entity.ID}] = x
	return x
}

// refuse records what stops the call or, in a partial one, what is decided alone.
func (d *decisions) refuse(x *decision, err error) {
	if p := (Problem{Key: x.key, Err: err}); d.faults.partial {
		x.fail(p.named())
	} else {
		d.faults.problems = append(d.faults.problems, p)
	}
}

// warn notes a warning.
func (d *decisions) warn(w Warning) { d.warnings = append(d.warnings, w) }

// doomed are the entities to delete.
func (d *decisions) doomed() []*decision {
	return slices.DeleteFunc(slices.Clone(d.all), func(x *decision) bool { return !x.isDoomed() })
}

// entity is the one that was found; nil for none.
func (x *decision) entity(w *world) *wire.Entity {
	if x.item != nil {
		return w.found[x.item.n].entity
	}
	return x.orphan.entity
}

// isDoomed reports whether an entity is to be deleted as far as is known.
func (x *decision) isDoomed() bool { return x.fault.err == nil && x.planned == ActionDeleted }

// leads reports whether a write would make the entity follow its object.
func (x *decision) follows() bool { return x.item != nil && x.fault.err == nil && !x.item.readOnly }

func (x *decision) fail(err error) { x.fault = fault{err: errors.Join(x.fault.err, err)} }

func (x *decision) skip(err error) { x.fault = fault{err: err, skipped: true} }

// spare keeps an entity from being pruned, if there is a reason.
func (x *decision) spare(reason error) {
	if reason != nil && x.isDoomed() {
		x.skip(reason)
	}
}

// failure is what is wrong with what is decided, by the results where there are any.
func (x *decision) failure(results []result) error {
	if results != nil {
		return results[x.n].fault.err
	}
	return x.fault.err
}

// blocked returns why something cannot be done because of what it needs, or of what had
// to go or give up a name before, by the results where there are any already. Members
// join a group later: they do not count where it is written.
func (d *decisions) blocked(b *batch, x *decision, members bool, results []result) error {
	field := dependentsField
	if x.item != nil && x.planned != ActionDeleted {
		field = x.kind.Identity.Field
	}
	for _, other := range x.order.after {
		if cause := other.failure(results); cause != nil {
			return &DependencyError{Key: x.key, Field: field, On: other.key, Cause: cause}
		}
	}
	for _, other := range x.order.own {
		if cause := other.failure(results); cause != nil {
			return &DependencyError{Key: x.key, Field: dependentsField, On: other.key, Cause: cause}
		}
	}
	if x.item == nil {
		return nil
	}
	for _, edge := range x.item.node.Edges {
		needed := b.leadsTo(edge)
		if needed == nil || needed == x.item || !members && x.item.isMembership(edge) { // it may be being written
			continue
		}
		if cause := d.all[needed.n].failure(results); cause != nil {
			return &DependencyError{Key: x.key, Field: edge.Field, On: needed.key, Cause: cause, lookedUp: !needed.inBatch}
		}
	}
	return nil
}

// protectedError says that an entity stays because of its policy, and keeps what x is about.
func (d *decisions) protectedError(x *decision, k *kinds.Kind, e *wire.Entity, policy crd.DeletionPolicy) error {
	of := keyInMarks(k, e)
	if other := d.about(k, e.ID); other != nil {
		of = other.key
	}
	return &ProtectedError{Key: x.key, KonnectID: e.ID, Name: orDash(e.Name), Of: of, Policy: policy}
}
