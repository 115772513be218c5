package provision

import (
	"context"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/konnect"
)

// writers is how many requests to the cluster one tree has under way.
const writers = 16

// record writes the status of items where it changed, with an Event each.
func (r *Reconciler) record(ctx context.Context, done *outcome, items []*item) error {
	return each(ctx, items, func(ctx context.Context, it *item) error {
		change := done.changes[it.key()]
		r.metrics.provisioned(it, change)
		changed := isWorthWriting(it, change, it.key() == done.root)
		if changed {
			err := r.cluster.Status().Patch(ctx, it.now, lockedPatch(it.before))
			if isStale(err) {
				done.lag(it, apierrors.IsNotFound(err))
				return nil
			}
			if err != nil {
				return err
			}
			r.replaced.note(it.before)
			r.metrics.clusterWrites.WithLabelValues("status").Inc()
		}
		r.events.changed(it, change, changed)
		if changed || isWrite(change.Action) { // once for each change
			r.events.warned(it, done.warnings[it.key()])
		}
		return nil
	})
}

// isWorthWriting tells whether a status is written. After a failure that may pass by
// itself the root alone tells of it, once; all others keep what was last known.
func isWorthWriting(it *item, change konnect.Change, root bool) bool {
	if !konnect.IsTransient(change.Err) {
		return !equality.Semantic.DeepEqual(it.before, it.now)
	}
	return root && !slices.EqualFunc(it.before.GetConditions(), it.now.GetConditions(), func(a, b metav1.Condition) bool {
		return a.Type == b.Type && a.Status == b.Status && a.Reason == b.Reason && a.ObservedGeneration == b.ObservedGeneration
	})
}

// each runs do for all items, some at a time, and returns the errors; one that only
// says that the cache lags stands back behind others.
func each(ctx context.Context, items []*item, do func(context.Context, *item) error) error {
	var (
		group         sync.WaitGroup
		lock          sync.Mutex
		failed, stale error
	)
	slots := make(chan struct{}, writers)
	for _, it := range items {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			err := do(ctx, it)
			lock.Lock()
			defer lock.Unlock()
			switch {
			case isStale(err):
				stale = err
			case err != nil && failed == nil:
				failed = err
			}
		})
	}
	group.Wait()
	if failed != nil {
		return failed
	}
	return stale
}
