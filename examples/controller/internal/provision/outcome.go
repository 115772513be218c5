package provision

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// outcome collects what became of a tree.
type outcome struct {
	root crd.Key
	// lost are Secrets that are gone but remembered.
	lost    []crd.Object
	changes map[crd.Key]konnect.Change
	// warnings are by object; what concerns the whole call is the root's.
	warnings map[crd.Key][]konnect.Warning
	// passing is a failure that may pass by itself, of so many objects.
	passing error
	waiting int
	// blocked is set when an entity could not be deleted, and wrote when another was
	// written after that, which may have been in its way.
	blocked, wrote bool
	// buried is set when the control plane is gone with all that it held.
	buried bool
	// stale is set when the cache lags behind what was written, and vanished holds the
	// objects that were gone when their status was to be written.
	lock     sync.Mutex
	stale    bool
	vanished []crd.Object
}

// lag notes that it is not any more as the cache had it, or not there at all.
func (o *outcome) lag(it *item, gone bool) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.stale = true
	if gone {
		o.vanished = append(o.vanished, it.before)
	}
}

func newOutcome(root crd.Key) *outcome {
	return &outcome{root: root, changes: map[crd.Key]konnect.Change{}, warnings: map[crd.Key][]konnect.Warning{}}
}

// take notes what a call to Konnect did.
func (o *outcome) take(report *konnect.Report, err error) {
	if konnect.IsTransient(err) {
		o.passing = err
	}
	if report == nil {
		return
	}
	o.wrote = report.Writes > 0
	for _, change := range report.Changes {
		o.changes[change.Key] = change
		if konnect.IsTransient(change.Err) {
			o.passing = change.Err
			o.waiting++
		}
	}
	for _, w := range report.Warnings {
		key := w.Key
		if key == (crd.Key{}) {
			key = o.root
		}
		o.warnings[key] = append(o.warnings[key], w)
	}
}

// next says when to look at the tree again: soon when the cache lags, when Konnect
// asked for it, with growing pauses after failures that may pass, or for the next
// comparison. What is wrong with an object waits for an event.
func (r *Reconciler) next(ctx context.Context, done *outcome, err error) (reconcile.Result, error) {
	switch {
	case isStale(err), err == nil && (done.stale || done.blocked && done.wrote):
		return reconcile.Result{RequeueAfter: r.options.Gather}, nil
	case err != nil:
		return reconcile.Result{}, err
	case done.passing == nil:
		r.events.recovered(done.root)
		return reconcile.Result{RequeueAfter: wait.Jitter(r.options.Drift, driftSpread)}, nil
	}
	r.events.unavailable(ctx, r.forest, done)
	if after := konnect.RetryAfter(done.passing); after > 0 {
		return reconcile.Result{RequeueAfter: max(after, time.Second)}, nil
	}
	return reconcile.Result{}, fmt.Errorf("%d objects of %s wait for konnect: %w", done.waiting, done.root, done.passing)
}

// isStale tells whether err only says that the cache lags behind.
func isStale(err error) bool { return apierrors.IsConflict(err) || apierrors.IsNotFound(err) }
