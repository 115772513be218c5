package konnect

import (
	"context"
	"sync"
)

// schedule runs n tasks, each after those that it waits for, on as many workers.
// There are no barriers: a task starts when its own are done. Tasks in a circle
// never run; there must be none.
func schedule(ctx context.Context, n, workers int, waitsFor func(int) []int, run func(context.Context, int)) {
	waiting, followers := make([]int, n), make([][]int, n)
	ready := make(chan int, n)
	for task := range n {
		for _, other := range waitsFor(task) {
			waiting[task]++
			followers[other] = append(followers[other], task)
		}
	}
	for task := range n {
		if waiting[task] == 0 {
			ready <- task
		}
	}
	var lock sync.Mutex
	left := n
	finish := func(task int) {
		lock.Lock()
		defer lock.Unlock()
		for _, follower := range followers[task] {
			if waiting[follower]--; waiting[follower] == 0 {
				ready <- follower
			}
		}
		if left--; left == 0 {
			close(ready)
		}
	}
	if n == 0 {
		return
	}
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for task := range ready {
				run(ctx, task)
				finish(task)
			}
		})
	}
	group.Wait()
}
