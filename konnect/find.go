package konnect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// finder tells which entities belong to which items. It asks nobody.
type finder struct {
	batch   *batch
	world   *world
	options callOptions
}

// round is one way in which an entity is found. Each is gone through for all items before
// the next, so that none takes what another has the better claim to.
type round func(*item, *index) *wire.Entity

// controlPlanes finds all control planes, by name only once it is known which of them
// other objects stand for.
func (f *finder) controlPlanes() {
	var sought []*item
	for _, i := range f.batch.items {
		if !i.isControlPlane() || i.account == nil || f.world.faults.failed[i.n] != nil {
			continue
		}
		if x := f.world.indexes[f.world.siblings(i)]; i.mirrors {
			f.take(i, x.byID[i.kind.Mirror(i.object)])
		} else if len(x.byID) > 0 {
			sought = append(sought, i)
		}
	}
	if len(sought) > 0 {
		f.find(sought, f.ownOf, f.looksAt, f.renamed, f.inherited, f.operators, f.adoptable)
	}
	if f.options.verb != ensuring {
		for _, i := range f.batch.items {
			if i.isControlPlane() {
				f.world.strays = append(f.world.strays, f.world.leftovers(i)...)
			}
		}
		for _, s := range f.world.strays { // they lie with the object's own
			f.world.claims[claim{s.kind, s.entity.ID}] = f.batch.of(s.key)
		}
	}
}

// entities finds the entities of all objects but control planes, in the first or the
// second round of observation. What is not found will have the computed ID, or the
// spec's.
func (f *finder) entities(nested bool) {
	var sought []*item
	for _, i := range f.batch.items {
		if i.isControlPlane() || i.controlPlane == nil || f.world.found[i.controlPlane.n].entity == nil || f.world.faults.failed[i.n] != nil {
			continue
		}
		if nested == (i.kind.Parent != nil) && f.indexOf(i) != nil {
			sought = append(sought, i)
		}
	}
	if len(sought) > 0 {
		f.find(sought, f.addressed, f.ownOf, f.looksAt, f.renamed, f.inherited, f.computed, f.operators, f.adoptable)
	}
	for _, i := range sought {
		if found := &f.world.found[i.n]; found.entity == nil && !i.kind.Writes.ServerID {
			found.id = f.world.newID(f.batch, i, f.options)
		}
	}
}

func (f *finder) find(sought []*item, rounds ...round) {
	for _, round := range rounds {
		for _, i := range sought {
			if x := f.indexOf(i); len(x.byID) > 0 && f.world.found[i.n].entity == nil && f.world.faults.failed[i.n] == nil {
				f.take(i, round(i, x))
			}
		}
	}
}

func (f *finder) indexOf(i *item) *index { return f.world.indexes[f.world.siblings(i)] }

func (f *finder) keys(i *item) []string { return f.world.keys(f.batch, i) }

// take settles that an entity belongs to an item.
func (f *finder) take(i *item, e *wire.Entity) {
	if e == nil {
		return
	}
	holder := f.world.claimed(i.kind, e.ID)
	if holder != nil && holder != i && !i.isControlPlane() {
		f.world.faults.problem(i, i.key, fmt.Errorf("find %s: entity %s belongs to %s already", i.key, e.ID, holder.key))
		return
	}
	if holder == nil || holder.mirrors {
		f.world.claims[claim{i.kind, e.ID}] = i
	}
	found := &f.world.found[i.n]
	found.entity, found.id = e, e.ID
	if i.isControlPlane() {
		found.clusterType = clusterTypeOf(i.kind, e)
	}
}

func clusterTypeOf(k *kinds.Kind, e *wire.Entity) string {
	observed, err := k.Project(e)
	if err != nil {
		return ""
	}
	clusterType, _ := observed["cluster_type"].(string)
	return clusterType
}

// addressed returns the entity that the spec names by its ID.
func (f *finder) addressed(i *item, x *index) *wire.Entity {
	return cmp.Or(x.byID[i.kind.SpecID(i.object)], x.byID[kinds.Adopt(i.object).KonnectID()])
}

// ownOf returns the entity that the status or the marks lead to. Where both lead
// somewhere, the status outweighs the marks, unless the other entity has the name
// that i wants and will not give it up.
func (f *finder) ownOf(i *item, x *index) *wire.Entity {
	known, marked := f.inStatus(i, x), f.marked(i, x)
	if known != nil && known.Marks.Ours(f.world.owner) && known.Marks.Key != i.mark {
		known = nil // it is another object's
	}
	if known == nil || marked == nil || known == marked {
		return cmp.Or(known, marked)
	}
	keys := f.keys(i)
	if sameKeys(marked, keys) && !sameKeys(known, keys) && f.world.isFree(i, marked) && !f.world.mayPrune(f.batch, i, marked, f.options) {
		return marked
	}
	return known
}

// inherited returns the entity in the status that has our marks for another object,
// where that does not want it and nobody has a better claim.
func (f *finder) inherited(i *item, x *index) *wire.Entity {
	e := f.inStatus(i, x)
	if e == nil || !f.world.isFree(i, e) {
		return nil
	}
	other := f.batch.byMark[e.Marks.Key]
	if other != nil && other != i && other.controlPlane != nil && f.world.mainOf(other) == f.world.mainOf(i) {
		return nil
	}
	return e
}

// inStatus returns the entity that the status names, in the same control plane.
func (f *finder) inStatus(i *item, x *index) *wire.Entity {
	status := i.object.GetKonnectStatus()
	if !i.isControlPlane() && status.ControlPlaneID != f.world.found[i.controlPlane.n].id {
		return nil
	}
	return x.byID[status.ID]
}

// marked returns the entity with i's marks. Of several it is the one with the name
// that i wants, else the one with the computed ID, else the first by ID; the others
// are leftovers.
func (f *finder) marked(i *item, x *index) *wire.Entity {
	candidates := x.byMark[i.mark]
	if len(candidates) == 0 {
		return nil
	}
	keys := f.keys(i)
	rank := func(e *wire.Entity) int {
		switch {
		case !f.world.isFree(i, e):
			return 3
		case sameKeys(e, keys):
			return 0
		case !i.isControlPlane() && e.ID == marks.EntityID(f.world.found[i.controlPlane.n].id, f.world.owner, i.key):
			return 1
		default:
			return 2
		}
	}
	return slices.MinFunc(candidates, func(a, b *wire.Entity) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), compareIDs(a, b))
	})
}

// looksAt returns the entity with the natural key, whoever holds it, for an object
// that only observes it and does not name it by ID, or that any holder's serves. Release
// touches none but its own, and has to find a control plane that is free already.
func (f *finder) looksAt(i *item, x *index) *wire.Entity {
	anybodys := i.kind.Identity.Shared && f.options.verb == ensuring || f.options.verb == releasing
	if !i.observes && !anybodys || i.kind.SpecID(i.object) != "" || kinds.Adopt(i.object) != nil {
		return nil
	}
	return x.named(f.keys(i))
}

// namesake returns the entity with a natural key that i wants, if nobody stands for it.
func (f *finder) namesake(i *item, x *index) *wire.Entity {
	if f.options.verb != ensuring {
		return nil
	}
	if e := x.named(f.keys(i)); e != nil && f.world.claimed(i.kind, e.ID) == nil {
		return e
	}
	return nil
}

// renamed returns the entity of an object that was renamed. Children are observed
// below it then.
func (f *finder) renamed(i *item, x *index) *wire.Entity {
	id := i.kind.SpecID(i.object)
	if e := f.namesake(i, x); e != nil && f.world.isRenamed(f.batch, i, e, f.options) && (id == "" || id == e.ID) {
		return e
	}
	return nil
}

// adoptable returns the entity that the policy lets be adopted.
func (f *finder) adoptable(i *item, x *index) *wire.Entity {
	if kinds.Adopt(i.object) != nil || !i.inBatch {
		return nil
	}
	if e := f.namesake(i, x); e != nil && f.options.adoptionOf(i).allows(e.Marks) {
		return e
	}
	return nil
}

func (f *finder) computed(i *item, x *index) *wire.Entity {
	return x.byID[f.world.computedID(f.batch, i, f.options)]
}
