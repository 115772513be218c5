package konnect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// Sets of other entities that belong to one: the members of a control plane group, the
// groups that a consumer is in.

// compareGroup adds the members of a set that exists to what differs.
func (d *decider) compareGroup(i *item, x *decision) {
	if i.group == nil {
		return
	}
	wanted := d.batch.wantedMembers(d.world, i, nil)
	held, foreign := d.batch.heldMembers(d.world, i, wanted)
	for _, id := range foreign {
		d.out.warn(Warning{Key: i.key, Field: i.group.Field, Code: WarningForeignMembership, Message: fmt.Sprintf(
			"konnect has entity %s in %s %s as well, which is not of this owner, so it stays there; take it out, or name that one too",
			d.world.found[i.n].id, i.group.To, id)})
	}
	if slices.Equal(wanted, held) {
		return
	}
	x.changes.fields = append(x.changes.fields, Field{Path: i.group.Name, From: listValue(held), To: listValue(wanted)})
	if x.planned == ActionUnchanged {
		x.planned = ActionUpdated
	}
}

// checkMembers refuses members of an entity in a control plane that lie in another one.
func (b *batch) checkMembers(w *world, i *item) error {
	for _, edge := range i.node.Edges {
		other := b.leadsTo(edge)
		if other == nil || other.controlPlane == nil || !i.isMembership(edge) || w.mainOf(other) == w.mainOf(i) {
			continue
		}
		return elsewhereError(i, edge.Field, other)
	}
	return nil
}

// listValue is a list as decoded JSON; nil for none.
func listValue(items []string) any {
	if len(items) == 0 {
		return nil
	}
	var list []any
	for _, item := range items {
		list = append(list, item)
	}
	return list
}

// wantedMembers are the IDs of a set's members, by the results where there are any
// already; those that are not there yet are stood in for by their keys.
func (b *batch) wantedMembers(w *world, i *item, results []result) []string {
	var ids []string
	for _, edge := range i.node.Edges {
		if i.isMembership(edge) {
			ids = append(ids, w.idOf(b.leadsTo(edge), edge.To, results))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// heldMembers are those that a set has, but for the foreign ones: members that are not
// wanted and that somebody else looks after.
func (b *batch) heldMembers(w *world, i *item, wanted []string) (held, foreign []string) {
	held = w.found[i.n].groupMembers
	k := b.table.MembersOf(i.kind)
	if k == nil {
		return held, nil
	}
	known := w.indexes[collection{account: i.account, controlPlaneID: w.found[i.controlPlane.n].id, kind: k}]
	isForeign := func(id string) bool {
		if slices.Contains(wanted, id) {
			return false
		}
		if own := w.claimed(k, id); own != nil && own.inBatch && !own.readOnly {
			return false
		}
		e := known.byID[id]
		return e == nil || !e.Marks.Ours(w.owner)
	}
	for _, id := range held {
		if isForeign(id) {
			foreign = append(foreign, id)
		}
	}
	return missing(held, foreign), foreign
}

// missing returns the items of a that b lacks, in a's order.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
}

// join makes a set that belongs to an entity, which has been written, have the members
// that are wanted.
func (e *executor) join(ctx context.Context, x *decision) {
	r := &e.results[x.n]
	if !x.planned.writes() || !x.item.inBatch || x.item.readOnly {
		return
	}
	if err := e.decisions.blocked(e.batch, x, true, e.results); err != nil {
		r.done, r.fault = ActionFailed, fault{err: err} // though the entity itself is there
		return
	}
	if err := e.writeMembers(ctx, x); err != nil {
		e.explain(err, x, kinds.Desired{})
		e.notWritten(ctx, x, fmt.Errorf("%s %s: set %s of %s: %w", x.planned.verb(), x.key, x.item.group.Name, x.key, &membersError{err}))
	}
}

// membersError is about members alone: the entity itself is there.
type membersError struct{ err error }

func (e *membersError) Error() string { return e.err.Error() }
func (e *membersError) Unwrap() error { return e.err }

// writeMembers makes calls of bounded size, each of which can be repeated
// without harm.
func (e *executor) writeMembers(ctx context.Context, x *decision) error {
	g, at := x.item.group, kinds.At{ControlPlane: e.results[x.n].id}
	if !x.isControlPlane() {
		at = kinds.At{ControlPlane: e.results[x.controlPlane.n].id, Parent: e.results[x.n].id}
	}
	wanted := e.batch.wantedMembers(e.world, x.item, e.results)
	held, _ := e.batch.heldMembers(e.world, x.item, wanted)
	for _, change := range []struct {
		members []string
		call    func(kinds.At, []string) kinds.Call
		in      bool
	}{{missing(held, wanted), g.Remove, false}, {missing(wanted, held), g.Add, true}} {
		for members := range slices.Chunk(change.members, g.Batch) {
			call := change.call(at, members)
			_, err := e.persist(ctx, x, func(ctx context.Context) ([]byte, error) {
				raw, err := x.account.send(ctx, call.Method, call.Path, nil, call.Body)
				if err != nil && e.isSettled(ctx, x, at, members, change.in, err) {
					err = nil
				}
				return raw, err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// isSettled reports whether members are in a set, or out of it, though Konnect has refused
// to make that so: it says of somebody who is in already what it says of a parent that is
// missing, and of somebody who is out already that there is nothing.
func (e *executor) isSettled(ctx context.Context, x *decision, at kinds.At, members []string, in bool, refused error) bool {
	api, answered := errors.AsType[*APIError](refused)
	k := e.batch.table.MembersOf(x.kind)
	if k == nil || !answered || api.Status != http.StatusBadRequest && api.Status != http.StatusNotFound && api.Status != http.StatusConflict {
		return false
	}
	listed, err := x.kind.Group.List(ctx, x.account.get, at, k.Shape())
	ids := idsOf(listed)
	return err == nil && !slices.ContainsFunc(members, func(id string) bool { return slices.Contains(ids, id) != in })
}
