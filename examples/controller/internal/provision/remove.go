package provision

import (
	"context"
	"errors"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

// remove deletes the entities of the objects that leave, children first, and then
// lets those objects go. A control plane takes along all that it holds.
func (r *Reconciler) remove(ctx context.Context, done *outcome, staying, leaving []*item) error {
	if len(leaving) == 0 {
		return nil
	}
	call, cancel := context.WithTimeout(ctx, r.options.Timeout)
	defer cancel()
	rest := leaving
	if top := leaving[0]; top.key() == done.root {
		rest = leaving[1:]
		done.take(r.konnect.Delete(call, append([]crd.Object{top.now}, done.lost...), konnect.WithPartial(), konnect.WithCascade()))
		change := done.changes[top.key()]
		switch {
		case change.Err == nil && !change.Programmed:
			done.buried = true
			return r.buryAll(ctx, done, staying, leaving)
		case konnect.IsTransient(change.Err):
			return r.record(ctx, done, []*item{top})
		}
	}
	if len(rest) > 0 {
		objects := slices.Clone(done.lost)
		for _, it := range rest {
			objects = append(objects, it.now)
		}
		done.take(r.konnect.Delete(call, objects, konnect.WithPartial()))
	}
	waiting, err := r.bury(ctx, done, rest)
	// An entity that is not ours to delete stays in Konnect; those in it must be
	// gone first all the same, because they are reached through its object.
	if err == nil && len(rest) < len(leaving) {
		top := leaving[:1]
		if len(waiting) == 0 {
			top, err = r.bury(ctx, done, top)
		}
		waiting = append(waiting, top...)
	}
	done.blocked = len(waiting) > 0
	return errors.Join(err, r.record(ctx, done, waiting))
}

// buryAll lets everything go that was in an entity which is gone. What stays has lost
// its entity, and is told so first: who deletes it next need not look for one.
func (r *Reconciler) buryAll(ctx context.Context, done *outcome, staying, leaving []*item) error {
	strays, err := r.strays(ctx, leaving[0], slices.Concat(staying, leaving))
	if err != nil {
		return err
	}
	staying = append(staying, strays...)
	for _, it := range staying {
		it.now.SetKonnectStatus(crd.KonnectStatus{})
		it.now.SetConditions(crd.PendingConditions())
	}
	if err := r.record(ctx, done, staying); err != nil || done.stale {
		return err
	}
	return each(ctx, leaving, func(ctx context.Context, it *item) error { return r.release(ctx, it.before) })
}

// strays returns the objects whose entities lay in a control plane, but which are not
// in its tree: what leads from the one to the other is missing.
func (r *Reconciler) strays(ctx context.Context, top *item, tree []*item) ([]*item, error) {
	id := top.before.GetKonnectStatus().ID
	if id == "" {
		return nil, nil
	}
	objects, err := r.forest.find(ctx, byControlPlane, id)
	var strays []*item
	for _, obj := range objects {
		if !slices.ContainsFunc(tree, func(it *item) bool { return it.key() == crd.KeyOf(obj) }) {
			strays = append(strays, newItem(obj))
		}
	}
	return strays, err
}

// undo deletes what was provisioned for objects that were gone meanwhile: a replica that
// was slow may have lost them to another, which has deleted their entities already.
func (r *Reconciler) undo(ctx context.Context, done *outcome) {
	if len(done.vanished) > 0 {
		done.take(r.konnect.Delete(ctx, append(done.vanished, done.lost...), konnect.WithPartial()))
	}
}

// bury lets the items go whose entity is gone, or out of reach for good, and returns
// the others.
func (r *Reconciler) bury(ctx context.Context, done *outcome, items []*item) ([]*item, error) {
	var waiting, going []*item
	for _, it := range items {
		err := done.changes[it.key()].Err
		switch {
		case err == nil:
		case r.isLost(ctx, done, it, err):
			r.events.leftBehind(it, err)
		default:
			waiting = append(waiting, it)
			continue
		}
		going = append(going, it)
	}
	return waiting, each(ctx, going, func(ctx context.Context, it *item) error { return r.release(ctx, it.before) })
}

// isLost tells whether an entity can never be deleted from here: it is somebody
// else's, or what is needed to reach it does not exist. The cluster itself is asked,
// because the cache may not know of something that is there.
func (r *Reconciler) isLost(ctx context.Context, done *outcome, it *item, err error) bool {
	if foreign, ok := errors.AsType[*konnect.OwnershipError](err); ok {
		id := it.before.GetKonnectStatus().ID
		return id == "" || id == foreign.KonnectID
	}
	if invalid, ok := errors.AsType[*field.Error](err); ok {
		return strings.HasPrefix(invalid.Field, "spec.konnect") // without credentials it was never provisioned
	}
	if _, answered := errors.AsType[*konnect.APIError](err); answered || konnect.IsTransient(err) {
		return false
	}
	_, err = resolve.Resolve(ctx, append([]crd.Object{it.before}, done.lost...), resolve.WithSource(r.live))
	return isUnreachable(err) && !konnect.IsTransient(err)
}

// isUnreachable tells whether something that an object needs is missing.
func isUnreachable(err error) bool {
	_, missing := errors.AsType[*resolve.MissingError](err)
	_, noToken := errors.AsType[*resolve.MissingTokenError](err)
	_, notGranted := errors.AsType[*resolve.NotGrantedError](err)
	_, noControlPlane := errors.AsType[*resolve.NoControlPlaneError](err)
	_, ambiguous := errors.AsType[*resolve.AmbiguousControlPlaneError](err)
	return missing || noToken || notGranted || noControlPlane || ambiguous
}
