package konnect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// reader reads what Konnect holds, as far as a batch needs it. A failure to read
// concerns the items of its account or collection.
type reader struct {
	*Client
	batch   *batch
	world   *world
	options callOptions
	isNew   bool // control planes were created by this call

	lock   sync.Mutex // over the world's faults, and unread
	unread map[string]error
}

// observe returns what Konnect holds of a batch.
func (c *Client) observe(ctx context.Context, b *batch, opts callOptions) *world {
	w := &world{
		owner: c.config.owner, found: make([]found, len(b.items)), indexes: map[collection]*index{}, claims: map[claim]*item{},
		unread: map[string]error{}, faults: b.faults.clone(),
	}
	r := &reader{Client: c, batch: b, world: w, options: opts, unread: map[string]error{}}
	find := &finder{batch: b, world: w, options: opts}
	r.readAccounts(ctx)
	find.controlPlanes()
	if len(w.claims) == 0 { // there is no control plane yet, and so nothing in one
		return w
	}
	r.readGroups(ctx)
	needs := r.needs()
	for _, nested := range []bool{false, true} { // what is nested once its parents are known
		r.readCollections(ctx, needs, nested)
		maps.Copy(w.unread, r.unread)
		find.entities(nested)
	}
	if opts.verb == ensuring {
		impliedReader{r}.read(ctx)
	}
	r.readMembers(ctx)
	if opts.verb != deleting && slices.ContainsFunc(b.items, func(i *item) bool { return i.kind.Configuration != nil }) {
		r.readSchemas(ctx)
	}
	return w
}

// fail records that an item could not be read.
func (r *reader) fail(i *item, err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.world.faults.fail(i, err)
}

// readAccounts reads the organisation and all control planes of each account.
func (r *reader) readAccounts(ctx context.Context) {
	kind := r.batch.table.By(crd.ControlPlaneGroupKind())
	var group sync.WaitGroup
	for _, a := range r.batch.auth.accounts {
		planes := newIndex()
		r.world.indexes[collection{account: a, kind: kind}] = planes
		group.Go(func() {
			var both sync.WaitGroup
			var organization, listing error
			both.Go(func() { organization = r.readOrganization(ctx, a) })
			both.Go(func() {
				listing = wire.ListControlPlanes(ctx, a.get, nil, kind.Shape(), func(e *wire.Entity) { planes.add(e, r.world.owner) })
			})
			both.Wait()
			if a.observed = true; listing != nil {
				a.verdict = fmt.Errorf("list control planes: %w", listing)
			}
			if organization != nil {
				a.verdict = organization
			}
		})
	}
	group.Wait()
	for _, i := range r.batch.items {
		if i.isControlPlane() && i.account != nil && i.account.verdict != nil {
			r.fail(i, fmt.Errorf("observe %s: %w", i.key, r.batch.auth.namingToken(i, i.account.verdict)))
		}
	}
}

// readGroups reads the members of the groups that exist.
func (r *reader) readGroups(ctx context.Context) {
	if r.options.verb != ensuring {
		return
	}
	var group sync.WaitGroup
	for _, i := range r.batch.items {
		g, held := i.group, &r.world.found[i.n]
		if g == nil || !i.inBatch || held.entity == nil || r.world.faults.failed[i.n] != nil || held.clusterType != g.ClusterType {
			continue
		}
		group.Go(func() {
			members, err := g.List(ctx, i.account.get, kinds.At{ControlPlane: held.id}, wire.Shape{})
			if err != nil {
				r.fail(i, fmt.Errorf("list members of %s: %w", i.key, err))
				return
			}
			held.groupMembers = idsOf(members)
		})
	}
	group.Wait()
}

// fewObjects is how many objects of a kind and control plane are read one by
// one; more are found by listing the collection, which costs one read per 1000
// entities however many objects there are.
const fewObjects = 1

// need is a collection that has to be known.
type need struct {
	collection
	items []*item
	// list is true to read all of it.
	list bool
	// whole is true where all that the control plane holds has to be known.
	whole bool
}

// needs groups the items by collection, in order. Control planes that do not exist
// hold nothing.
func (r *reader) needs() []*need {
	byCollection := map[collection]*need{}
	var needs []*need
	add := func(c collection) *need {
		n := byCollection[c]
		if n == nil {
			n = &need{collection: c}
			byCollection[c] = n
			needs = append(needs, n)
			r.world.indexes[c] = newIndex()
		}
		return n
	}
	faults := r.world.faults
	for _, i := range r.batch.items {
		plane := i.controlPlane
		if plane == nil || plane == i || faults.failed[i.n] != nil || faults.failed[plane.n] != nil || r.world.found[plane.n].entity == nil {
			continue
		}
		n := add(r.world.siblings(i))
		n.items = append(n.items, i)
		n.list = n.list || len(n.items) > fewObjects || !isReadAlone(i)
		if k := r.batch.table.MembersOf(i.kind); k != nil {
			members := add(collection{account: n.account, controlPlaneID: n.controlPlaneID, kind: k})
			members.list = members.list || len(n.items) > fewObjects
		}
	}
	if r.options.prune || r.options.verb == deleting {
		for _, p := range r.world.wholePlanes(r.batch, r.options) {
			for _, k := range r.batch.table.List() {
				if p.mayHold(k) {
					n := add(collection{account: p.account, controlPlaneID: p.id, kind: k})
					n.list, n.whole = true, true
				}
			}
		}
	}
	return needs
}

// isReadAlone reports whether an item's entity can be found without the whole list: its
// only natural key, if there is any, has to lead to it. Konnect takes a name that is an
// ID for one, so that no entity can be read by it.
func isReadAlone(i *item) bool {
	identity := i.kind.Identity
	if len(identity.Unique) > 1 || len(identity.Unique) == 1 && !identity.ByName {
		return false
	}
	return uuid.Validate(i.kind.Name(i.object)) != nil
}

// plane is a control plane of the batch, or one beside it that Delete takes too.
type plane struct {
	item        *item // nil for one beside
	account     *account
	id          string
	clusterType string
	group       bool
}

// mayHold reports whether entities of a kind may lie in the control plane.
func (p plane) mayHold(k *kinds.Kind) bool { return k.Collection != "" && (!p.group || k.InGroups) }

// wholePlanes are the control planes of the batch of which everything has to be known,
// because it is pruned or goes with them.
func (w *world) wholePlanes(b *batch, o callOptions) []plane {
	var planes []plane
	add := func(p plane, mirror bool) {
		// What we may not write to may hold something all the same.
		if p.group && !mirror || new(kinds.Kind).HoldsEntities(p.clusterType) == "" || o.verb != ensuring && !mirror {
			planes = append(planes, p)
		}
	}
	for _, i := range b.items {
		if i.isControlPlane() && i.inBatch && w.found[i.n].entity != nil && w.faults.failed[i.n] == nil && w.mainOf(i) == i {
			held := &w.found[i.n]
			add(plane{i, i.account, held.id, held.clusterType, i.kind.Group.ClusterType == held.clusterType}, i.mirrors)
		}
	}
	for _, s := range w.strays {
		clusterType := clusterTypeOf(s.kind, s.entity)
		add(plane{nil, s.account, s.entity.ID, clusterType, s.kind.Group.ClusterType == clusterType}, false)
	}
	return planes
}

// waitsForParents reports whether a collection is read in the second round: what cannot
// be read, or need not be, before the parents are known.
func (n *need) waitsForParents() bool {
	return n.kind.Parent != nil && (!n.list || len(n.items) == 0)
}

// readCollections reads the collections side by side, control planes in turn.
func (r *reader) readCollections(ctx context.Context, needs []*need, nested bool) {
	var reads []*schedule.Task
	for _, n := range needs {
		if n.waitsForParents() != nested {
			continue
		}
		if nested && r.parentsAbsent(n) {
			r.world.indexes[n.collection].complete = true
			continue
		}
		reads = append(reads, &schedule.Task{Account: n.account, Lane: n.controlPlaneID, Run: func(ctx context.Context) {
			if n.list {
				r.listCollection(ctx, n)
				return
			}
			for _, i := range n.items {
				if err := r.readItem(ctx, n, i); err != nil {
					r.fail(i, fmt.Errorf("observe %s: %w", i.key, r.batch.auth.namingToken(i, err)))
				}
			}
		}})
	}
	schedule.Run(ctx, r.config.maxConcurrency, reads)
}

// parentsAbsent reports whether a nested collection is known to be empty, because
// there is nothing that it could be nested in.
func (r *reader) parentsAbsent(n *need) bool {
	if len(n.items) > 0 || r.options.verb != ensuring {
		return false
	}
	parents := r.world.indexes[collection{account: n.account, controlPlaneID: n.controlPlaneID, kind: r.batch.table.HolderOf(n.kind)}]
	return parents != nil && parents.complete && len(parents.byID) == 0
}

func (r *reader) listCollection(ctx context.Context, n *need) {
	x := r.world.indexes[n.collection]
	err := wire.List(ctx, n.account.get, n.kind.Path(kinds.At{ControlPlane: n.controlPlaneID}), nil, n.kind.Shape(),
		func(e *wire.Entity) { x.add(e, r.world.owner) })
	if r.options.verb != ensuring && isNotFound(err) && n.account.isGone(ctx, n.controlPlaneID) {
		err = nil // and all that it held
	}
	if err == nil {
		x.complete = true
		return
	}
	for _, i := range n.items {
		r.fail(i, fmt.Errorf("observe %s: %w", i.key, r.batch.auth.namingToken(i, err)))
	}
	if n.whole {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.unread[n.controlPlaneID] = errors.Join(r.unread[n.controlPlaneID], err)
	}
}

// isGone reports whether a control plane that was there has been deleted meanwhile.
// A 404 below it alone does not say so.
func (a *account) isGone(ctx context.Context, controlPlaneID string) bool {
	_, err := a.get(ctx, wire.ControlPlanePath(controlPlaneID), nil)
	return isNotFound(err)
}
