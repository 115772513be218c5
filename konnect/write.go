package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/internal/transport"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// writeEntity writes what differs; a group may differ in its members alone.
func (e *executor) writeEntity(ctx context.Context, x *decision, r *result) error {
	i, desired := x.item, x.changes.desired
	if r.entity != nil && len(x.changes.fields) == 1 && i.group != nil && x.changes.fields[0].Path == i.group.Name {
		return nil
	}
	var raw []byte
	var err error
	if len(x.order.lingers) > 0 && r.done == "" {
		if !changesMoreThanTags(x) {
			return nil
		}
		if desired, err = stillMarked(e, x); err != nil {
			return err
		}
	}
	if r.entity == nil { // the IDs of what it refers to are known only now
		in := e.options.inputs(e.batch, e.world, i, kinds.Inputs{}, e.results)
		if desired, err = i.kind.Desire(i.object, in); err != nil {
			return err
		}
		if r.id == "" && !i.kind.Writes.ServerID { // its control plane was not there
			r.id = cmp.Or(i.kind.SpecID(i.object), marks.EntityID(e.results[i.controlPlane.n].id, e.world.owner, i.key))
		}
		if len(i.kind.WriteOnly) > 0 || i.kind.Configuration != nil {
			desired = e.options.markSecrets(i.kind, r.id, desired, in.Schema)
		}
	}
	if r.entity == nil && i.kind.Writes.ServerID {
		raw, err = e.createByServer(ctx, x, desired)
	} else {
		raw, err = e.persist(ctx, x, func(ctx context.Context) ([]byte, error) {
			return x.account.put(ctx, i.kind, e.world.at(e.batch, i, e.results), r.id, desired)
		})
	}
	if err != nil {
		e.explain(err, x, desired)
		return err
	}
	return e.takeAnswer(x, r, desired, raw)
}

// takeAnswer keeps what Konnect says that it holds now.
func (e *executor) takeAnswer(x *decision, r *result, desired kinds.Desired, raw []byte) error {
	written, err := writtenEntity(x.kind, r.id, raw)
	if err != nil {
		return err
	}
	r.entity, r.id, r.owned = written, written.ID, true
	if x.kind.Same(desired, written) {
		return nil
	}
	observed, err := x.kind.Project(written)
	if err != nil {
		return err
	}
	var configured []canon.Difference
	if x.kind.Configuration != nil { // what the server fills in is known only now
		in := e.options.inputs(e.batch, e.world, x.item, kinds.Inputs{Observed: observed}, e.results)
		tags := desired.Object["tags"] // with the mark of what was sent
		if desired, err = x.kind.Desire(x.item.object, in); err != nil {
			return err
		}
		desired = desired.With("tags", tags)
		configured = withoutEncrypted(x.item, desired, in, x.kind.DiffConfiguration(desired, observed, in.Schema, false))
		if len(configured) > 0 { // the schema may be another one now
			at := describes(e.world, x.item, in)
			x.account.forget(x.kind.Configuration.Path(at.controlPlaneID, at.configured))
		}
	}
	left := append(canon.Diff(desired.Object, observed, x.kind.Fields), configured...)
	if len(x.kind.WriteOnly) > 0 {
		x.account.learn(x.kind, desired, observed)
		left = withoutWriteOnly(x.kind, left)
	}
	if x.isControlPlane() {
		r.clusterType, _ = observed["cluster_type"].(string)
	}
	if len(left) > 0 {
		r.deviations = fieldsOf(left)
		e.config.logger.Warn("konnect holds something else than it was sent",
			"key", x.key.String(), "fields", joinFields(r.deviations))
	}
	return nil
}

// writtenEntity reads the answer to a write of the entity with an ID.
func writtenEntity(k *kinds.Kind, id string, raw []byte) (*wire.Entity, error) {
	written, err := wire.Decode(raw, k.Shape())
	if err != nil || written.ID == "" {
		return nil, errNoEntity
	}
	if id != "" && !strings.EqualFold(written.ID, id) {
		return nil, fmt.Errorf("the answer is about entity %q and not about %s, so it does not say whether that was written", written.ID, id)
	}
	return written, nil
}

// park gives an entity a name that nobody else wants. A run that ends here is taken up by
// the next one: the marks tell whose it is.
func (e *executor) park(ctx context.Context, x *decision) {
	r, i := &e.results[x.n], x.item
	if err := e.decisions.blockedReference(e.batch, x, e.results); err != nil {
		r.skip(err)
		return
	}
	if ctx.Err() != nil {
		return // write says so
	}
	desired := parked(i, x.changes.desired)
	raw, err := e.persist(ctx, x, func(ctx context.Context) ([]byte, error) {
		return x.account.put(ctx, i.kind, e.world.at(e.batch, i, e.results), r.id, desired)
	})
	if err == nil {
		_, err = writtenEntity(i.kind, r.id, raw)
	}
	if err != nil {
		e.explain(err, x, x.changes.desired)
		r.fail(fmt.Errorf("rename %s: %w", x.key, err))
	}
}

// remove deletes an entity; one that is gone already is a success.
func (e *executor) remove(ctx context.Context, x *decision) {
	r := &e.results[x.n]
	if err := ctx.Err(); err != nil {
		r.skip(fmt.Errorf("%s: %w", x.key, err))
		return
	}
	at := e.found(x)
	_, err := e.persist(ctx, x, func(ctx context.Context) ([]byte, error) {
		_, err := x.account.send(ctx, http.MethodDelete, x.kind.EntityPath(at, r.id), nil, nil)
		if isNotFound(err) {
			err = nil
		}
		return nil, err
	})
	if err != nil {
		e.explain(err, x, kinds.Desired{})
		r.done, r.fault = ActionFailed, fault{err: fmt.Errorf("delete %s: %w", x.key, err)}
		return
	}
	r.done = ActionDeleted
	e.config.logger.InfoContext(ctx, "entity deleted", "key", x.key.String(), "konnect_id", r.id)
}

// withdraw takes an entity that this call has made away again where what acts on it alone
// has failed, because it would be reached without. Where the context has ended, the next
// call goes on.
func (e *executor) withdraw(ctx context.Context, x *decision) {
	r := &e.results[x.n]
	n := slices.IndexFunc(x.order.own, func(own *decision) bool { return e.results[own.n].fault.err != nil })
	if n < 0 || r.done != ActionCreated || ctx.Err() != nil {
		return
	}
	failed := x.order.own[n]
	if e.remove(ctx, x); r.done != ActionDeleted {
		r.fault = fault{err: fmt.Errorf("create %s: it is there without %s, which failed, and could not be taken away again: %w", x.key, failed.key, r.fault.err)}
		return
	}
	r.entity = nil
	r.done, r.fault = ActionFailed, fault{err: fmt.Errorf("create %s: it was taken away again, because it would be without %s, which failed: %w",
		x.key, failed.key, e.results[failed.n].fault.err)}
	for _, own := range x.order.own {
		if gone := &e.results[own.n]; gone.fault.err == nil {
			gone.entity = nil
			gone.skip(&DependencyError{Key: own.key, Field: own.item.fieldTo(x.item), On: x.key, Cause: r.fault.err})
		}
	}
}

// found returns where an entity lies that is there.
func (e *executor) found(x *decision) kinds.At {
	at := kinds.At{}
	if plane := x.controlPlane; plane != nil && !x.isControlPlane() {
		at.ControlPlane = e.results[plane.n].id
	}
	if parent := x.kind.Parent; parent != nil {
		at.Parent = e.results[x.n].entity.Ref(parent.JSON)
	}
	return at
}

// put makes an entity as desired, under its ID.
func (a *account) put(ctx context.Context, k *kinds.Kind, at kinds.At, id string, desired kinds.Desired) ([]byte, error) {
	if k.Writes.ServerID && !k.Writes.NoPatch {
		return a.send(ctx, http.MethodPatch, k.EntityPath(at, id), nil, k.Patch(desired).Body())
	}
	raw, err := a.send(ctx, http.MethodPut, k.EntityPath(at, id), nil, desired.Body())
	if k.Writes.PutUpdates && isNotFound(err) {
		return a.send(ctx, http.MethodPost, k.NestedPath(at), nil, desired.With("id", id).Body())
	}
	return raw, err
}

// createByServer creates an entity whose ID the server chooses. Where nobody
// knows whether a request arrived, it looks before it posts again.
func (e *executor) createByServer(ctx context.Context, x *decision, desired kinds.Desired) ([]byte, error) {
	i := x.item
	return e.config.retry.repeat(ctx, func() ([]byte, bool, error) {
		raw, err := x.account.send(ctx, http.MethodPost, i.kind.Path(e.world.at(e.batch, i, e.results)), nil, desired.Body())
		if err == nil || ctx.Err() != nil || !mayHaveArrived(err) {
			return raw, false, err
		}
		found, lookErr := e.lookUp(ctx, i)
		switch {
		case lookErr != nil:
			return nil, false, errors.Join(err, fmt.Errorf("look it up: %w", lookErr))
		case found == nil:
			return nil, true, err
		case found.Marks.Ours(e.world.owner) && found.Marks.Key == i.mark:
			return found.Raw, false, nil
		default:
			return nil, false, ownershipError(e.batch, e.world, i, found, e.options)
		}
	})
}

// lookUp reads the entity with the natural key that i wants, its own if there are several;
// nil when there is none.
func (e *executor) lookUp(ctx context.Context, i *item) (*wire.Entity, error) {
	var found *wire.Entity
	if !i.isControlPlane() {
		keys := e.world.keys(e.batch, i)
		err := wire.List(ctx, i.controlPlane.account.get, i.kind.Path(e.world.at(e.batch, i, e.results)), nil, i.kind.Shape(), func(other *wire.Entity) {
			if sameKeys(other, keys) && (found == nil || other.Marks.Key == i.mark) {
				found = other
			}
		})
		return found, err
	}
	name := i.kind.Name(i.object)
	err := wire.ListControlPlanes(ctx, i.account.get, url.Values{"filter[name][eq]": {name}}, i.kind.Shape(), func(e *wire.Entity) {
		if e.Name == name {
			found = e
		}
	})
	return found, err
}

func mayHaveArrived(err error) bool {
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		return failed.Sent
	}
	api, answered := errors.AsType[*APIError](err)
	return !answered || api.Status >= http.StatusInternalServerError || api.Status == http.StatusConflict
}
