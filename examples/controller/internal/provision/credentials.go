package provision

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

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
	for _, ref := range obj.References() {
		r.tokens.Delete(ref.To)
	}
	return r.next(ctx, newOutcome(key), r.release(ctx, obj))
}

// lostTokens returns the Secrets of a tree's credentials that are gone, as they were
// last seen. Who deletes everything at once deletes those too, and a Secret has no
// finalizer: what was made with it is deleted with it all the same, and nothing else
// is done with it. A controller that was started later knows none.
func (r *Reconciler) lostTokens(ctx context.Context, tree []crd.Object) ([]crd.Object, error) {
	var lost []crd.Object
	for _, obj := range tree {
		for _, ref := range obj.References() {
			if ref.Role != crd.RoleCredential {
				continue
			}
			auth, err := r.forest.get(ctx, ref.To)
			if err != nil || auth == nil {
				return lost, err
			}
			for _, ref := range auth.References() {
				secret, err := r.cached.Get(ctx, ref.To)
				known, ok := r.tokens.Load(ref.To)
				switch {
				case err == nil && tokenOf(secret) != "":
					r.tokens.Store(ref.To, secret)
				case err != nil && !errors.Is(err, resolve.ErrNotFound):
					return nil, err
				case ok:
					secret, _ := known.(crd.Object)
					lost = append(lost, secret)
				}
			}
		}
	}
	return lost, nil
}
