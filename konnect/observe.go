package konnect

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/crd"
)

// fewObjects is how many objects of a kind and control plane are read one by
// one; more are found by listing the collection, which costs one read per 1000
// entities however many objects there are.
const fewObjects = 1

// observe reads what Konnect holds, as far as the batch needs it. A failure to
// read concerns the objects of its account or collection.
func (s *session) observe(ctx context.Context) {
	s.observed = true
	s.observeAccounts(ctx)
	s.findControlPlanes()
	s.observeGroups(ctx)
	collections := s.neededCollections()
	s.observeCollections(ctx, collections, false)
	s.findAll(false)
	s.observeCollections(ctx, collections, true)
	s.findAll(true)
}

// observeAccounts reads the organisation and all control planes of each account.
func (s *session) observeAccounts(ctx context.Context) {
	var group sync.WaitGroup
	failures := make(map[*account]*error, len(s.accounts))
	for _, a := range s.accounts {
		planes := newIndex()
		s.indexes[s.controlPlanes(a)] = planes
		var organization, listing error
		failure := new(error)
		failures[a] = failure
		group.Go(func() {
			var both sync.WaitGroup
			both.Go(func() { organization = s.client.readOrganization(ctx, a) })
			both.Go(func() {
				natural := s.kinds.by[crd.ControlPlaneGroupKind()].about().natural
				listing = a.listControlPlanes(ctx, nil, func(e *entity) { planes.add(e, s.owner, natural) })
			})
			both.Wait()
			switch {
			case organization != nil:
				*failure = organization
			case listing != nil:
				*failure = fmt.Errorf("list control planes: %w", listing)
			}
			a.verdict = *failure
			a.observed = true
		})
	}
	group.Wait()
	for _, m := range s.members {
		if m.isControlPlane() && m.account != nil && *failures[m.account] != nil {
			m.fail(fmt.Errorf("observe %s: %w", m.key, s.namingToken(m, *failures[m.account])))
		}
	}
}

func (s *session) controlPlanes(a *account) collection {
	return collection{account: a, kind: s.kinds.by[crd.ControlPlaneGroupKind()]}
}

func (m *member) fail(err error) {
	m.err = errors.Join(m.err, err)
	m.outcome = ActionFailed
}

func (s *session) collectionOf(m *member) collection {
	return collection{account: m.control.account, controlPlane: m.control.id, kind: m.kind}
}

// need is a collection that has to be known.
type need struct {
	collection
	members []*member
	// list is true to read all of it.
	list bool
	// plane is the control plane of which everything has to be known; nil where
	// only the members count.
	plane *member
}

// neededCollections groups the members by collection, in order. Control planes
// that do not exist hold nothing.
func (s *session) neededCollections() []*need {
	byCollection := map[collection]*need{}
	var needs []*need
	add := func(c collection) *need {
		n := byCollection[c]
		if n == nil {
			n = &need{collection: c}
			byCollection[c] = n
			needs = append(needs, n)
			s.indexes[c] = newIndex()
		}
		return n
	}
	for _, m := range s.members {
		if m.isControlPlane() || m.control == nil || m.err != nil || m.control.err != nil || m.control.entity == nil {
			continue
		}
		n := add(s.collectionOf(m))
		n.members = append(n.members, m)
		n.list = n.list || len(n.members) > fewObjects || isID(m.kind.wantedName(m.obj))
	}
	if s.options.prune || s.deleting {
		for _, m := range s.completeControlPlanes() {
			for _, k := range s.kinds.list {
				if k.about().collection != "" {
					n := add(collection{account: m.account, controlPlane: m.id, kind: k})
					n.list, n.plane = true, m
				}
			}
		}
	}
	return needs
}

// isID reports whether Konnect takes a name in a path for an ID, so that no entity
// can be read by it.
func isID(name string) bool { return uuid.Validate(name) == nil }

// completeControlPlanes are the control planes of the batch of which everything
// has to be known, because it is pruned or goes with them.
func (s *session) completeControlPlanes() []*member {
	var planes []*member
	for _, m := range s.everything() {
		if !m.isControlPlane() || !m.inBatch || m.entity == nil || m.err != nil || s.planeOf(m) != m {
			continue
		}
		// What we may not write to may hold something all the same.
		if holdsEntities(m.clusterType) == "" || s.deleting && !m.isGroup() && !m.isMirror() {
			planes = append(planes, m)
		}
	}
	return planes
}

// observeCollections reads the collections side by side, control planes in turn:
// lists and flat kinds first; in a second round what cannot be read, or need not
// be, before the parents are known.
func (s *session) observeCollections(ctx context.Context, needs []*need, second bool) {
	var reads []*task
	for _, n := range needs {
		if n.waitsForParents() != second {
			continue
		}
		if second && s.parentsAbsent(n) {
			s.indexes[n.collection].complete = true
			continue
		}
		reads = append(reads, &task{account: n.account, lane: n.controlPlane, run: func(ctx context.Context) {
			if n.list {
				s.listCollection(ctx, n)
			} else {
				s.readMembers(ctx, n)
			}
		}})
	}
	schedule(ctx, s.client.config.maxConcurrency, reads)
}

// waitsForParents tells whether a collection is read in the second round.
func (n *need) waitsForParents() bool {
	return n.kind.about().parent != "" && (!n.list || len(n.members) == 0)
}

// parentsAbsent tells whether a nested collection is known to be empty, because
// there is nothing that it could be nested in.
func (s *session) parentsAbsent(n *need) bool {
	if len(n.members) > 0 || s.deleting {
		return false
	}
	parents := s.indexes[collection{account: n.account, controlPlane: n.controlPlane, kind: s.kinds.holderOf(n.kind)}]
	return parents != nil && parents.complete && len(parents.byID) == 0
}

func (s *session) listCollection(ctx context.Context, n *need) {
	x, about := s.indexes[n.collection], n.kind.about()
	path := about.collectionPath(scope{controlPlane: n.controlPlane})
	err := n.account.listCore(ctx, path, nil, func(e *entity) { x.add(e, s.owner, about.natural) })
	if s.deleting && isNotFound(err) && n.account.isGone(ctx, n.controlPlane) {
		err = nil // and all that it held
	}
	if err == nil {
		x.complete = true
		return
	}
	for _, m := range n.members {
		m.fail(fmt.Errorf("observe %s: %w", m.key, s.namingToken(m, err)))
	}
	if n.plane != nil {
		s.failPlane(n.plane, err)
	}
}

// isGone tells whether a control plane that was there has been deleted meanwhile.
// A 404 below it alone does not say so.
func (a *account) isGone(ctx context.Context, controlPlaneID string) bool {
	_, err := a.get(ctx, controlPlanePath(controlPlaneID), nil)
	return isNotFound(err)
}

// failPlane records that not everything in a control plane could be read: it is
// neither pruned nor deleted.
func (s *session) failPlane(plane *member, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	plane.unread = errors.Join(plane.unread, err)
}

func (s *session) parentExists(m *member) bool {
	parent := s.parentOf(m)
	return parent != nil && parent.entity != nil
}
