package provision

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

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
