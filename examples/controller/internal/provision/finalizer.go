package provision

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
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

// holdWritten puts the finalizer on items, before anything of them is written to
// Konnect, and on the credentials that this is done with. What cannot be written, for
// want of a parent, a grant or a token that works, gets none: nothing of it is to be
// deleted.
func (r *Reconciler) holdWritten(ctx context.Context, items, credentials []*item) error {
	if !slices.ContainsFunc(items, isFree) {
		return nil
	}
	objects := make([]crd.Object, 0, len(items)+len(credentials))
	for _, it := range slices.Concat(items, credentials) {
		objects = append(objects, it.now)
	}
	possible := r.inProgrammedPlanes(ctx, objects)
	if slices.ContainsFunc(items, func(it *item) bool { return isFree(it) && !possible[it.key()] }) {
		call, cancel := context.WithTimeout(ctx, r.options.Timeout)
		defer cancel()
		plan, _ := r.konnect.Plan(call, objects, r.ensureOptions()...) // Ensure tells what is wrong
		for _, change := range plan.Changes {
			possible[change.Key] = change.Err == nil
		}
	}
	var written []*item
	for _, it := range items {
		if possible[it.key()] || it.before.GetKonnectStatus().ID != "" {
			written = append(written, it)
		}
	}
	return r.hold(ctx, append(written, usedBy(written, credentials)...))
}

// inProgrammedPlanes returns the objects whose references lead to a control plane that
// is Programmed. For them Konnect need not be asked: they can be reached.
func (r *Reconciler) inProgrammedPlanes(ctx context.Context, objects []crd.Object) map[crd.Key]bool {
	graph, _ := resolve.Resolve(ctx, objects, resolve.WithSource(r.cached)) // Ensure tells what is wrong
	found := map[crd.Key]bool{}
	for _, node := range graph.Nodes() {
		if plane := node.ControlPlane; plane != nil && crd.IsProgrammed(plane.Object) {
			found[node.Key] = true
		}
	}
	return found
}

// holdLate puts the finalizer on items that were written although the plan had said
// that they could not be: something has changed in between.
func (r *Reconciler) holdLate(ctx context.Context, done *outcome, items []*item) error {
	return each(ctx, items, func(ctx context.Context, it *item) error {
		if it.now.GetKonnectStatus().ID == "" || !konnect.HasEntity(it.key()) {
			return nil
		}
		err := r.hold(ctx, []*item{newItem(it.now)})
		if isStale(err) {
			done.lag(it, apierrors.IsNotFound(err))
			return nil
		}
		return err
	})
}

// usedBy returns the credentials that items refer to.
func usedBy(items, credentials []*item) []*item {
	var used []*item
	for _, c := range credentials {
		if slices.ContainsFunc(items, func(it *item) bool {
			return slices.ContainsFunc(it.before.References(), func(ref crd.Reference) bool { return ref.To == c.key() })
		}) {
			used = append(used, c)
		}
	}
	return used
}

// isFree reports whether an item may vanish at any moment.
func isFree(it *item) bool {
	return !isOurs(it.before) && it.before.GetDeletionTimestamp().IsZero()
}

// hold puts the finalizer on items without.
func (r *Reconciler) hold(ctx context.Context, items []*item) error {
	return each(ctx, items, func(ctx context.Context, it *item) error {
		if !isFree(it) {
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
