package konnect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/konnectkit/konnectkit/resolve"
)

// What a plugin acts on must not be reached without it: a service's plugins, and those of
// the whole control plane, are there before the routes that lead to it, and go after them.
// So are vaults for what has a value in them, of which Konnect knows nothing, but gateways.

// guarded are the items that wait for an item's entity: those that have a value in it, or
// those of its kind's Guards that belong to what it acts on, or to its control plane. There
// are none where it acts on such an entity itself, for which it has to wait.
func (b *batch) guarded(w *world, i *item) []*item {
	var found []*item
	if i.kind.Quote != nil {
		text := []byte(i.kind.Quote(i.object))
		for _, other := range b.items {
			if other.inBatch && other.kind.Quote == nil && other.controlPlane != nil && i.controlPlane != nil &&
				w.mainOf(other) == w.mainOf(i) && b.quotes(other, text) {
				found = append(found, other)
			}
		}
		return found
	}
	add := func(others []*item) {
		for _, other := range others {
			if other.kind.Collection == i.kind.Guards && other.inBatch {
				found = append(found, other)
			}
		}
	}
	everywhere := true
	for _, edge := range i.node.Edges {
		target := b.leadsTo(edge)
		switch {
		case target == nil || target.isControlPlane():
		case target.kind.Collection == i.kind.Guards:
			return nil
		default:
			everywhere = false
			add(b.dependents(target))
		}
	}
	for _, other := range b.items {
		if everywhere && i.controlPlane != nil && other.controlPlane != nil && w.mainOf(other) == w.mainOf(i) {
			add([]*item{other})
		}
	}
	return found
}

// quotes reports whether a text is in an object, or in one without an entity that is part of it.
func (b *batch) quotes(i *item, text []byte) bool {
	in := func(object any) bool {
		encoded, err := json.Marshal(object)
		return err == nil && bytes.Contains(encoded, text)
	}
	return in(i.object) || slices.ContainsFunc(i.node.Edges, func(edge resolve.Edge) bool {
		return edge.Node != nil && b.byKey[edge.Node.Key] == nil && in(edge.Node.Object)
	})
}

// guardWrites lets what is protected be written after what protects it.
func (d *decisions) guardWrites(b *batch, w *world, i *item) {
	x := d.all[i.n]
	if !i.inBatch || !x.planned.writes() {
		return
	}
	for _, other := range b.guarded(w, i) {
		if y := d.all[other.n]; y.planned == ActionCreated || y.planned == ActionUpdated {
			y.order.after = append(y.order.after, x)
		}
	}
}

// guardDeletes lets what protects go after what is protected.
func (d *decisions) guardDeletes(b *batch, w *world, i *item) {
	x := d.all[i.n]
	if !x.isDoomed() {
		return
	}
	for _, other := range b.guarded(w, i) {
		if y := d.all[other.n]; y.isDoomed() {
			x.order.after = append(x.order.after, y)
		}
	}
}
