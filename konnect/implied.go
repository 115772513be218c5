package konnect

import (
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/implication"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Objects may imply entities beside their own, by the names in a list such as an
// annotation. For each of these there is an item like that of an object: its node leads
// to the carriers, and to the source, which is what they name.

// implications are what the objects of a batch imply.
type implications struct {
	any    bool // something is named
	byMark map[string]*item
	// items are those without an object of the caller's, and carriers the others that name
	// something.
	items    map[*item]*implied
	carriers map[*item]*carried
}

// implied is what an item is implied by.
type implied struct {
	source   crd.Key // as the carriers name it
	carriers []*item
}

// carried is what an object implies.
type carried struct {
	items []*item
	// named are the marks of all sources that the object names, and pending of those of which
	// it cannot be told what they imply, so that what they have implied stays.
	named, pending []string
	// gone are the sources that are no more, so that what they have implied goes too.
	gone []error
}

// of returns what an object implies, to be added to.
func (m *implications) of(i *item) *carried {
	if m.carriers[i] == nil {
		m.carriers[i] = &carried{}
	}
	return m.carriers[i]
}

// itemsOf are what an object implies.
func (m *implications) itemsOf(i *item) []*item {
	if carried := m.carriers[i]; carried != nil {
		return carried.items
	}
	return nil
}

// goneFrom are the sources that an object names and that are no more.
func (m *implications) goneFrom(i *item) []error {
	if carried := m.carriers[i]; carried != nil {
		return carried.gone
	}
	return nil
}

// carriersOf are the objects of the batch that imply an entity, or have implied it.
func (m *implications) carriersOf(e *wire.Entity) []*item {
	var found []*item
	for _, by := range e.Marks.Carriers() {
		if c := m.byMark[by.Key]; c != nil && c.inBatch && c.controlPlane != nil {
			found = append(found, c)
		}
	}
	return found
}

// departs reports whether an entity was implied by objects of the batch, and no longer is.
func (m *implications) departs(e *wire.Entity, owner string) bool {
	if len(e.Marks.Carriers()) == 0 || !e.Marks.Ours(owner) || m.byMark[e.Marks.Key] != nil || m.awaits(e) {
		return false
	}
	return slices.ContainsFunc(m.carriersOf(e), func(c *item) bool { return !c.deleting && !c.readOnly })
}

// awaits reports whether a carrier names what has implied an entity, and it cannot be told
// what it implies now.
func (m *implications) awaits(e *wire.Entity) bool {
	return slices.ContainsFunc(e.Marks.Carriers(), func(by marks.Carrier) bool {
		carried := m.carriers[m.byMark[by.Key]]
		return carried != nil && slices.Contains(carried.pending, by.Source)
	})
}

// policyOf is the deletion policy of an entity that is implied: that of its carriers, and of
// its marks where not all of them are in the batch.
func (m *implications) policyOf(e *wire.Entity) crd.DeletionPolicy {
	carriers := m.carriersOf(e)
	policy := crd.DeletionPolicyDelete
	for _, c := range carriers {
		policy = implication.Stricter(policy, implication.Policy(c.object))
	}
	if len(carriers) < len(e.Marks.Carriers()) {
		return implication.Stricter(policy, e.Marks.DeletionPolicy())
	}
	return policy
}

// marksOf are the marks of an entity that is implied, or of one whose object implies others.
func (m *implications) marksOf(w *world, i *item) []string {
	if by := m.items[i]; by != nil {
		var all []string
		for _, c := range by.carriers {
			all = append(all, marks.Carrier{Key: c.mark, Source: marks.KeyOf(by.source)}.Mark())
		}
		return all
	}
	if collections := m.collectionsOf(w, i); len(collections) > 0 {
		return []string{marks.Implying(collections)}
	}
	return nil
}

// begins reports whether an item is the first in its collection that a carrier implies, so
// that the carrier has to get its mark before.
func (m *implications) begins(w *world, carrier, i *item) bool {
	by := m.items[i]
	return by != nil && slices.Contains(by.carriers, carrier) &&
		!slices.Contains(w.found[carrier.n].entity.Marks.Implies(), i.kind.Collection)
}

// collectionsOf are the collections that hold what an object implies, or has implied and is
// kept.
func (m *implications) collectionsOf(w *world, i *item) []string {
	collections := slices.Clone(w.staying[i])
	for _, other := range m.itemsOf(i) {
		collections = append(collections, other.kind.Collection)
	}
	slices.Sort(collections)
	return slices.Compact(collections)
}
