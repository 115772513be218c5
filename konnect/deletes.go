package konnect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// decideDeletes returns what removes the entities of a batch, and the leftovers beside
// them.
func decideDeletes(b *batch, w *world, o callOptions) *decisions {
	d := newDecisions(b, w)
	for _, i := range b.items {
		if err := d.decideDelete(b, w, i, o); err != nil {
			d.refuse(d.all[i.n], err)
		}
	}
	left := w.strays
	for _, i := range b.items {
		if !i.isControlPlane() && i.controlPlane != nil { // those of control planes are known
			left = append(slices.Clip(left), w.leftovers(i)...)
		}
	}
	for _, l := range left {
		d.decideLeftover(b, l)
	}
	return d
}

func (d *decisions) decideDelete(b *batch, w *world, i *item, o callOptions) error {
	x, e := d.all[i.n], w.found[i.n].entity
	x.planned = ActionUnchanged
	blocked := d.blocked(b, x, true, nil)
	switch {
	case x.fault.err != nil || !i.inBatch:
		return nil //nolint:nilerr // it is what is wrong with the item, not with the call
	case blocked != nil:
		x.skip(blocked)
		return nil
	case i.controlPlane == nil:
		x.fail(fmt.Errorf("delete %s: its control plane is not known", i.key))
		return nil
	}
	switch {
	case i.observes && e != nil:
		x.planned = ActionRetained
	case i.readOnly:
	case e == nil && i.isControlPlane():
		if others := w.holdersOfNames(b, i); len(others) > 0 {
			return ownershipError(b, w, i, others[0], o)
		}
	case e == nil:
	case e.Marks.Ours(w.owner) && e.Marks.Key == i.mark, e.Marks.Unmarked() && kinds.Adopt(i.object) == nil && w.hasComputedID(i):
		x.changes.owned = true
		switch policy := cmp.Or(kinds.Deletion(i.object), e.Marks.DeletionPolicy()); policy {
		case crd.DeletionPolicyProtect:
			return d.protectedError(x, i.kind, e, policy)
		case crd.DeletionPolicyRetain:
			x.planned = ActionRetained
		default:
			x.planned = ActionDeleted
		}
	case i.kind.Identity.Shared: // it served, and belongs to somebody else
	default:
		return ownershipError(b, w, i, e, o)
	}
	return nil
}

// decideLeftover deletes a leftover if the object's own entity is ours as well,
// unless its policy says otherwise. What is in a control plane that is deleted goes
// along with that.
func (d *decisions) decideLeftover(b *batch, l *orphan) {
	x, own := d.add(l, ActionUnchanged), b.of(l.key)
	policy := cmp.Or(kinds.Deletion(own.object), l.entity.Marks.DeletionPolicy())
	goes := l.controlPlane != nil && d.all[l.controlPlane.n].planned == ActionDeleted && policy == crd.DeletionPolicyDelete
	switch {
	case !d.all[own.n].changes.owned, goes:
	case policy == crd.DeletionPolicyProtect:
		d.refuse(x, d.protectedError(x, l.kind, l.entity, policy))
	case policy == crd.DeletionPolicyRetain:
		x.planned = ActionRetained
	default:
		x.planned = ActionDeleted
	}
}

// settleDeletes refuses to delete entities with which Konnect would delete what others
// have put there, or which it would not delete because of that.
func settleDeletes(b *batch, w *world, d *decisions, o callOptions) {
	doomed := slices.DeleteFunc(d.doomed(), (*decision).isControlPlane)
	parents := w.places(doomed)
	for _, x := range doomed {
		if err := w.unknownBelow(b, x, o); err != nil {
			d.refuse(x, err)
		}
	}
	w.eachChild(b, parents, func(parent *decision, k *kinds.Kind, child *wire.Entity) {
		if err := d.staysAgainst(b, w, parent, k, child, o); err != nil {
			d.refuse(parent, err)
		} else if x := d.about(k, child.ID); x != nil && x.isDoomed() {
			parent.goesAfter(x)
		}
	})
	d.guardDeletes(b, w)
	blamed := map[*decision]bool{}
	w.eachOther(parents, func(parent *decision, o *kinds.Other, e *wire.Entity) {
		if !blamed[parent] {
			blamed[parent] = true
			d.refuse(parent, belongsError(parent, e, "-", goesAlong(o)+", or use WithCascade"))
		}
	})
	eachForeignMember(w, parents, func(parent *decision, e *wire.Entity) {
		if !blamed[parent] {
			blamed[parent] = true
			d.refuse(parent, belongsError(parent, e, "-", leavesHint+", or use WithCascade"))
		}
	})
}

// staysAgainst returns why a child, which belongs to an entity that is to be
// deleted, keeps it; nil when it goes before or with it.
func (d *decisions) staysAgainst(b *batch, w *world, parent *decision, k *kinds.Kind, child *wire.Entity, o callOptions) error {
	if x := d.about(k, child.ID); x != nil && x.planned == ActionDeleted {
		return nil
	}
	if policy := w.policyOf(b, k, child); policy != crd.DeletionPolicyDelete {
		return d.protectedError(parent, k, child, policy)
	}
	restricts := func(r kinds.Reference) bool { return r.To == parent.kind.Collection && r.OnDelete == kinds.Restrict }
	if slices.ContainsFunc(k.References, restricts) {
		return belongsError(parent, child, "-", "konnect deletes nothing that is referred to; delete it first")
	}
	if hint := w.keepHint(k, child, o); hint != "" {
		return belongsError(parent, child, "-", hint)
	}
	return nil
}

const cascadeHint = "it would be deleted with what it belongs to; delete it first, or use WithCascade"

// keepHint says why an entity may not be deleted with what it belongs to; empty for
// one of ours that no object stands for, and for all that the caller has go along
// but what an object only observes.
func (w *world) keepHint(k *kinds.Kind, e *wire.Entity, o callOptions) string {
	holder := w.claimed(k, e.ID)
	switch {
	case holder != nil && holder.observes:
		return "an object of the batch observes it; delete it first, or leave that object out"
	case o.cascade, holder == nil && e.Marks.Ours(w.owner):
		return ""
	default:
		return cascadeHint
	}
}

// countDeletes counts the entities that go: those of the objects, orphans, and what goes
// along that is of our kinds.
func (d *decisions) countDeletes(b *batch, w *world, along bool) int {
	doomed, gone := d.doomed(), map[place]bool{}
	for _, x := range doomed {
		id := x.entity(w).ID
		gone[place{x.kind.Collection, id}] = true
		if !along || !x.isControlPlane() {
			continue
		}
		for c, inside := range w.indexes {
			if c.account != x.account || c.controlPlaneID != id {
				continue
			}
			for child := range inside.byID {
				gone[place{c.kind.Collection, child}] = true
			}
		}
	}
	if along {
		w.eachChild(b, w.places(doomed), func(_ *decision, k *kinds.Kind, child *wire.Entity) { gone[place{k.Collection, child.ID}] = true })
	}
	return len(gone)
}

// checkDeletes refuses more deletes than the call allows.
func (o callOptions) checkDeletes(n int) error {
	if o.maxDeletes != nil && n > *o.maxDeletes {
		return &TooManyDeletesError{Deletes: n, Max: *o.maxDeletes}
	}
	return nil
}

var errRefused = errors.New("nothing was written because of problems with other objects")
