package contestant

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// refusedPause is how long the operator leaves an object alone after a 429 that does not say.
const refusedPause = 15 * time.Second

// operator writes as the Kong operator does in each of its periods: everything, unread, with
// eight workers for each kind; a route waits for its service. It has no prune: what it
// deletes are the entities of objects that were deleted, whose IDs it knows.
func operator() way {
	return way{
		name: "operator", connections: 16,
		run: func(ctx context.Context, job Job, connections int) error {
			o := &reconciler{account: newAccount(job, connections, operatorTags())}
			return o.reconcile(ctx, job, connections)
		},
		note: map[Scenario]string{Prune: "deletes what it is told to, and writes all the rest again"},
	}
}

// operatorTags are as many and as long as those that the operator sets.
func operatorTags() []string {
	return []string{
		"k8s-generation:1", "k8s-group:configuration.konghq.com", "k8s-kind:KongService", "k8s-name:service-00000",
		"k8s-namespace:default", "k8s-uid:00000000-0000-4000-8000-000000000000", "k8s-version:v1alpha1", "managed-by:kong-operator",
	}
}

type reconciler struct {
	*account
}

func (o *reconciler) reconcile(ctx context.Context, job Job, connections int) error {
	if err := o.patiently(ctx, o.ensureControlPlane); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n, workers := job.Work.Services, max(connections/2, 1)
	services := newQueue(job.Before.Services, workers, o.putService)
	routes := newQueue(job.Before.Services, max(connections-workers, 1), o.putRoute)
	if gone := job.Before.Services - n; gone > 0 { // the finalizers of deleted objects
		services.do = o.deleteFrom(n, o.putService, func(ctx context.Context, i int) error { return o.deleteService(ctx, o.serviceID(i)) })
		routes.do = o.deleteFrom(n, o.putRoute, func(ctx context.Context, i int) error { return o.deleteRoute(ctx, o.routeID(i)) })
	}
	services.done = func(i int) {
		if job.Scenario == Cold {
			routes.add(i)
		}
	}
	routes.done = func(i int) {
		if i >= n {
			services.add(i) // a service goes when its route is gone
		}
	}
	for i := range job.Before.Services {
		if i < n {
			services.add(i)
		}
		if job.Scenario != Cold {
			routes.add(i)
		}
	}
	var both sync.WaitGroup
	for _, q := range []*queue{services, routes} {
		both.Go(func() {
			if err := q.work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	both.Wait()
	return context.Cause(ctx)
}

// deleteFrom deletes from index n on and puts what is before.
func (o *reconciler) deleteFrom(n int, put, remove func(context.Context, int) error) func(context.Context, int) error {
	return func(ctx context.Context, i int) error {
		if i >= n {
			return remove(ctx, i)
		}
		return put(ctx, i)
	}
}

func (o *reconciler) ensureControlPlane(ctx context.Context) error {
	if o.controlPlane == "" {
		return o.createControlPlane(ctx)
	}
	_, err := o.ControlPlanes.UpdateControlPlane(ctx, o.controlPlane, components.UpdateControlPlaneRequest{Name: new(workload.ControlPlane)})
	return err
}

// patiently repeats what the rate limit refuses.
func (o *reconciler) patiently(ctx context.Context, do func(context.Context) error) error {
	for {
		err := do(ctx)
		pause, again := pauseAfter(err)
		if !again {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// pauseAfter tells how long to wait after a refusal.
func pauseAfter(err error) (time.Duration, bool) {
	retryAfter, yes := refused(err)
	if !yes {
		return 0, false
	}
	if seconds, err := strconv.Atoi(retryAfter); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	return refusedPause, true
}

// queue is a work queue for a known number of items, of which each is done once. Refused
// ones come back later, and their worker does not wait for them.
type queue struct {
	items   chan int
	left    int
	workers int
	do      func(ctx context.Context, i int) error
	done    func(i int)
}

func newQueue(n, workers int, do func(context.Context, int) error) *queue {
	return &queue{items: make(chan int, n), left: n, workers: workers, do: do}
}

func (q *queue) add(i int) { q.items <- i }

// work ends when all items are done, or one failed.
func (q *queue) work(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	finished := make(chan int)
	var workers sync.WaitGroup
	for range q.workers {
		workers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case i := <-q.items:
					if err := q.try(ctx, i, finished); err != nil {
						cancel(err)
					}
				}
			}
		})
	}
	for range q.left {
		select {
		case i := <-finished:
			q.done(i)
		case <-ctx.Done():
			workers.Wait()
			return context.Cause(ctx)
		}
	}
	cancel(errDone)
	workers.Wait()
	return nil
}

var errDone = errors.New("all is done")

func (q *queue) try(ctx context.Context, i int, finished chan<- int) error {
	err := q.do(ctx, i)
	if pause, again := pauseAfter(err); again {
		time.AfterFunc(pause, func() { q.add(i) })
		return nil
	}
	if err != nil {
		return fmt.Errorf("item %d: %w", i, err)
	}
	select {
	case finished <- i:
	case <-ctx.Done():
	}
	return nil
}
