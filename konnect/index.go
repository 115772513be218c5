package konnect

import (
	"cmp"
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// index holds the entities of one collection that are known.
type index struct {
	byID map[string]*wire.Entity
	// byMark holds our owner's, by managed key: several for one object where two runs
	// have written at once.
	byMark map[string][]*wire.Entity
	byKey  map[naturalKey]*wire.Entity
	// byOperator holds those of the Kong operator, by the object in their marks.
	byOperator map[operatorKey][]*wire.Entity
	// complete is true once the whole collection was read.
	complete bool
}

// naturalKey is one of several that a kind may have.
type naturalKey struct {
	n     int
	value string
}

func newIndex() *index {
	return &index{
		byID: map[string]*wire.Entity{}, byMark: map[string][]*wire.Entity{}, byKey: map[naturalKey]*wire.Entity{},
		byOperator: map[operatorKey][]*wire.Entity{},
	}
}

// add takes an entity in, in place of what was read of it before.
func (x *index) add(e *wire.Entity, owner string) {
	if before := x.byID[e.ID]; before != nil {
		x.drop(before)
	}
	x.byID[e.ID] = e
	if e.Marks.Ours(owner) && e.Marks.Key != "" {
		x.byMark[e.Marks.Key] = append(x.byMark[e.Marks.Key], e)
	}
	if key, isOperators := operatorKeyOf(e.Marks); isOperators {
		x.byOperator[key] = append(x.byOperator[key], e)
	}
	for n, value := range e.Keys {
		if value != "" {
			x.byKey[naturalKey{n, value}] = e
		}
	}
}

func (x *index) drop(e *wire.Entity) {
	x.byMark[e.Marks.Key] = without(x.byMark[e.Marks.Key], e)
	if key, isOperators := operatorKeyOf(e.Marks); isOperators {
		x.byOperator[key] = without(x.byOperator[key], e)
	}
	for n, value := range e.Keys {
		if x.byKey[naturalKey{n, value}] == e {
			delete(x.byKey, naturalKey{n, value})
		}
	}
}

// named returns an entity with one of the natural keys; nil for none.
func (x *index) named(keys []string) *wire.Entity {
	if found := x.others(keys, nil); len(found) > 0 {
		return found[0]
	}
	return nil
}

// others are the entities other than own with one of the natural keys, in their order.
func (x *index) others(keys []string, own *wire.Entity) []*wire.Entity {
	var found []*wire.Entity
	for n, value := range keys {
		e := x.byKey[naturalKey{n, value}]
		if value != "" && e != nil && (own == nil || e.ID != own.ID) && !slices.Contains(found, e) {
			found = append(found, e)
		}
	}
	return found
}

func without(entities []*wire.Entity, e *wire.Entity) []*wire.Entity {
	return slices.DeleteFunc(slices.Clone(entities), func(other *wire.Entity) bool { return other == e })
}

func compareIDs(a, b *wire.Entity) int { return cmp.Compare(a.ID, b.ID) }
