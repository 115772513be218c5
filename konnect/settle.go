package konnect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// settler decides what becomes of orphans by what belongs to them. It asks nobody.
type settler struct {
	batch   *batch
	world   *world
	options callOptions
	out     *decisions
}

// settle spares orphans that are not to be deleted after all, and refuses to take over
// the name of such an entity; all others go after what belongs to them. It is not looked
// below them where something has stopped the call already.
func settle(b *batch, w *world, d *decisions, o callOptions) {
	s := &settler{batch: b, world: w, options: o, out: d}
	pruned := w.places(d.orphans(b))
	if w.below.unknown != nil {
		left := s.departures(pruned)
		s.refuseDepartures(pruned, left)
		for _, x := range pruned {
			if x.isDoomed() || len(left[x]) > 0 {
				x.spare(w.unknownBelow(b, x, o))
			}
		}
	}
	w.eachOther(pruned, func(parent *decision, o *kinds.Other, e *wire.Entity) {
		parent.spare(belongsError(parent, e, "-", goesAlong(o)))
	})
	eachForeignMember(w, pruned, func(parent *decision, e *wire.Entity) {
		parent.spare(belongsError(parent, e, "-", leavesHint))
	})
	w.eachChild(b, pruned, func(parent *decision, k *kinds.Kind, child *wire.Entity) {
		sibling, policy := d.about(k, child.ID), w.policyOf(b, k, child)
		switch {
		case sibling != nil && sibling.orphan != nil && sibling.isDoomed():
			parent.goesAfter(sibling)
		case sibling != nil && sibling.item != nil && sibling.staysBelow(parent, child):
			parent.spare(belongsError(parent, child, "-", sibling.key.String()+" stays in it by its ID; take that out first"))
		case sibling != nil && sibling.item != nil && !sibling.item.readOnly: // it moves away
			parent.order.after = append(parent.order.after, sibling)
		case policy != crd.DeletionPolicyDelete:
			parent.spare(d.protectedError(parent, k, child, policy))
		default:
			parent.spare(belongsError(parent, child, "-", "it belongs to an entity that would be deleted; delete it first"))
		}
	})
	d.guardDeletes(b, w)
	d.hurry()
	s.handNames()
	s.warnOfEmptying()
}

// staysBelow reports whether the entity of an object will refer to one that is to be deleted,
// because the object names that by its ID.
func (x *decision) staysBelow(parent *decision, e *wire.Entity) bool {
	return slices.ContainsFunc(x.kind.References, func(r kinds.Reference) bool {
		id := e.Ref(r.JSON)
		if wanted, ok := x.changes.desired.Object[r.JSON].(canon.Object); ok || x.planned == ActionUpdated {
			id, _ = wanted["id"].(string)
		}
		return r.To == parent.kind.Collection && !r.Many && id != "" && id == parent.orphan.entity.ID
	})
}

// goesAfter lets an entity go after a child that goes too, unless that goes along.
func (x *decision) goesAfter(child *decision) {
	if child.kind.Guards == "" || child.kind.Guards != x.kind.Collection {
		x.order.after = append(x.order.after, child)
	}
}

// hurry lets what goes before an orphan whose name is taken go as early.
func (d *decisions) hurry() {
	var pass func(x *decision)
	pass = func(x *decision) {
		for _, other := range x.order.after {
			if other.orphan != nil && other.order.taker == nil {
				other.order.taker = x.order.taker
				pass(other)
			}
		}
	}
	for _, x := range d.all {
		if x.orphan != nil && x.order.taker != nil {
			pass(x)
		}
	}
}

// belowWhich are the orphans about which it has to be known what belongs to them.
func (d *decisions) belowWhich(b *batch, w *world, o callOptions) []*decision {
	s := &settler{batch: b, world: w, options: o, out: d}
	left := s.departures(w.places(d.orphans(b)))
	return slices.DeleteFunc(slices.Clone(d.orphans(b)), func(x *decision) bool { return !x.isDoomed() && len(left[x]) == 0 })
}

// belongsError is about an entity that belongs to one that is to be deleted; it is
// called nameless where it has no name.
func belongsError(x *decision, e *wire.Entity, nameless, hint string) error {
	return &OwnershipError{
		Key: x.key, KonnectID: e.ID, Name: cmp.Or(e.Name, nameless), Holder: e.Marks.Holder(), Hint: hint, belongs: true,
	}
}

// spread tells from what has failed already what else will not be done, so that a plan
// says so, nothing is counted that stays, and nothing runs that waits for a failed object
// in a circle.
func (d *decisions) spread(b *batch, w *world) {
	for count := -1; ; {
		failed, planes := 0, map[*item]bool{}
		for _, x := range d.all {
			if x.fault.err == nil {
				continue
			}
			if failed++; x.item != nil && x.item.controlPlane != nil {
				planes[w.mainOf(x.item)] = true
			}
		}
		if failed == 0 || failed == count {
			return
		}
		count = failed
		for _, x := range d.all {
			switch {
			case x.fault.err != nil:
			case x.orphan != nil:
				x.spare(d.stays(b, w, x, planes[x.controlPlane], nil))
			default:
				if err := d.blocked(b, x, true, nil); err != nil {
					x.skip(err)
				}
			}
		}
	}
}

// stays returns which failure keeps an orphan from being pruned, as far as there are
// any; failed tells whether something in its control plane could not be written.
func (d *decisions) stays(b *batch, w *world, x *decision, failed bool, results []result) error {
	taker := x.order.taker
	if taker == nil && failed && !x.orphan.departs {
		return fmt.Errorf("prune %s: an object of %s failed", x.key, x.controlPlane.key)
	}
	if moved := b.movedTo(w, x.orphan); moved != nil {
		other := d.all[moved.n]
		if other.failure(results) != nil || w.found[moved.n].entity == nil && other.planned != ActionCreated {
			return fmt.Errorf("prune %s: the object is not programmed where it has moved to", x.key)
		}
	}
	if taker != nil && (taker.failure(results) != nil || d.blockedReference(b, taker, results) != nil) {
		return fmt.Errorf("prune %s: %s, which takes its name, cannot be written", x.key, taker.key)
	}
	return d.blocked(b, x, true, results)
}

// blockedReference is like blocked, but for what only has to give up a name.
func (d *decisions) blockedReference(b *batch, x *decision, results []result) error {
	referring := *x
	referring.order.after = nil
	return d.blocked(b, &referring, true, results)
}
