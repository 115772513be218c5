package provision

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// inUse keeps credentials from going before what was made with them; it is the
// operator's own as well.
const inUse = "konnect.konghq.com/konnectapiauth-in-use"

func finalizerOf(obj crd.Object) string {
	if konnect.HasEntity(crd.KeyOf(obj)) {
		return crd.Finalizer
	}
	return inUse
}

// isOurs tells whether obj has an entity, or may have, that we look after.
func isOurs(obj crd.Object) bool {
	return slices.Contains(obj.GetFinalizers(), finalizerOf(obj))
}

// hold puts the finalizer on items without, before anything is written to Konnect.
func (r *Reconciler) hold(ctx context.Context, items []*item) error {
	return each(ctx, items, func(ctx context.Context, it *item) error {
		if isOurs(it.before) || !it.before.GetDeletionTimestamp().IsZero() {
			return nil
		}
		controllerutil.AddFinalizer(it.now, finalizerOf(it.now))
		if err := r.cluster.Patch(ctx, it.now, lockedPatch(it.before)); err != nil {
			return err
		}
		r.replaced.note(it.before)
		r.metrics.clusterWrites.WithLabelValues("finalizer").Inc()
		*it = *newItem(it.now)
		return nil
	})
}

// release lets an object go.
func (r *Reconciler) release(ctx context.Context, obj crd.Object) error {
	it := newItem(obj)
	if !controllerutil.RemoveFinalizer(it.now, finalizerOf(obj)) {
		return nil
	}
	r.metrics.clusterWrites.WithLabelValues("finalizer").Inc()
	r.replaced.forget(obj)
	return client.IgnoreNotFound(r.cluster.Patch(ctx, it.now, lockedPatch(it.before)))
}

// lockedPatch is a merge patch that fails when the object is not as read: finalizers
// and conditions are lists, which such a patch replaces.
func lockedPatch(before crd.Object) client.Patch {
	return client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
}

// credentials returns the objects that the items take their credentials from, so that
// those get a status and stay while they are needed. What is in another namespace is
// only read.
func (r *Reconciler) credentials(ctx context.Context, items []*item) ([]*item, error) {
	var found []*item
	seen := sets.Set[crd.Key]{}
	for _, it := range items {
		for _, ref := range it.before.References() {
			if ref.Role != crd.RoleCredential || seen.Has(ref.To) || ref.To.Namespace != it.key().Namespace {
				continue
			}
			seen.Insert(ref.To)
			obj, err := r.forest.get(ctx, ref.To)
			if err != nil {
				return nil, err
			}
			if obj != nil {
				found = append(found, newItem(obj))
			}
		}
	}
	return found, nil
}

// reconcileCredential lets credentials go that are to be deleted once nothing is left
// that was made with them.
func (r *Reconciler) reconcileCredential(ctx context.Context, key crd.Key) (reconcile.Result, error) {
	obj, err := r.forest.get(ctx, key)
	if err != nil || obj == nil || obj.GetDeletionTimestamp().IsZero() || !isOurs(obj) {
		return reconcile.Result{}, err
	}
	users, err := r.forest.find(ctx, byOther, indexValue(key))
	if err != nil || slices.ContainsFunc(users, isOurs) {
		return reconcile.Result{}, err
	}
	return r.next(ctx, newOutcome(key), r.release(ctx, obj))
}
