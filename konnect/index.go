package konnect

import "slices"

// index holds the entities of one collection that are known.
type index struct {
	byID map[string]*entity
	// byMark holds our owner's, by managed key: several for one object where two runs
	// have written at once.
	byMark    map[string][]*entity
	byNatural map[string]*entity
	// byOperator holds those of the Kong operator, by the object in their marks.
	byOperator map[operatorKey][]*entity
	// complete is true once the whole collection was read.
	complete bool
}

func newIndex() *index {
	return &index{byID: map[string]*entity{}, byMark: map[string][]*entity{}, byNatural: map[string]*entity{}, byOperator: map[operatorKey][]*entity{}}
}

// add takes an entity in, in place of what was read of it before.
func (x *index) add(e *entity, owner string, natural func(*entity) string) {
	if before := x.byID[e.ID]; before != nil {
		x.drop(before, natural)
	}
	x.byID[e.ID] = e
	if e.owner.ours(owner) && e.owner.key != "" {
		x.byMark[e.owner.key] = append(x.byMark[e.owner.key], e)
	}
	if key, isOperators := operatorKeyOf(e.owner); isOperators {
		x.byOperator[key] = append(x.byOperator[key], e)
	}
	if key := natural(e); key != "" {
		x.byNatural[key] = e
	}
}

func (x *index) drop(e *entity, natural func(*entity) string) {
	if marked := x.byMark[e.owner.key]; slices.Contains(marked, e) {
		x.byMark[e.owner.key] = without(marked, e)
	}
	if key, isOperators := operatorKeyOf(e.owner); isOperators {
		x.byOperator[key] = without(x.byOperator[key], e)
	}
	if key := natural(e); x.byNatural[key] == e {
		delete(x.byNatural, key)
	}
}

func without(entities []*entity, e *entity) []*entity {
	return slices.DeleteFunc(slices.Clone(entities), func(other *entity) bool { return other == e })
}
