package provision

import (
	"context"
	"errors"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

// Reconciler makes Konnect hold what the objects of a tree say. A request is the key
// of the tree's root.
type Reconciler struct {
	options Options
	konnect *konnect.Client
	forest  forest
	cluster client.Client
	// cached is where objects are looked up; live is the cluster itself, asked before
	// an entity is given up for lost.
	cached, live resolve.Source
	// tokens are the Secrets that were last seen.
	tokens   sync.Map
	events   events
	metrics  *metrics
	replaced replaced
}

var _ reconcile.TypedReconciler[crd.Key] = &Reconciler{}

// item is an object of a tree: as the cache has it, and a copy to write to.
type item struct{ before, now crd.Object }

func newItem(obj crd.Object) *item {
	now, _ := obj.DeepCopyObject().(crd.Object)
	return &item{before: obj, now: now}
}

func (i *item) key() crd.Key { return crd.KeyOf(i.before) }

// Reconcile looks at the tree of root: what is to go goes first, then all that stays
// is ensured in one call, then status tells how it went.
func (r *Reconciler) Reconcile(ctx context.Context, root crd.Key) (reconcile.Result, error) {
	if r.options.Share != nil && !r.options.Share.Owns(root) {
		return reconcile.Result{}, nil
	}
	if !konnect.HasEntity(root) {
		return r.reconcileCredential(ctx, root)
	}
	tree, err := r.forest.tree(ctx, root)
	switch {
	case err != nil || len(tree) == 0:
		return reconcile.Result{}, err
	case r.replaced.lags(tree):
		return reconcile.Result{RequeueAfter: r.options.Gather}, nil
	}
	var staying, leaving []*item
	for _, obj := range tree {
		switch {
		case obj.GetDeletionTimestamp().IsZero():
			staying = append(staying, newItem(obj))
		case isOurs(obj):
			leaving = append(leaving, newItem(obj))
		}
	}
	done := newOutcome(root)
	credentials, err := r.credentials(ctx, staying)
	if err == nil {
		done.lost, err = r.lostTokens(ctx, tree)
	}
	if err == nil {
		err = r.remove(ctx, done, staying, leaving)
	}
	if err == nil && !done.buried {
		err = r.holdWritten(ctx, staying, credentials)
	}
	if err == nil && !done.buried {
		err = r.ensure(ctx, done, append(staying, credentials...))
	}
	return r.next(ctx, done, err)
}

// ensure provisions what stays.
func (r *Reconciler) ensure(ctx context.Context, done *outcome, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	objects := make([]crd.Object, len(items))
	for i, it := range items {
		objects[i] = it.now
	}
	call, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	done.take(r.konnect.Ensure(call, objects, r.ensureOptions()...))
	defer r.undo(call, done)
	return errors.Join(r.record(ctx, done, items), r.holdLate(ctx, done, items))
}

func (r *Reconciler) ensureOptions() []konnect.EnsureOption {
	return []konnect.EnsureOption{
		konnect.WithPartial(), konnect.WithAdoption(r.options.Adoption), konnect.WithAdoptionLimit(r.options.Adoption),
	}
}
