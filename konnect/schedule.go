package konnect

import (
	"context"
	"sync"
)

// schedule runs n tasks, each after those that it waits for, on as many workers.
// There are no barriers: a task starts when its own are done. Tasks that wait
// for each other in a circle run last, side by side.
func schedule(ctx context.Context, n, workers int, waitsFor func(int) []int, run func(context.Context, int)) {
	if n == 0 {
		return
	}
	q := &queue{ready: make(chan int, n), waiting: make([]int, n), followers: make([][]int, n), left: n}
	for task := range n {
		for _, other := range waitsFor(task) {
			q.waiting[task]++
			q.followers[other] = append(q.followers[other], task)
		}
	}
	q.start()
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for task := range q.ready {
				run(ctx, task)
				q.finish(task)
			}
		})
	}
	group.Wait()
}

// queue holds the tasks of one schedule.
type queue struct {
	ready chan int

	lock      sync.Mutex
	waiting   []int // how many others a task waits for; -1 once it is ready
	followers [][]int
	underWay  int // ready or running
	left      int // not finished
}

func (q *queue) start() {
	q.lock.Lock()
	defer q.lock.Unlock()
	for task, others := range q.waiting {
		if others == 0 {
			q.push(task)
		}
	}
	q.breakCircle()
}

func (q *queue) finish(task int) {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.underWay--
	for _, follower := range q.followers[task] {
		if q.waiting[follower]--; q.waiting[follower] == 0 {
			q.push(follower)
		}
	}
	if q.left--; q.left == 0 {
		close(q.ready)
		return
	}
	q.breakCircle()
}

func (q *queue) push(task int) {
	q.waiting[task] = -1
	q.underWay++
	q.ready <- task // has room for all
}

// breakCircle releases what waits for itself, so that nothing waits for ever.
func (q *queue) breakCircle() {
	if q.underWay > 0 {
		return
	}
	for task, others := range q.waiting {
		if others > 0 {
			q.push(task)
		}
	}
}
