package konnect

import (
	"context"
	"strings"

	"github.com/konnectkit/konnectkit/resolve"
)

// graph is what one call does, each task after what it needs and after nothing
// else: there are no barriers between kinds, nor between writing and deleting.
type graph struct {
	s     *session
	tasks []*task
	// done are the tasks after which an object's entity is as desired, members of
	// a group aside, or an entity to prune is gone.
	done map[*member]*task
	// joined are the tasks after which a group has its members.
	joined map[*member]*task
	// parked are the tasks that give up a name for the time being.
	parked map[*member]*task
	// settled are the tasks after which nothing more is written to a control plane.
	settled map[*member]*task
}

func (s *session) newGraph() *graph {
	return &graph{s: s, done: map[*member]*task{}, joined: map[*member]*task{}, parked: map[*member]*task{}, settled: map[*member]*task{}}
}

// add makes a task of run, which finishes m if it is the last one for it.
func (g *graph) add(m *member, last bool, run func(context.Context, *member)) *task {
	t := &task{m: m}
	if m.control != nil {
		t.account, t.lane = m.control.account, m.control
	}
	t.run = func(ctx context.Context) {
		if m.err == nil {
			run(ctx, m)
		}
		if last {
			g.s.finish(m)
		}
	}
	g.tasks = append(g.tasks, t)
	return t
}

// ensureGraph is that of Ensure. A parent is written before its children, and an
// entity is deleted after what it holds; whoever takes a name over waits for the
// one that gives it up.
func (s *session) ensureGraph() *graph {
	g := s.newGraph()
	for _, m := range s.members {
		if m.parked {
			g.parked[m] = g.add(m, false, s.parkName)
		}
		g.done[m] = g.add(m, relationOf(m) == nil, s.actOn)
		if relationOf(m) != nil {
			g.joined[m] = g.add(m, true, s.actOnGroup)
			g.joined[m].waitFor(g.done[m])
		}
	}
	for _, m := range s.prunes {
		g.done[m] = g.add(m, true, s.actOnPrune)
	}
	for _, m := range s.members {
		g.linkWrite(m)
	}
	for _, m := range s.prunes {
		g.linkPrune(m)
	}
	return g
}

func (g *graph) linkWrite(m *member) {
	write, park := g.done[m], g.parked[m]
	write.waitFor(park)
	for _, other := range m.after {
		if other.parked {
			write.waitFor(g.parked[other])
		} else {
			write.waitFor(g.done[other])
		}
	}
	for _, edge := range m.node.Edges {
		switch needed := g.s.leadsTo(edge); {
		case needed == nil:
		case needed.trails:
			g.done[needed].waitFor(write)
		case isMembership(m, edge):
			g.joined[m].waitFor(g.done[needed])
		default:
			write.waitFor(g.done[needed], g.joined[needed])
			if park != nil {
				park.waitFor(g.done[needed])
			}
		}
	}
}

// linkPrune lets an entity go after what it holds. One whose name is taken over
// goes as soon as the taker could be written; all others go when everything else
// in their control plane has been written, because nothing is deleted where a
// write has failed.
func (g *graph) linkPrune(m *member) {
	gone := g.done[m]
	for _, other := range m.after {
		gone.waitFor(g.done[other])
	}
	gone.waitFor(g.done[g.s.movedTo(m)])
	if m.taker == nil {
		gone.waitFor(g.settle(m.control))
		return
	}
	for _, edge := range m.taker.node.Edges {
		if needed := g.s.leadsTo(edge); needed != nil && !needed.trails {
			gone.waitFor(g.done[needed])
		}
	}
}

// settle returns the task that stands for everything that is written to a
// control plane.
func (g *graph) settle(plane *member) *task {
	t := g.settled[plane]
	if t == nil {
		t = &task{account: plane.account, lane: plane, run: func(context.Context) {}}
		g.settled[plane] = t
		g.tasks = append(g.tasks, t)
		for _, m := range g.s.members {
			if m.control != nil && g.s.planeOf(m) == plane {
				t.waitFor(g.done[m])
			}
		}
	}
	return t
}

// deleteGraph is that of Delete: what refers to an entity goes before it.
func (s *session) deleteGraph() *graph {
	g := s.newGraph()
	all := s.everything()
	for _, m := range all {
		g.done[m] = g.add(m, true, s.deleteMember)
	}
	for _, m := range all {
		for _, dependent := range s.dependents(m) {
			g.done[m].waitFor(g.done[dependent])
		}
	}
	return g
}

func (g *graph) run(ctx context.Context) {
	schedule(ctx, g.s.client.config.maxConcurrency, g.tasks)
}

// stuck returns the members of tasks that wait for each other in a circle, or for
// such, in order.
func (g *graph) stuck() []*member {
	waiting := make(map[*task]int, len(g.tasks))
	var free []*task
	for _, t := range g.tasks {
		if waiting[t] = t.waiting; t.waiting == 0 {
			free = append(free, t)
		}
	}
	for len(free) > 0 {
		t := free[0]
		free = free[1:]
		for _, follower := range t.followers {
			if waiting[follower]--; waiting[follower] == 0 {
				free = append(free, follower)
			}
		}
	}
	var members []*member
	for _, t := range g.tasks {
		if waiting[t] > 0 && t.m != nil {
			members = append(members, t.m)
		}
	}
	return members
}

// isMembership tells whether a reference of m makes a member of a group. A group
// is written without waiting for its members.
func isMembership(m *member, edge resolve.Edge) bool {
	r := relationOf(m)
	return r != nil && strings.HasPrefix(edge.Field, r.field)
}
