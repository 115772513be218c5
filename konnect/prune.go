package konnect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// mayPrune reports whether an entity in i's place may be pruned if it is an orphan.
func (w *world) mayPrune(b *batch, i *item, e *wire.Entity, o callOptions) bool {
	return !i.isControlPlane() && (w.isComplete(i, o) || b.implied.departs(e, w.owner)) && w.policyOf(b, i.kind, e) == crd.DeletionPolicyDelete
}

// findOrphans finds the entities with our owner's marks that no object stands for,
// children before parents.
func (d *decider) findOrphans() {
	planes := d.world.wholePlanes(d.batch, d.options)
	for _, k := range slices.Backward(d.batch.table.List()) {
		for _, p := range planes {
			x := d.world.indexes[collection{account: p.account, controlPlaneID: p.id, kind: k}]
			if x == nil || d.world.unread[p.id] != nil {
				continue
			}
			var found []*orphan
			for _, e := range x.byID {
				if d.isOrphan(e, p.item, k) && d.out.about(k, e.ID) == nil && !d.batch.implied.awaits(e) {
					found = append(found, &orphan{subject: subject{d.batch.keyOf(d.world, k, e), k, p.account, p.item, true}, entity: e})
				}
			}
			slices.SortFunc(found, func(a, b *orphan) int { return cmp.Or(a.key.Compare(b.key), compareIDs(a.entity, b.entity)) })
			for _, orphan := range found {
				d.orphan(orphan)
			}
		}
	}
}

// isOrphan reports whether an entity is our owner's and no object of the batch
// stands for it in this control plane: its object is not there, or stands for
// another entity.
func (d *decider) isOrphan(e *wire.Entity, controlPlane *item, k *kinds.Kind) bool {
	if !e.Marks.Ours(d.world.owner) || d.world.claimed(k, e.ID) != nil {
		return false
	}
	object := d.batch.byMark[e.Marks.Key]
	return object == nil || object.controlPlane == nil || d.world.found[object.controlPlane.n].id != d.world.found[controlPlane.n].id ||
		d.world.found[object.n].entity != nil
}

// orphan decides about an entity to prune.
func (d *decider) orphan(o *orphan) {
	x := d.out.add(o, ActionDeleted)
	x.order.taker = d.out.reused[claim{o.kind, o.entity.ID}]
	switch policy := d.world.policyOf(d.batch, o.kind, o.entity); policy {
	case crd.DeletionPolicyRetain:
		x.planned = ActionRetained
	case crd.DeletionPolicyProtect:
		x.spare(d.out.protectedError(x, o.kind, o.entity, policy))
	}
}

// handNames makes items wait for the orphans whose names they take, and refuses the names
// of those that are kept.
func (s *settler) handNames() {
	given := map[*decision]bool{}
	for _, x := range s.out.orphans(s.batch) {
		e := x.orphan.entity
		taker := s.out.reused[claim{x.kind, e.ID}]
		given[taker] = true
		switch {
		case taker == nil:
		case x.isDoomed():
			taker.order.after = append(taker.order.after, x)
		default:
			reason := fmt.Sprintf("it is kept by %s: %s", crd.DeletionPolicyAnnotation, crd.DeletionPolicyRetain)
			if x.fault.err != nil {
				reason = "it is not pruned: " + x.fault.err.Error()
			}
			s.out.refuse(taker, &OwnershipError{Key: taker.key, KonnectID: e.ID, Name: e.Name, Holder: e.Marks.Holder(), Hint: reason})
		}
	}
	for _, taker := range s.out.reused { // in any order: problems are sorted
		if !given[taker] {
			s.out.refuse(taker, ownershipError(s.batch, s.world, taker.item, s.world.holdersOfNames(s.batch, taker.item)[0], s.options))
		}
	}
}

// warnOfEmptying tells of control planes in which a prune deletes everything that the
// owner has, as happens where another program uses the same owner.
func (s *settler) warnOfEmptying() {
	if !s.options.prune {
		return
	}
	doomed := map[*item]int{}
	for _, x := range s.out.orphans(s.batch) {
		if x.isDoomed() {
			doomed[x.orphan.controlPlane]++
		}
	}
	for i, n := range doomed {
		owned := 0
		for c, x := range s.world.indexes {
			if c.with != "" || c.account != i.account || c.controlPlaneID != s.world.found[i.n].id {
				continue
			}
			for _, e := range x.byID {
				if e.Marks.Ours(s.world.owner) {
					owned++
				}
			}
		}
		if n == owned {
			s.out.warn(Warning{Key: i.key, Code: WarningPrunesAll, Message: fmt.Sprintf(
				"the prune deletes everything that owner %s has in this control plane (%s); if that is another program's, give each program an owner of its own",
				s.world.owner, count(n, "object"))})
		}
	}
}

// movedTo returns the item that an orphan belonged to, which is now in another control
// plane; nil when it is gone, or has another entity beside this one.
func (b *batch) movedTo(w *world, o *orphan) *item {
	object := b.byMark[o.entity.Marks.Key]
	if object != nil && object.controlPlane != nil && w.found[object.controlPlane.n].id == w.found[o.controlPlane.n].id {
		return nil
	}
	return object
}
