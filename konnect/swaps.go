package konnect

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// breakSwaps finds names that are handed round in a circle, where none is free
// to begin with. One entity of each circle is parked under another name first,
// which costs one more write. Where a name is that of an orphan, which is still in use,
// those that use it leave it for an entity that has not got the name yet. What remains is
// refused.
func (d *decisions) breakSwaps(b *batch, w *world) {
	stuck := func() []*decision { return ensureGraph(b, w, d, steps{}).stuck() }
	waiting := stuck()
	if linger(waiting) {
		waiting = stuck()
	}
	for _, x := range waiting {
		if circle := circleOf(x); circle != nil && !slices.ContainsFunc(circle, func(x *decision) bool { return x.order.parked }) {
			park(circle, w)
		}
	}
	for waiting = stuck(); trail(waiting, w) || parkAwaited(waiting, w); {
		waiting = stuck()
	}
	for _, x := range stuck() {
		switch {
		case !x.waits() || x.item == nil:
		case x.order.after[0].orphan != nil:
			d.refuse(x, heldNameError(x, x.order.after[0]))
		default:
			what, giver := x.kind.Identity.Field, x.order.after[0]
			if x.kind.Identity.Parks != "" && giver.order.fixed != nil {
				what = keyText(giver.order.fixed)
			}
			d.refuse(x, fmt.Errorf("rename %s: %s is swapped with that of %s; rename one of them to something else first", x.key, what, giver.key))
		}
	}
}

// linger lets items keep their marks over a write that what departs waits for, and reports
// whether there are any.
func linger(stuck []*decision) bool {
	for _, x := range stuck {
		x.order.after = slices.DeleteFunc(x.order.after, func(other *decision) bool {
			lingers := x.item != nil && slices.Contains(x.departing, other)
			if lingers {
				x.order.lingers = append(x.order.lingers, other)
			}
			return lingers
		})
	}
	return slices.ContainsFunc(stuck, func(x *decision) bool { return len(x.order.lingers) > 0 })
}

// waits reports whether something must go or give up a name before.
func (x *decision) waits() bool { return len(x.order.after) > 0 }

// trail lets items that wait for a name be written after those that refer to their
// entities, and reports whether that is news.
func trail(stuck []*decision, w *world) bool {
	news := false
	for _, x := range stuck {
		if !x.order.trails && x.waits() && x.item != nil && w.found[x.item.n].entity != nil && !x.isControlPlane() {
			x.order.trails, news = true, true
		}
	}
	return news
}

// parkAwaited parks an entity whose name another item waits for, and reports whether
// there is one.
func parkAwaited(stuck []*decision, w *world) bool {
	for _, taker := range stuck {
		if taker.item == nil || !taker.waits() {
			continue
		}
		if x := taker.order.after[0]; !x.order.parked && x.canPark(w) {
			x.order.parked = true
			return true
		}
	}
	return false
}

// canPark reports whether an item has an entity that can be renamed.
func (x *decision) canPark(w *world) bool {
	return x.item != nil && w.found[x.item.n].entity != nil && x.kind.Identity.Parks != "" && x.order.fixed == nil && !x.order.awaits
}

// heldNameError is about the name of an orphan to which something belongs that cannot
// leave it before the name is taken.
func heldNameError(x, orphan *decision) error {
	children := "what it holds"
	for _, other := range orphan.order.after {
		if other.item != nil {
			children = other.key.String()
			break
		}
	}
	return fmt.Errorf("rename %s: %s is the name of %s, which goes only when %s has left it; rename in a second run",
		x.key, x.kind.Name(x.item.object), orphan.key, children)
}

// circleOf returns the decisions that hand their names round in a circle to which x
// belongs; nil when it belongs to none.
func circleOf(x *decision) []*decision {
	circle := []*decision{x}
	for next := x; next.waits(); {
		if next = next.order.after[0]; next == x {
			return circle
		}
		if slices.Contains(circle, next) {
			return nil
		}
		circle = append(circle, next)
	}
	return nil
}

// park chooses the first of a circle that can begin to give its name up.
func park(circle []*decision, w *world) {
	for _, x := range circle {
		if x.canPark(w) {
			x.order.parked = true
			return
		}
	}
}

// parkedName is one that nobody else wants, and not too long.
func parkedName(i *item) string { return parkedValue(i, i.kind.Name(i.object)) }

func parkedValue(i *item, value string) string {
	const longest = 128
	return printable.Cut(value, longest-9) + "-" + i.mark[:8]
}

// parked is a desired entity with a name that nobody else wants: an entity that is told by
// another field too gives that up as well.
func parked(i *item, desired kinds.Desired) kinds.Desired {
	identity := i.kind.Identity
	for _, fields := range identity.Unique {
		if value, ok := desired.Sent[fields[0]].(string); ok && len(fields) == 1 {
			desired = desired.With(fields[0], parkedValue(i, value))
		}
	}
	return desired.With(identity.Parks, parkedName(i))
}
