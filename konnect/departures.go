package konnect

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// What others have put on an entity to prune, such as a plugin or a target in an
// upstream, serves the objects that use the entity. When those leave it in the same
// call, that is lost, though the entity itself is spared.

// departures are the items that leave an orphan.
func (s *settler) departures(pruned map[place]*decision) map[*decision][]*decision {
	left := map[*decision][]*decision{}
	s.world.eachChild(s.batch, pruned, func(from *decision, k *kinds.Kind, child *wire.Entity) {
		if x := s.out.about(k, child.ID); x != nil && x.follows() {
			left[from] = append(left[from], x)
		}
	})
	for _, from := range pruned {
		left[from] = append(left[from], s.callersLeaving(from)...)
	}
	return left
}

// callersLeaving are the items whose entities lead to an orphan by its name, and will
// lead elsewhere.
func (s *settler) callersLeaving(from *decision) []*decision {
	caller, name := from.kind.Caller, from.orphan.entity.Name
	if caller.Collection == "" || name == "" {
		return nil
	}
	var leaving []*decision
	for _, i := range s.batch.items {
		x := s.out.all[i.n]
		if i.kind.Collection != caller.Collection || i.controlPlane == nil || i.readOnly ||
			s.world.found[i.controlPlane.n].id != s.world.found[from.controlPlane.n].id {
			continue
		}
		if slices.ContainsFunc(x.changes.fields, func(f Field) bool { return f.Path == caller.Field && f.From == name }) {
			leaving = append(leaving, x)
		}
	}
	return leaving
}

// refuseDepartures refuses to let items leave orphans on which others have put something,
// or of which that is not known.
func (s *settler) refuseDepartures(pruned map[place]*decision, left map[*decision][]*decision) {
	for _, from := range pruned {
		leaving := slices.Concat(left[from], s.replacements(from, pruned))
		if len(leaving) == 0 {
			continue
		}
		e := from.orphan.entity
		if unknown := s.world.unknownBelow(s.batch, from, s.options); unknown != nil {
			s.out.refuse(leaving[0], printable.Error(fmt.Errorf("update %s: it would leave entity %s (%s): %w",
				leaving[0].key, e.ID, orDash(e.Name), unknown)))
		}
		lost := s.othersOn(from)
		if lost == nil {
			continue
		}
		for _, x := range leaving {
			s.out.refuse(x, &OwnershipError{
				Key: x.key, KonnectID: lost.ID, Name: orDash(lost.Name), Holder: lost.Marks.Holder(),
				left: fmt.Sprintf("%s (%s)", e.ID, orDash(e.Name)),
				Hint: fmt.Sprintf("move or delete it first, or keep %s of %s, so that the entity stays", from.kind.Identity.Field, from.key),
			})
		}
	}
}

// othersOn returns what others have put on an orphan, if anything: what would be deleted
// with it. What only refers to it goes on doing so.
func (s *settler) othersOn(from *decision) *wire.Entity {
	var found *wire.Entity
	parents := s.world.places([]*decision{from})
	s.world.eachOther(parents, func(_ *decision, _ *kinds.Other, e *wire.Entity) {
		if found == nil {
			found = e
		}
	})
	s.world.eachChild(s.batch, parents, func(_ *decision, k *kinds.Kind, child *wire.Entity) {
		if found == nil && k.GoesWith(from.kind) && s.world.claimed(k, child.ID) == nil && !child.Marks.Ours(s.world.owner) {
			found = child
		}
	})
	return found
}

// replacements are the items to create that stand for the same as what is pruned
// below an entity: where both it and its children were renamed.
func (s *settler) replacements(from *decision, pruned map[place]*decision) []*decision {
	var found []*decision
	s.world.eachChild(s.batch, s.world.places([]*decision{from}), func(_ *decision, k *kinds.Kind, child *wire.Entity) {
		if old := pruned[place{k.Collection, child.ID}]; old == nil || !old.isDoomed() {
			return
		}
		for _, i := range s.batch.items {
			x := s.out.all[i.n]
			if i.kind == k && x.planned == ActionCreated && x.fault.err == nil && (i.mark == child.Marks.Key || s.isSame(i, from, child)) {
				found = append(found, x)
			}
		}
	})
	return found
}

// isSame reports whether an item to create wants what an entity is, but for its name, its
// tags and what it belongs to.
func (s *settler) isSame(i *item, from *decision, child *wire.Entity) bool {
	if s.world.found[i.controlPlane.n].id != s.world.found[from.controlPlane.n].id {
		return false
	}
	observed, err := i.kind.Project(child)
	if err != nil {
		return false
	}
	desired, err := i.kind.Desire(i.object, s.options.inputs(s.batch, s.world, i, kinds.Inputs{Observed: observed}, nil))
	if err != nil {
		return false
	}
	fields := slices.DeleteFunc(slices.Clone(i.kind.Fields), func(f canon.Field) bool {
		parent, _ := observed[f.Name].(map[string]any)
		return f.Name == "tags" || f.Name == i.kind.Identity.Parks || parent["id"] == from.orphan.entity.ID
	})
	return len(canon.Diff(desired.Object, observed, fields)) == 0
}
