package konnect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// below is what belongs to entities that are to be deleted and that no kind stands for.
type below struct {
	others map[*kinds.Other][]*wire.Entity
	// unknown are the collections that could not be read.
	unknown map[collection]error
}

// inWhich are the collections in which something may belong to an entity.
func (x *decision) inWhich(b *batch, w *world, o callOptions) []collection {
	at := collection{account: x.account, controlPlaneID: w.found[x.controlPlane.n].id}
	var collections []collection
	for _, other := range b.table.OthersBelow(x.kind) {
		if at.other = other; !o.cascade {
			collections = append(collections, at)
		}
	}
	at.other = nil
	for _, at.kind = range b.table.Below(x.kind) {
		collections = append(collections, at)
	}
	at.with = x.entity(w).ID
	for _, at.kind = range b.table.WithMembers(x.kind) {
		if !o.cascade {
			collections = append(collections, at)
		}
	}
	return collections
}

// lookBelow returns a world in which it is known what belongs to the entities of some
// decisions, below them, attached to them, or referring to them. Each collection is read
// once, and what was read already is not read again.
func (c *Client) lookBelow(ctx context.Context, b *batch, w *world, deletions []*decision, o callOptions) *world {
	wanted := map[collection]bool{}
	for _, x := range deletions {
		for _, in := range x.inWhich(b, w, o) {
			if known := w.indexes[in]; known == nil || !known.complete {
				wanted[in] = true
			}
		}
	}
	looked := *w
	looked.indexes, looked.below = maps.Clone(w.indexes), below{others: map[*kinds.Other][]*wire.Entity{}, unknown: map[collection]error{}}
	var lock sync.Mutex
	var group sync.WaitGroup
	for in := range wanted {
		group.Go(func() {
			found, err := in.list(ctx)
			lock.Lock()
			defer lock.Unlock()
			switch {
			case err != nil:
				looked.below.unknown[in] = err
			case in.kind == nil:
				looked.below.others[in.other] = append(looked.below.others[in.other], found...)
			default:
				looked.indexes[in] = looked.indexes[in].with(found, w.owner)
			}
		})
	}
	group.Wait()
	return &looked
}

// list reads a collection of a control plane, which may have been deleted meanwhile.
func (c collection) list(ctx context.Context) (found []*wire.Entity, err error) {
	var path string
	var shape wire.Shape
	if c.with != "" {
		found, err = c.kind.Group.Reverse(ctx, c.account.get, kinds.At{ControlPlane: c.controlPlaneID, Parent: c.with}, c.kind.Shape())
		if isNotFound(err) { // it is gone already
			err = nil
		}
		return found, err
	}
	if c.kind != nil {
		path, shape = c.kind.Path(kinds.At{ControlPlane: c.controlPlaneID}), c.kind.Shape()
	} else {
		path, shape = c.other.Path(c.controlPlaneID), c.other.Shape()
	}
	err = wire.List(ctx, c.account.get, path, nil, shape, func(e *wire.Entity) { found = append(found, e) })
	if isNotFound(err) && (c.other != nil && c.other.Optional || c.account.isGone(ctx, c.controlPlaneID)) {
		err = nil
	}
	return found, err
}

// with returns an index that knows more.
func (x *index) with(found []*wire.Entity, owner string) *index {
	more := newIndex()
	if x != nil {
		for _, e := range x.byID {
			more.add(e, owner)
		}
	}
	for _, e := range found {
		more.add(e, owner)
	}
	return more
}

// unknownBelow returns why it is not known what belongs to an entity; nil when it is.
func (w *world) unknownBelow(b *batch, x *decision, o callOptions) error {
	for _, in := range x.inWhich(b, w, o) {
		if err := w.below.unknown[in]; err != nil {
			return fmt.Errorf("delete %s: it is not known what belongs to it: %w", x.key, err)
		}
	}
	return nil
}

// eachOther visits the entities without a kind that would be deleted along with one of
// parents.
func (w *world) eachOther(parents map[place]*decision, visit func(parent *decision, o *kinds.Other, e *wire.Entity)) {
	byCollection := func(a, b *kinds.Other) int { return strings.Compare(a.Collection, b.Collection) }
	for _, other := range slices.SortedFunc(maps.Keys(w.below.others), byCollection) {
		for _, e := range w.below.others[other] {
			for _, field := range other.Shape().References {
				if parent := parents[place{other.To[field], e.Ref(field)}]; parent != nil {
					visit(parent, other, e)
				}
			}
		}
	}
}

// eachForeignMember visits the entities of others that have one of parents in their sets,
// and would be taken out of it.
func eachForeignMember(w *world, parents map[place]*decision, visit func(parent *decision, e *wire.Entity)) {
	for in, x := range w.indexes {
		if in.with == "" {
			continue
		}
		parent := parents[place{in.kind.Group.To, in.with}]
		for _, id := range slices.Sorted(maps.Keys(x.byID)) {
			if e := x.byID[id]; parent != nil && !e.Marks.Ours(w.owner) && w.claimed(in.kind, id) == nil {
				visit(parent, e)
			}
		}
	}
}

const leavesHint = "it is somebody else's and would lose its place in what is deleted; take it out first"

// goesAlong is the hint about an entity without a kind.
func goesAlong(o *kinds.Other) string {
	return "this " + o.Noun + " would be deleted with what it belongs to; delete it first"
}
