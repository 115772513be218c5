// Package schedule runs tasks side by side, each after those that it waits for.
package schedule

import (
	"context"
	"sync"
)

// Task is one thing to do, after those that it waits for. It is for one Run only.
type Task struct {
	// Account is what it asks, and Lane a part of that: accounts do not wait for each
	// other, and lanes of one account take turns. Both are compared only.
	Account, Lane any
	// Run does it; nil for a task that others wait for and that does nothing itself.
	Run func(context.Context)
	// Of is what the task is for; the package does not look at it.
	Of any

	waiting   int // how many others it waits for; -1 once it is ready
	followers []*Task
}

// WaitFor makes t start after others; those that are nil, or t itself, do not count.
func (t *Task) WaitFor(others ...*Task) {
	for _, other := range others {
		if other != nil && other != t {
			t.waiting++
			other.followers = append(other.followers, t)
		}
	}
}

// Stuck returns the tasks that wait for each other in a circle, or for such, in
// order. It changes none of them.
func Stuck(tasks []*Task) []*Task {
	waiting := make(map[*Task]int, len(tasks))
	var free, stuck []*Task
	for _, t := range tasks {
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
	for _, t := range tasks {
		if waiting[t] > 0 {
			stuck = append(stuck, t)
		}
	}
	return stuck
}

// Run runs tasks with at most limit under way for each account, and returns when all
// are done. There are no barriers: a task starts when those that it waits for are
// done. Tasks that wait for each other in a circle run last, side by side.
func Run(ctx context.Context, limit int, tasks []*Task) {
	q := &queue{ctx: ctx, limit: limit, tasks: tasks, pools: map[any]*pool{}}
	q.lock.Lock()
	for _, t := range tasks {
		if t.waiting == 0 {
			q.push(t)
		}
	}
	q.startWorkers()
	q.lock.Unlock()
	q.workers.Wait()
}

// queue holds the tasks of one Run.
type queue struct {
	ctx     context.Context //nolint:containedctx // it lives as long as Run
	limit   int
	workers sync.WaitGroup

	lock     sync.Mutex
	tasks    []*Task
	pools    map[any]*pool
	order    []*pool // as they appear in tasks
	underWay int     // ready or running
}

// pool holds the ready tasks of one account.
type pool struct {
	workers int
	lanes   map[any]*lane
	turns   []*lane // lanes with ready tasks; the first has the next turn
}

type lane struct{ ready []*Task }

func (q *queue) push(t *Task) {
	t.waiting = -1
	q.underWay++
	p := q.pools[t.Account]
	if p == nil {
		p = &pool{lanes: map[any]*lane{}}
		q.pools[t.Account] = p
		q.order = append(q.order, p)
	}
	l := p.lanes[t.Lane]
	if l == nil {
		l = &lane{}
		p.lanes[t.Lane] = l
	}
	if len(l.ready) == 0 {
		p.turns = append(p.turns, l)
	}
	l.ready = append(l.ready, t)
}

// next takes a ready task of the lane that has waited longest; nil when there is none.
func (p *pool) next() *Task {
	if len(p.turns) == 0 {
		return nil
	}
	l := p.turns[0]
	p.turns = p.turns[1:]
	t := l.ready[0]
	l.ready = l.ready[1:]
	if len(l.ready) > 0 {
		p.turns = append(p.turns, l)
	}
	return t
}

// startWorkers starts as many as there are ready tasks and room for. When nothing is
// under way, it releases what waits for itself, so that nothing waits for ever.
func (q *queue) startWorkers() {
	if q.underWay == 0 {
		for _, t := range q.tasks {
			if t.waiting > 0 {
				q.push(t)
			}
		}
	}
	for _, p := range q.order {
		for p.workers < q.limit {
			t := p.next()
			if t == nil {
				break
			}
			p.workers++
			q.workers.Go(func() { q.work(p, t) })
		}
	}
}

// work runs a task and then, as long as there are any, those that its account has ready.
func (q *queue) work(p *pool, t *Task) {
	for t != nil {
		if t.Run != nil {
			t.Run(q.ctx)
		}
		q.lock.Lock()
		q.underWay--
		for _, follower := range t.followers {
			if follower.waiting--; follower.waiting == 0 {
				q.push(follower)
			}
		}
		t.Run, t.followers = nil, nil // with all that they hold
		if t = p.next(); t == nil {
			p.workers--
		}
		q.startWorkers()
		q.lock.Unlock()
	}
}
