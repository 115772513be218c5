package konnect

import (
	"cmp"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Leftovers: entities with the marks of an object that stands for another one. Two
// runs that write at the same time leave them, and requests that arrive late.

// leftovers are those of an item that Delete handles beside its entity.
func (w *world) leftovers(i *item) []*orphan {
	if !i.inBatch || i.readOnly {
		return nil
	}
	var found []*orphan
	for _, e := range w.leftoversOf(i) {
		left := &orphan{subject: i.subject, entity: e}
		if i.isControlPlane() {
			left.controlPlane = nil
		}
		found = append(found, left)
	}
	return found
}

// keyOf is the object in an entity's marks, as far as they tell.
func (b *batch) keyOf(w *world, k *kinds.Kind, e *wire.Entity) crd.Key {
	if object := b.byMark[e.Marks.Key]; object != nil && e.Marks.Ours(w.owner) {
		return object.key
	}
	return keyInMarks(k, e)
}

// keyInMarks is the object that an entity's readable marks tell, as far as they do.
func keyInMarks(k *kinds.Kind, e *wire.Entity) crd.Key {
	return crd.Key{
		Group: k.GroupKind.Group, Kind: k.GroupKind.Kind, Namespace: e.Marks.Namespace, Name: cmp.Or(e.Marks.Name, e.Name),
	}
}
