package konnect

import (
	"context"
	"sync"
)

// task is one thing to do, after those that it waits for.
type task struct {
	// account is where it asks, and lane the control plane that it is for: accounts
	// do not wait for each other, and lanes take turns.
	account *account
	lane    any
	run     func(context.Context)
	// m is the object or entity that the task is for; nil for reads.
	m *member

	waiting   int // how many others it waits for; -1 once it is ready
	followers []*task
}

// waitFor makes t start after others; those that are nil, or t itself, do not count.
func (t *task) waitFor(others ...*task) {
	for _, other := range others {
		if other != nil && other != t {
			t.waiting++
			other.followers = append(other.followers, t)
		}
	}
}

// schedule runs tasks with at most limit under way for each account. There are no
// barriers: a task starts when those that it waits for are done. Tasks that wait
// for each other in a circle run last, side by side.
func schedule(ctx context.Context, limit int, tasks []*task) {
	q := &queue{ctx: ctx, limit: limit, tasks: tasks, pools: map[*account]*pool{}}
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

// queue holds the tasks of one schedule.
type queue struct {
	ctx     context.Context //nolint:containedctx // it lives as long as schedule
	limit   int
	workers sync.WaitGroup

	lock     sync.Mutex
	tasks    []*task
	pools    map[*account]*pool
	order    []*pool // as they appear in tasks
	underWay int     // ready or running
}

// pool holds the ready tasks of one account.
type pool struct {
	workers int
	lanes   map[any]*lane
	turns   []*lane // lanes with ready tasks; the first has the next turn
}

type lane struct{ ready []*task }

func (q *queue) push(t *task) {
	t.waiting = -1
	q.underWay++
	p := q.pools[t.account]
	if p == nil {
		p = &pool{lanes: map[any]*lane{}}
		q.pools[t.account] = p
		q.order = append(q.order, p)
	}
	l := p.lanes[t.lane]
	if l == nil {
		l = &lane{}
		p.lanes[t.lane] = l
	}
	if len(l.ready) == 0 {
		p.turns = append(p.turns, l)
	}
	l.ready = append(l.ready, t)
}

// next takes a ready task of the lane that has waited longest; nil when there is none.
func (p *pool) next() *task {
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

func (q *queue) startWorkers() {
	if q.underWay == 0 {
		q.breakCircle()
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

func (q *queue) work(p *pool, t *task) {
	for t != nil {
		t.run(q.ctx)
		t = q.finish(p, t)
	}
}

// finish makes ready what waited for t, and returns the next task for its worker.
func (q *queue) finish(p *pool, t *task) *task {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.underWay--
	for _, follower := range t.followers {
		if follower.waiting--; follower.waiting == 0 {
			q.push(follower)
		}
	}
	t.run, t.followers = nil, nil // with all that they hold
	p.workers--
	if next := p.next(); next != nil {
		p.workers++
		t = next
	} else {
		t = nil
	}
	q.startWorkers()
	return t
}

// breakCircle releases what waits for itself, so that nothing waits for ever.
func (q *queue) breakCircle() {
	for _, t := range q.tasks {
		if t.waiting > 0 {
			q.push(t)
		}
	}
}
