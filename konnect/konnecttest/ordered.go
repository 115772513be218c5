package konnecttest

import (
	"cmp"
	"slices"
)

// ordered is a list of entities by the sequence in which they were created. Pages are
// cut from it without sorting; moves within it cost one copy of pointers.
type ordered []*entity

func bySequence(e *entity, seq uint64) int { return cmp.Compare(e.seq, seq) }

func (o *ordered) add(e *entity) {
	i, found := slices.BinarySearchFunc(*o, e.seq, bySequence)
	if !found {
		*o = slices.Insert(*o, i, e)
	}
}

func (o *ordered) remove(e *entity) {
	if i, found := slices.BinarySearchFunc(*o, e.seq, bySequence); found {
		*o = slices.Delete(*o, i, i+1)
	}
}

// after returns the entities that follow seq.
func (o *ordered) after(seq uint64) []*entity {
	i, _ := slices.BinarySearchFunc(*o, seq+1, bySequence)
	return (*o)[i:]
}

// buckets is an index with many entities a key.
type buckets map[string]*ordered

func (b buckets) add(key string, e *entity) {
	list := b[key]
	if list == nil {
		list = &ordered{}
		b[key] = list
	}
	list.add(e)
}

func (b buckets) remove(key string, e *entity) {
	list := b[key]
	if list == nil {
		return
	}
	list.remove(e)
	if len(*list) == 0 {
		delete(b, key)
	}
}

func (b buckets) get(key string) *ordered {
	if list := b[key]; list != nil {
		return list
	}
	return &ordered{}
}
