package konnect

import (
	"maps"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// world is what Konnect holds, as far as a batch needs to know. It is not changed after
// observe, but for what lookBelow adds.
type world struct {
	owner string
	found []found // by item
	// indexes hold what is known of each collection.
	indexes map[collection]*index
	// claims are the items that entities belong to.
	claims map[claim]*item
	// strays are leftovers among control planes, which Delete takes too.
	strays []*orphan
	// unread tells why not everything in a control plane is known, by its ID.
	unread map[string]error
	below  below
	// departing are entities that objects have implied and no longer do. staying are the
	// collections of those that are kept all the same, by carrier.
	departing []*orphan
	staying   map[*item][]string
	// schemas describe configurations; nil where one could not be read.
	schemas map[described]*pluginconfig.Schema
	faults  *faults
}

// found is what Konnect holds for an item.
type found struct {
	entity *wire.Entity // nil for none
	// id is that of the entity, or the one that it will have; empty while its control
	// plane does not exist.
	id string
	// clusterType is that of a control plane.
	clusterType string
	// groupMembers are those of a group that exists, sorted.
	groupMembers []string
}

// collection is one list in Konnect.
type collection struct {
	account        *account
	controlPlaneID string
	kind           *kinds.Kind
	// other is set in place of kind where there is none.
	other *kinds.Other
	// with is the ID of the entity that those listed have in their sets; empty for all.
	with string
}

// claim is an entity that belongs to an item. Control planes may be reached by several
// accounts.
type claim struct {
	kind *kinds.Kind
	id   string
}

// orphan is an entity that no object stands for, or one beside that of its object.
type orphan struct {
	subject // with the key of the object in its marks, as far as they tell
	entity  *wire.Entity
	// departs is true for one that an object has implied and no longer does.
	departs bool
}

func (w *world) claimed(k *kinds.Kind, id string) *item { return w.claims[claim{k, id}] }

// mainOf returns the item that stands for the control plane which i is or lies in: one
// of them where it is mirrored as well.
func (w *world) mainOf(i *item) *item {
	if main := w.claimed(i.controlPlane.kind, w.found[i.controlPlane.n].id); main != nil {
		return main
	}
	return i.controlPlane
}

// siblings is the collection in which i's natural keys are unique.
func (w *world) siblings(i *item) collection {
	if i.isControlPlane() {
		return collection{account: i.account, kind: i.kind}
	}
	return collection{account: i.account, controlPlaneID: w.found[i.controlPlane.n].id, kind: i.kind}
}

// idOf is the ID of i, which is what a reference to key leads to, by the results where
// there are any already.
func (w *world) idOf(i *item, key crd.Key, results []result) string {
	switch {
	case i == nil:
	case len(results) > 0 && results[i.n].id != "":
		return results[i.n].id
	case w.found[i.n].id != "":
		return w.found[i.n].id
	}
	return "(known after apply: " + key.String() + ")"
}

// keys are the natural keys that i wants for its entity.
func (w *world) keys(b *batch, i *item) []string {
	return i.kind.Keys(i.object, func(field string) (string, crd.Object) {
		for _, edge := range i.node.Edges {
			if edge.Field == field && edge.Node != nil {
				return w.idOf(b.leadsTo(edge), edge.To, nil), edge.Node.Object
			}
		}
		return "", nil
	})
}

// sameKeys reports whether an entity has the natural keys that are wanted.
func sameKeys(e *wire.Entity, keys []string) bool { return slices.Equal(e.Keys, keys) }

// at returns where i's entity lives, by the IDs in results where there are any already;
// those of parents must be known.
func (w *world) at(b *batch, i *item, results []result) kinds.At {
	if i.isControlPlane() {
		return kinds.At{}
	}
	id := func(i *item) string {
		if results != nil {
			return results[i.n].id
		}
		return w.found[i.n].id
	}
	at := kinds.At{ControlPlane: id(i.controlPlane)}
	nests := i.kind.Parent
	if nests == nil {
		return at
	}
	if parent := b.parentOf(i); parent != nil {
		at.Parent = id(parent)
	} else if e := w.found[i.n].entity; e != nil {
		at.Parent = e.Ref(nests.JSON)
	}
	return at
}

// isFree reports whether no other object stands for the entity; a mirror lets the
// object of a control plane have it.
func (w *world) isFree(i *item, e *wire.Entity) bool {
	holder := w.claimed(i.kind, e.ID)
	return holder == nil || holder == i || holder.mirrors
}

// isLeft reports whether the object in an entity's marks stands for another entity
// of the collection, so that this one is nobody's.
func (w *world) isLeft(b *batch, c collection, e *wire.Entity) bool {
	object := b.byMark[e.Marks.Key]
	if !e.Marks.Ours(w.owner) || object == nil || object.controlPlane == nil {
		return false
	}
	if own := w.found[object.n].entity; own == nil || own.ID == e.ID {
		return false
	}
	if object.isControlPlane() {
		return object.account == c.account
	}
	return w.found[object.controlPlane.n].id == c.controlPlaneID
}

// isComplete reports whether the batch is declared to hold all that is ours where i
// belongs. A control plane is looked for in its whole organisation.
func (w *world) isComplete(i *item, o callOptions) bool {
	if !o.prune || !i.inBatch {
		return false
	}
	if i.isControlPlane() {
		return true
	}
	plane := w.mainOf(i)
	return plane.inBatch && w.unread[w.found[plane.n].id] == nil
}

// isRenamed reports whether an entity that i has found is its own under another
// metadata name: i has no entity with its own marks, and the object in the marks is
// gone, or stands for another entity. Unless the batch is complete, an object that
// is not in it may be in another batch, which wants its entity back.
func (w *world) isRenamed(b *batch, i *item, e *wire.Entity, o callOptions) bool {
	siblings := w.siblings(i)
	if !e.Marks.Ours(w.owner) || len(w.indexes[siblings].byMark[i.mark]) > 0 {
		return false
	}
	if b.implied.departs(e, w.owner) || b.byMark[e.Marks.Key] == nil && w.isComplete(i, o) {
		return i.kind.FitsBelow(w.at(b, i, nil).Parent, e)
	}
	return w.isLeft(b, siblings, e)
}

// isAnothers reports whether our owner's marks, or what was found already, give an
// entity to another object.
func (w *world) isAnothers(b *batch, i *item, e *wire.Entity, o callOptions) bool {
	own := e.Marks
	return !w.isFree(i, e) || own.Ours(w.owner) && own.Key != "" && own.Key != i.mark && !w.isRenamed(b, i, e, o)
}

// newID is the ID with which an object's entity is created. An entity that has gone over
// to another object keeps its ID: what has that object's old name is created under the
// next one.
func (w *world) newID(b *batch, i *item, o callOptions) string {
	if id := i.kind.SpecID(i.object); id != "" {
		return id
	}
	return w.computedID(b, i, o)
}

func (w *world) computedID(b *batch, i *item, o callOptions) string {
	id, x := marks.EntityID(w.found[i.controlPlane.n].id, w.owner, i.key), w.indexes[w.siblings(i)]
	for x != nil && x.byID[id] != nil && w.isAnothers(b, i, x.byID[id], o) {
		id = marks.NextID(id)
	}
	return id
}

// holdersOfNames are the entities that have a natural key which i wants and are not its own.
func (w *world) holdersOfNames(b *batch, i *item) []*wire.Entity {
	x := w.indexes[w.siblings(i)]
	if x == nil || len(x.byID) == 0 {
		return nil
	}
	return x.others(w.keys(b, i), w.found[i.n].entity)
}

// leftoversOf returns the leftovers with i's marks, as far as they are known, in
// order of their IDs.
func (w *world) leftoversOf(i *item) []*wire.Entity {
	own := w.found[i.n].entity
	if own == nil || i.mirrors {
		return nil
	}
	x := w.indexes[w.siblings(i)]
	if x == nil || len(x.byMark[i.mark]) < 2 && slices.Contains(x.byMark[i.mark], own) {
		return nil
	}
	left := slices.Clone(x.byMark[i.mark])
	left = slices.DeleteFunc(left, func(e *wire.Entity) bool { return w.claimed(i.kind, e.ID) != nil || e.ID == own.ID })
	slices.SortFunc(left, compareIDs)
	return left
}

// policyOf is the deletion policy of an observed entity: what its object says or,
// failing that, its marks.
func (w *world) policyOf(b *batch, k *kinds.Kind, e *wire.Entity) crd.DeletionPolicy {
	object := w.claimed(k, e.ID)
	if object == nil && e.Marks.Ours(w.owner) {
		object = b.byMark[e.Marks.Key]
	}
	if object != nil {
		if policy := kinds.Deletion(object.object); policy != "" {
			return policy
		}
	}
	if len(e.Marks.Carriers()) > 0 {
		return b.implied.policyOf(e)
	}
	return e.Marks.DeletionPolicy()
}

// place is an entity as references name it: by its collection and ID, of which entities
// of two kinds may have the same.
type place struct{ collection, id string }

// places finds decisions about entities to which others may refer.
func (w *world) places(all []*decision) map[place]*decision {
	found := make(map[place]*decision, len(all))
	for _, x := range all {
		found[place{x.kind.Collection, x.entity(w).ID}] = x
	}
	return found
}

// eachChild visits the entities that are known to belong to one of parents, children
// before their own parents, in order of their IDs.
func (w *world) eachChild(b *batch, parents map[place]*decision, visit func(parent *decision, k *kinds.Kind, child *wire.Entity)) {
	for _, k := range slices.Backward(b.table.List()) {
		for c, x := range w.indexes {
			if c.kind != k || len(k.References) == 0 {
				continue
			}
			for _, id := range slices.Sorted(maps.Keys(x.byID)) {
				for _, parent := range parentsIn(parents, k, x.byID[id]) {
					visit(parent, k, x.byID[id])
				}
			}
		}
	}
}

// parentsIn are those of parents to which an entity of a kind refers.
func parentsIn(parents map[place]*decision, k *kinds.Kind, child *wire.Entity) []*decision {
	var found []*decision
	for _, r := range k.References {
		for _, to := range child.Refs(r.JSON) {
			if parent := parents[place{r.To, to}]; parent != nil {
				found = append(found, parent)
			}
		}
	}
	return found
}
