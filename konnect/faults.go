package konnect

import (
	"errors"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// fault is why an item is not handled: its own failure, or that of one that it needs.
type fault struct {
	err     error
	skipped bool
}

// faults are what is wrong with a batch so far.
type faults struct {
	partial bool
	// problems stop the call.
	problems []Problem
	// asides are problems of a partial call with objects that have no entity.
	asides []error
	// failed are the failures of items, by their place in the batch.
	failed []error
}

// fail records the failure of an item, which stops that and what needs it.
func (f *faults) fail(i *item, err error) {
	f.failed[i.n] = errors.Join(f.failed[i.n], err)
}

// stop records what stops the call.
func (f *faults) stop(key crd.Key, err error) {
	f.problems = append(f.problems, Problem{Key: key, Err: err})
}

// problem records what stops the call or, in a partial one, the item of the key alone;
// i is nil where there is none.
func (f *faults) problem(i *item, key crd.Key, err error) {
	if i != nil && f.partial {
		f.fail(i, Problem{Key: key, Err: err}.named())
		return
	}
	f.stop(key, err)
}

// clone returns a copy to which more can be added.
func (f *faults) clone() *faults {
	return &faults{
		partial: f.partial, problems: slices.Clone(f.problems), asides: slices.Clone(f.asides), failed: slices.Clone(f.failed),
	}
}

// refusal returns what stops the call as one error; nil for nothing.
func (f *faults) refusal() error {
	if len(f.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(f.problems, func(a, b Problem) int { return a.Key.Compare(b.Key) })
	return &BatchError{Problems: f.problems}
}
