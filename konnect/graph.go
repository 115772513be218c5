package konnect

import (
	"context"
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
)

// graph is what one call does, each task after what it needs and after nothing
// else: there are no barriers between kinds, nor between writing and deleting.
type graph struct {
	tasks []*schedule.Task
	// done are the tasks after which an item's entity is as desired, members of a
	// group aside, or an orphan is gone.
	done map[*decision]*schedule.Task
	// joined are the tasks after which a group has its members, and parked those that
	// give up a name for the time being.
	joined, parked map[*decision]*schedule.Task
	// kept are the tasks after which a new entity has what acts on it alone, or is gone.
	kept map[*decision]*schedule.Task
	// unmarked are the tasks after which an item has given up the mark of what departs.
	unmarked map[*decision]*schedule.Task
	// carriers are not finished by any task: what they imply may be made last of all.
	carriers []*decision
}

// doing is what is done for a decision; runs side by side with others.
type doing func(context.Context, *decision)

// steps are what the tasks of a graph do. They are nil where only the order counts.
type steps struct {
	write, park, join, unmark, withdraw, delete doing
	// finish is called after the last task for a decision.
	finish func(*decision)
	failed func(*decision) bool
	// note is called as soon as a task has failed, though others for its decision follow.
	note func(*decision)
}

// add makes a task, which finishes x if it is the last one for it.
func (g *graph) add(x *decision, s steps, last bool, do doing) *schedule.Task {
	t := &schedule.Task{Account: x.account, Lane: x.controlPlane, Of: x, Run: func(ctx context.Context) {
		if !s.failed(x) {
			do(ctx, x)
			if s.failed(x) {
				s.note(x)
			}
		}
		if last {
			s.finish(x)
		}
	}}
	g.tasks = append(g.tasks, t)
	return t
}

// ensureGraph is that of Ensure. A parent is written before its children, and an
// entity is deleted after what it holds; whoever takes a name over waits for the
// one that gives it up.
func ensureGraph(b *batch, w *world, d *decisions, s steps) *graph {
	g := &graph{
		done: map[*decision]*schedule.Task{}, joined: map[*decision]*schedule.Task{},
		parked: map[*decision]*schedule.Task{}, kept: map[*decision]*schedule.Task{},
		unmarked: map[*decision]*schedule.Task{},
	}
	waits := map[*decision]bool{} // for what becomes of it, or of what it acts on or implies
	for _, x := range d.all {
		if x.item != nil && (b.implied.carriers[x.item] != nil || len(x.departing) > 0) {
			waits[x], g.carriers = true, append(g.carriers, x)
		}
		for _, own := range x.order.own {
			waits[x], waits[own] = true, true
		}
	}
	for _, x := range d.all {
		if x.orphan != nil {
			g.done[x] = g.add(x, s, true, s.delete)
			continue
		}
		if x.order.parked {
			g.parked[x] = g.add(x, s, false, s.park)
		}
		isGroup := x.item.group != nil
		if g.done[x] = g.add(x, s, !isGroup && !waits[x], s.write); isGroup {
			g.joined[x] = g.add(x, s, !waits[x], s.join)
			g.joined[x].WaitFor(g.done[x])
		}
		if len(x.order.lingers) > 0 { // it is a carrier, so that nothing finishes it here
			g.unmarked[x] = g.add(x, s, false, s.unmark)
			g.unmarked[x].WaitFor(g.done[x])
		}
	}
	settled := map[*item]*schedule.Task{}
	for _, x := range d.all {
		if len(x.order.own) > 0 {
			g.addKept(x, s)
		}
	}
	for _, x := range d.all {
		if x.item != nil {
			g.linkWrite(b, d, x)
		} else {
			g.linkDelete(b, w, d, x, settled)
		}
	}
	return g
}

// addKept makes the task that takes a new entity away again where what acts on it alone has
// failed. Only then it is known what became of them all.
func (g *graph) addKept(x *decision, s steps) {
	all := append(slices.Clip(x.order.own), x)
	g.kept[x] = &schedule.Task{Account: x.account, Lane: x.controlPlane, Of: x, Run: func(ctx context.Context) {
		s.withdraw(ctx, x)
		for _, one := range all {
			if !slices.Contains(g.carriers, one) { // which are told of it later
				s.finish(one)
			}
		}
	}}
	for _, one := range all {
		g.kept[x].WaitFor(g.done[one])
	}
	g.tasks = append(g.tasks, g.kept[x])
}

func (g *graph) linkWrite(b *batch, d *decisions, x *decision) {
	write, park := g.done[x], g.parked[x]
	write.WaitFor(park)
	for _, other := range x.order.lingers {
		g.unmarked[x].WaitFor(g.done[other])
	}
	for _, other := range x.order.after {
		if other.order.parked {
			write.WaitFor(g.parked[other])
		} else {
			write.WaitFor(g.done[other])
		}
	}
	for _, edge := range x.item.node.Edges {
		needed := b.leadsTo(edge)
		if needed == nil {
			continue
		}
		switch n := d.all[needed.n]; {
		case n.order.trails:
			g.done[n].WaitFor(write)
		case x.item.isMembership(edge):
			g.joined[x].WaitFor(g.done[n])
		default:
			write.WaitFor(g.done[n], g.joined[n])
			if park != nil {
				park.WaitFor(g.done[n])
			}
		}
	}
}

// linkDelete lets an orphan go after what belongs to it. One whose name is taken over
// goes as soon as the taker could be written; all others go when everything else in
// their control plane has been written, because nothing is deleted where a write has
// failed. settled has the tasks after which nothing more is written to a control plane.
func (g *graph) linkDelete(b *batch, w *world, d *decisions, x *decision, settled map[*item]*schedule.Task) {
	gone := g.done[x]
	for _, other := range x.order.after {
		gone.WaitFor(g.done[other])
	}
	if moved := b.movedTo(w, x.orphan); moved != nil {
		gone.WaitFor(g.done[d.all[moved.n]])
	}
	if taker := x.order.taker; taker != nil {
		for _, edge := range taker.item.node.Edges {
			if needed := b.leadsTo(edge); needed != nil && !d.all[needed.n].order.trails {
				gone.WaitFor(g.done[d.all[needed.n]])
			}
		}
		return
	}
	if x.orphan.departs {
		return
	}
	plane := x.orphan.controlPlane
	if settled[plane] == nil {
		t := &schedule.Task{Account: plane.account, Lane: plane, Run: func(context.Context) {}}
		for _, i := range b.items {
			if i.controlPlane != nil && w.mainOf(i) == plane {
				x := d.all[i.n]
				t.WaitFor(g.done[x], g.joined[x], g.kept[x], g.unmarked[x])
			}
		}
		settled[plane] = t
		g.tasks = append(g.tasks, t)
	}
	gone.WaitFor(settled[plane])
}

// deleteGraph is that of Delete: what refers to an entity goes before it.
func deleteGraph(b *batch, d *decisions, s steps) *graph {
	g := &graph{done: map[*decision]*schedule.Task{}}
	for _, x := range d.all {
		g.done[x] = g.add(x, s, true, s.delete)
	}
	for _, x := range d.all {
		for _, other := range d.before(b, x) {
			g.done[x].WaitFor(g.done[other])
		}
	}
	return g
}

// releaseGraph is that of Release. A control plane goes last, because what it holds is
// found through it.
func releaseGraph(d *decisions, s steps, release doing) *graph {
	g := &graph{done: map[*decision]*schedule.Task{}}
	for _, x := range d.all {
		g.done[x] = g.add(x, s, true, release)
	}
	for _, x := range d.all {
		if plane := x.controlPlane; plane != nil && !x.isControlPlane() {
			g.done[d.all[plane.n]].WaitFor(g.done[x])
		}
	}
	return g
}

// before are the decisions about what refers to an entity to delete, or belongs to it,
// which go before it.
func (d *decisions) before(b *batch, x *decision) []*decision {
	others := x.order.after
	if x.item != nil {
		for _, dependent := range b.dependents(x.item) {
			if other := d.all[dependent.n]; other.order.along != x {
				others = append(slices.Clip(others), other)
			}
		}
	}
	return others
}

// stuck are the decisions of tasks that wait for each other in a circle, or for such.
func (g *graph) stuck() []*decision {
	var waiting []*decision
	for _, t := range schedule.Stuck(g.tasks) {
		if x, ok := t.Of.(*decision); ok {
			waiting = append(waiting, x)
		}
	}
	return waiting
}
