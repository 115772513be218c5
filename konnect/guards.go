package konnect

import (
	"slices"
	"strings"
	"sync"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// What a plugin acts on must not be reached without it: a service's plugins, and those of
// the whole control plane, are there before the routes that lead to it, and go after them.
// A route's own plugins can only come after it, and go along with it. Vaults are there for
// what has a value in them, of which Konnect knows nothing, but gateways.

// sight is an entity as it will be, or as it is: what it is called, where it lies, what it
// refers to, and its text in JSON with that of the objects which are part of it.
type sight struct {
	*decision
	id, name, plane string
	refs            []place
	text            func() string
}

// guardWrites lets what is guarded be written after what guards it. What is new waits for
// nothing of its own, but must not stay without it; what is there already waits for that too.
func (d *decisions) guardWrites(b *batch, w *world) {
	var seen []sight
	for _, x := range d.all {
		if i := x.item; i != nil && i.inBatch && !i.readOnly && i.controlPlane != nil && (x.planned.writes() || x.fault.err != nil && !isWhereItActs(b, w, i)) {
			seen = append(seen, sight{
				decision: x, id: w.idOf(i, i.key, nil), name: i.kind.Name(i.object), plane: w.idOf(i.controlPlane, i.controlPlane.key, nil),
				refs: refsOf(b, w, i), text: sync.OnceValue(func() string { return b.text(i) }),
			})
		}
	}
	eachGuarded(seen, func(x, y *decision, own bool) {
		switch {
		case own && y.planned == ActionCreated:
			y.order.own = append(y.order.own, x)
		case own && y.planned == ActionUpdated && !b.implied.begins(w, y.item, x.item):
			y.order.after, y.order.trails = append(y.order.after, x), true
		case !own && (y.planned == ActionCreated || y.planned == ActionUpdated):
			y.order.after = append(y.order.after, x)
		}
	})
}

// guardDeletes lets what guards go after what is guarded, or along with it.
func (d *decisions) guardDeletes(b *batch, w *world) {
	var seen []sight
	for _, x := range d.doomed() {
		if x.isControlPlane() || x.controlPlane == nil {
			continue
		}
		e := x.entity(w)
		s := sight{decision: x, id: e.ID, name: e.Name, plane: w.found[x.controlPlane.n].id, text: sync.OnceValue(func() string {
			observed, err := e.Object()
			if err != nil || x.item == nil {
				return canon.Text(observed)
			}
			return canon.Text(observed) + b.text(x.item) // Konnect may not return all
		})}
		s.refs = refsNow(x.kind, e)
		seen = append(seen, s)
	}
	eachGuarded(seen, func(x, y *decision, own bool) {
		if x.order.after = append(x.order.after, y); own {
			x.order.along = y
		}
	})
}

// planes is the collection of control planes, as places have it here.
const planes = ""

// guardDepartures lets what guards go after all that may take its place: what will guard the
// same ways, and those of the ways that change, as they may lead elsewhere.
func guardDepartures(b *batch, w *world, d *decisions, gone []*decision) {
	ways, guards := near(b, w, d)
	for _, x := range gone {
		acts := refsNow(x.kind, x.orphan.entity)
		all := append(slices.Clip(acts), place{planes, w.found[x.controlPlane.n].id})
		for _, p := range acts {
			for _, way := range ways[p] {
				if way.kind.Collection != x.kind.Guards {
					continue
				}
				e := w.found[way.n].entity
				all = append(append(append(all, place{way.kind.Collection, e.ID}), refsNow(way.kind, e)...), refsOf(b, w, way)...)
				if d.all[way.n].planned.writes() {
					x.order.after = append(x.order.after, d.all[way.n])
				}
			}
		}
		seen := map[place]bool{}
		for _, p := range all {
			if !seen[p] {
				seen[p] = true
				x.order.after = append(x.order.after, guards[p]...)
			}
		}
	}
}

// near returns the items that have an entity, by that and by what it refers to, and what will
// guard something and is not there yet as it should be, by what it acts on.
func near(b *batch, w *world, d *decisions) (ways map[place][]*item, guards map[place][]*decision) {
	ways, guards = map[place][]*item{}, map[place][]*decision{}
	for _, i := range b.items {
		if i.controlPlane == nil {
			continue
		}
		if e := w.found[i.n].entity; e != nil {
			for _, p := range append(refsNow(i.kind, e), place{i.kind.Collection, e.ID}) {
				ways[p] = append(ways[p], i)
			}
		}
		x := d.all[i.n]
		if i.kind.Guards == "" || !x.planned.writes() && x.fault.err == nil {
			continue
		}
		at := refsOf(b, w, i)
		if len(at) == 0 {
			at = []place{{planes, w.idOf(i.controlPlane, i.controlPlane.key, nil)}}
		}
		for _, p := range at {
			guards[p] = append(guards[p], x)
		}
	}
	return ways, guards
}

// eachGuarded visits pairs of what guards and what is guarded: what has a value in it, or
// those of its kind's Guards that belong to what it acts on, or to its control plane. own is
// true where it acts on such an entity itself, and on no other.
func eachGuarded(seen []sight, visit func(x, y *decision, own bool)) {
	at, by := map[place]sight{}, map[place][]sight{}
	for _, y := range seen {
		at[place{y.kind.Collection, y.id}] = y
		for _, p := range append(slices.Clip(y.refs), place{planes, y.plane}) {
			by[p] = append(by[p], y)
		}
	}
	for _, x := range seen {
		if x.kind.Quote != nil {
			for _, y := range by[place{planes, x.plane}] {
				if y.kind.Quote == nil && strings.Contains(y.text(), x.kind.Quote(x.name)) {
					visit(x.decision, y.decision, false)
				}
			}
		}
		if x.kind.Guards == "" {
			continue
		}
		acts := x.refs
		if own := slices.IndexFunc(acts, func(p place) bool { return p.collection == x.kind.Guards }); own >= 0 {
			if y, ok := at[acts[own]]; ok {
				visit(x.decision, y.decision, true)
			}
			continue
		}
		if len(acts) == 0 {
			acts = []place{{planes, x.plane}}
		}
		for _, p := range acts {
			for _, y := range by[p] {
				if y.kind.Collection == x.kind.Guards {
					visit(x.decision, y.decision, false)
				}
			}
		}
	}
}

// refsOf is what an item's entity will refer to.
func refsOf(b *batch, w *world, i *item) []place {
	var refs []place
	for _, edge := range i.node.Edges {
		if at := slices.IndexFunc(i.kind.References, func(r kinds.Reference) bool { return r.JSON != "" && r.Field == edge.Field }); at >= 0 {
			refs = append(refs, place{i.kind.References[at].To, w.idOf(b.leadsTo(edge), edge.To, nil)})
		}
	}
	return refs
}

// refsNow is what an entity refers to.
func refsNow(k *kinds.Kind, e *wire.Entity) []place {
	var refs []place
	for _, r := range k.References {
		for _, id := range e.Refs(r.JSON) {
			refs = append(refs, place{r.To, id})
		}
	}
	return refs
}

// isWhereItActs reports whether an item has an entity that refers to what it is to refer to.
func isWhereItActs(b *batch, w *world, i *item) bool {
	e := w.found[i.n].entity
	if e == nil {
		return false
	}
	now, wanted := refsNow(i.kind, e), refsOf(b, w, i)
	return len(now) == len(wanted) && !slices.ContainsFunc(wanted, func(p place) bool { return !slices.Contains(now, p) })
}

// text is an object in JSON, with those without an entity that are part of it.
func (b *batch) text(i *item) string {
	parts := []string{canon.Text(i.object)}
	for _, edge := range i.node.Edges {
		if edge.Node != nil && b.leadsTo(edge) == nil {
			parts = append(parts, canon.Text(edge.Node.Object))
		}
	}
	return strings.Join(parts, " ")
}
