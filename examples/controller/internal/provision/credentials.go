package provision

import (
	"context"
	"errors"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
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
			if !isCredential(ref) || seen.Has(ref.To) || ref.To.Namespace != it.key().Namespace {
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
// that was made with them, and tells of others what nothing that uses them tells.
func (r *Reconciler) reconcileCredential(ctx context.Context, key crd.Key) (reconcile.Result, error) {
	obj, err := r.forest.get(ctx, key)
	switch {
	case err != nil || obj == nil:
		return reconcile.Result{}, err
	case obj.GetDeletionTimestamp().IsZero():
		return r.judgeCredential(ctx, obj)
	case !isOurs(obj):
		return reconcile.Result{}, nil
	}
	if used, err := r.isUsed(ctx, key); err != nil || used {
		return reconcile.Result{}, err
	}
	if err := r.forgetTokens(ctx, obj); err != nil {
		return reconcile.Result{}, err
	}
	return r.next(ctx, newOutcome(key), r.release(ctx, obj))
}

// judgeCredential says in the status of credentials that they cannot be had, for want of
// a Secret or a grant, where no object of their own namespace uses them: the tree of
// such an object tells that, and what Konnect says of them.
func (r *Reconciler) judgeCredential(ctx context.Context, obj crd.Object) (reconcile.Result, error) {
	if !slices.ContainsFunc(obj.References(), isCredential) {
		return reconcile.Result{}, nil
	}
	key := crd.KeyOf(obj)
	users, err := r.forest.find(ctx, byOther, indexValue(key))
	if err != nil || slices.ContainsFunc(users, func(user crd.Object) bool { return crd.NamespaceOf(user) == key.Namespace }) {
		return reconcile.Result{}, err
	}
	it, done := newItem(obj), newOutcome(key)
	report, err := r.konnect.Ensure(ctx, []crd.Object{it.now}, konnect.WithPartial())
	done.take(report, err)
	if conditions := it.now.GetConditions(); err == nil && meta.IsStatusConditionFalse(conditions, crd.ConditionAPIAuthValid) {
		unknown := crd.PendingConditions()[0] // nobody has asked Konnect yet
		unknown.Type, unknown.ObservedGeneration = crd.ConditionAPIAuthValid, obj.GetGeneration()
		meta.SetStatusCondition(&conditions, unknown)
		it.now.SetConditions(conditions)
	}
	if err := r.record(ctx, done, []*item{it}); err != nil || done.passing != nil {
		return r.next(ctx, done, err)
	}
	return reconcile.Result{}, nil
}

// isUsed reports whether something may still have been made with credentials. What
// refers to them without a grant is no reason to keep them.
func (r *Reconciler) isUsed(ctx context.Context, key crd.Key) (bool, error) {
	users, err := r.forest.find(ctx, byOther, indexValue(key))
	if err != nil {
		return false, err
	}
	for _, user := range users {
		if !isOurs(user) {
			continue
		}
		if reached, err := r.reaches(ctx, user, key); err != nil || reached {
			return reached, err
		}
	}
	return false, nil
}

// forgetTokens drops the tokens that only these credentials name.
func (r *Reconciler) forgetTokens(ctx context.Context, auth crd.Object) error {
	for _, ref := range auth.References() {
		users, err := r.forest.find(ctx, byOther, indexValue(ref.To))
		if err != nil {
			return err
		}
		if len(users) <= 1 {
			r.tokens.Delete(ref.To)
		}
	}
	return nil
}

// lostTokens returns the Secrets of a tree's credentials that are gone, as they were
// last seen. Who deletes everything at once deletes those too, and a Secret has no
// finalizer: what was made with it is deleted with it all the same, and nothing else
// is done with it. A controller that was started later knows none.
func (r *Reconciler) lostTokens(ctx context.Context, tree []crd.Object) ([]crd.Object, error) {
	var using []crd.Object
	for _, obj := range tree {
		if slices.ContainsFunc(obj.References(), isCredential) {
			using = append(using, obj)
		}
	}
	remembered := &memory{Source: r.cached, tokens: &r.tokens}
	_, err := resolve.Resolve(ctx, using, resolve.WithSource(remembered))
	if failed, ok := errors.AsType[*resolve.LookupError](err); ok {
		return nil, failed
	}
	return remembered.lost, ctx.Err()
}

// memory is a Source that gives a Secret that is gone as it was last seen. It is asked
// only for what a reference may lead to, so that without a grant nothing is remembered.
type memory struct {
	resolve.Source
	tokens *sync.Map
	lost   []crd.Object
}

// Get implements resolve.Source.
func (m *memory) Get(ctx context.Context, key crd.Key) (crd.Object, error) {
	obj, err := m.Source.Get(ctx, key)
	if key.GroupKind() != (schema.GroupKind{Kind: crd.SecretKind}) || err != nil && !errors.Is(err, resolve.ErrNotFound) {
		return obj, err
	}
	if err == nil && tokenOf(obj) != "" {
		m.tokens.Store(key, obj)
		return obj, nil
	}
	known, ok := m.tokens.Load(key)
	if !ok {
		return obj, err
	}
	secret, _ := known.(crd.Object)
	m.lost = append(m.lost, secret)
	return secret, nil
}

// reaches reports whether a reference of obj leads to key: it names it, and may.
func (r *Reconciler) reaches(ctx context.Context, obj crd.Object, key crd.Key) (bool, error) {
	graph, err := resolve.Resolve(ctx, []crd.Object{obj}, resolve.WithSource(r.cached))
	if failed, ok := errors.AsType[*resolve.LookupError](err); ok {
		return false, failed
	}
	node := graph.Node(crd.KeyOf(obj))
	return slices.ContainsFunc(node.Edges, func(edge resolve.Edge) bool {
		return edge.Node != nil && edge.Node.Key == key
	}), ctx.Err()
}

// tokenOf returns the token that a Secret holds; empty for other objects.
func tokenOf(obj crd.Object) crd.SecretString {
	secret, ok := obj.(interface {
		Value(key string) (crd.SecretString, bool)
	})
	if !ok {
		return ""
	}
	token, _ := secret.Value(resolve.TokenKey)
	return token
}
