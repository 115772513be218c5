package konnect

import (
	"context"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// readMembers reads the sets that belong to the entities of a batch, from the side that
// has fewer entities: those themselves, or their members, where all of these are known.
func (r *reader) readMembers(ctx context.Context) {
	if r.options.verb != ensuring {
		return
	}
	owners := map[collection][]*item{}
	for _, i := range r.batch.items {
		if r.hasMembers(i) {
			in := r.world.siblings(i)
			owners[in] = append(owners[in], i)
		}
	}
	var reads []*schedule.Task
	for in, items := range owners {
		read := func(do func(context.Context)) {
			reads = append(reads, &schedule.Task{Account: in.account, Lane: in.controlPlaneID, Run: do})
		}
		members := in
		members.kind = r.batch.table.MembersOf(in.kind)
		if known := r.world.indexes[members]; known.complete && len(known.byID) < len(items) {
			for id := range known.byID {
				read(func(ctx context.Context) { r.readOwners(ctx, in, id, items) })
			}
			continue
		}
		for _, i := range items {
			read(func(ctx context.Context) { r.readMembersOf(ctx, members, i) })
		}
	}
	schedule.Run(ctx, r.config.maxConcurrency, reads)
	for _, items := range owners {
		for _, i := range items {
			slices.Sort(r.world.found[i.n].groupMembers)
		}
	}
}

// hasMembers reports whether an item may have a set of its own in a control plane.
func (r *reader) hasMembers(i *item) bool {
	return r.batch.table.MembersOf(i.kind) != nil && i.controlPlane != nil && i.inBatch && !i.mirrors && !i.observes && !i.deleting &&
		r.world.found[i.n].entity != nil && r.world.faults.failed[i.n] == nil
}

// readMembersOf reads the set of one entity.
func (r *reader) readMembersOf(ctx context.Context, members collection, i *item) {
	at := kinds.At{ControlPlane: members.controlPlaneID, Parent: r.world.found[i.n].id}
	listed, err := i.kind.Group.List(ctx, i.account.get, at, members.kind.Shape())
	if err != nil {
		r.fail(i, fmt.Errorf("list %s of %s: %w", i.kind.Group.Name, i.key, err))
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.world.found[i.n].groupMembers = idsOf(listed)
	known := r.world.indexes[members]
	for _, e := range listed {
		if known.byID[e.ID] == nil {
			known.add(e, r.world.owner)
		}
	}
}

// readOwners reads which of items have a member in their sets. A member that is gone
// meanwhile is in none.
func (r *reader) readOwners(ctx context.Context, in collection, member string, items []*item) {
	listed, err := in.kind.Group.Reverse(ctx, in.account.get, kinds.At{ControlPlane: in.controlPlaneID, Parent: member}, in.kind.Shape())
	if err != nil && !isNotFound(err) {
		for _, i := range items {
			r.fail(i, fmt.Errorf("list %s of %s: %w", in.kind.Group.Name, i.key, err))
		}
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	for _, e := range listed {
		if i := r.world.claimed(in.kind, e.ID); i != nil && r.hasMembers(i) {
			held := &r.world.found[i.n]
			held.groupMembers = append(held.groupMembers, member)
		}
	}
}

func idsOf(entities []*wire.Entity) []string {
	var ids []string
	for _, e := range entities {
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	return ids
}
