package konnect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// decidePrunes finds the entities with our owner's marks that no object stands
// for, children before parents.
func (s *session) decidePrunes() {
	for _, k := range slices.Backward(s.kinds.list) {
		for _, plane := range s.completeControlPlanes() {
			x := s.indexes[collection{account: plane.account, controlPlane: plane.id, kind: k}]
			if x == nil || plane.unread != nil || s.claims[plane.id] != plane { // the same one, mirrored
				continue
			}
			var found []*member
			for _, e := range x.byID {
				if s.isOrphan(e, plane) {
					found = append(found, &member{
						key: keyOfEntity(k, e), kind: k, control: plane, id: e.ID, entity: e, step: ActionDeleted, inBatch: true,
					})
				}
			}
			slices.SortFunc(found, func(a, b *member) int {
				return cmp.Or(a.key.Compare(b.key), cmp.Compare(a.id, b.id))
			})
			s.prunes = append(s.prunes, found...)
		}
	}
	s.sparePrunedParents()
	s.checkReused()
}

// checkReused refuses to take over the name of an entity that cannot be pruned
// first: it is spared, or something of the batch is still below it.
func (s *session) checkReused() {
	first := map[string]*member{}
	for _, m := range s.prunes {
		taker := s.reused[m.id]
		switch {
		case taker == nil:
		case m.err != nil:
			s.problem(taker.key, s.ownershipError(taker, m.entity))
		default:
			first[m.id] = m
		}
	}
	s.eachChild(first, func(parent *member, child *entity) {
		if s.claims[child.ID] != nil && parent.err == nil {
			taker := s.reused[parent.id]
			s.problem(taker.key, fmt.Errorf("rename %s: %s is the name of %s, which goes only when %s has left it; rename in a second run",
				taker.key, taker.kind.wantedName(taker.obj), parent.key, s.claims[child.ID].key))
		}
	})
}

// isOrphan tells whether an entity is our owner's and no object of the batch
// stands for it in this control plane.
func (s *session) isOrphan(e *entity, plane *member) bool {
	if !e.owner.ours(s.owner) || s.claims[e.ID] != nil {
		return false
	}
	object := s.byMark[e.owner.key]
	return object == nil || object.control == nil || object.control.id != plane.id
}

// sparePrunedParents keeps what others have put below an entity to prune: it is
// not deleted with it.
func (s *session) sparePrunedParents() {
	pruned := map[string]*member{}
	for _, m := range s.prunes {
		pruned[m.id] = m
	}
	s.eachChild(pruned, func(parent *member, child *entity) {
		if pruned[child.ID] == nil && s.claims[child.ID] == nil && parent.err == nil {
			parent.err = s.childError(parent, child)
			parent.outcome = ActionSkipped
		}
	})
}

// childError is about an entity that would go with its parent.
func (s *session) childError(parent *member, child *entity) error {
	return &OwnershipError{
		Key: parent.key, KonnectID: child.ID, Name: orDash(nameOf(child)), Holder: child.owner.holder(),
		AdoptHint: "it belongs to an entity that would be deleted; delete it first",
	}
}

// eachChild visits the entities that are known to belong to one of parents, in
// order of their IDs.
func (s *session) eachChild(parents map[string]*member, visit func(parent *member, child *entity)) {
	for c, x := range s.indexes {
		parentID := c.kind.about().parentID
		if parentID == nil {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(x.byID)) {
			if parent := parents[parentID(x.byID[id])]; parent != nil {
				visit(parent, x.byID[id])
			}
		}
	}
}

// keyOfEntity is the object that an entity's marks tell, as far as they do.
func keyOfEntity(k binding, e *entity) crd.Key {
	gk := k.about().groupKind
	key := crd.Key{Group: gk.Group, Kind: gk.Kind, Namespace: e.owner.namespace, Name: e.owner.name}
	if key.Name == "" {
		key.Name = nameOf(e)
	}
	return key
}

// splitPrunes returns the entities whose names are taken over, with what they
// hold, and all others, which go when nothing refers to them any more.
func (s *session) splitPrunes() (first, last []*member) {
	for _, m := range s.prunes {
		parentID := m.kind.about().parentID
		if s.reused[m.id] != nil || parentID != nil && s.reused[parentID(m.entity)] != nil {
			first = append(first, m)
		} else {
			last = append(last, m)
		}
	}
	return first, last
}

// actPrunes deletes entities kind by kind, children first. A control plane in
// which a write has failed is left alone.
func (s *session) actPrunes(ctx context.Context, prunes []*member) {
	failed := map[*member]bool{}
	for _, m := range s.members {
		if m.err != nil && m.control != nil {
			failed[m.control] = true
		}
	}
	for start := 0; start < len(prunes); {
		end := start
		for end < len(prunes) && prunes[end].kind == prunes[start].kind {
			end++
		}
		batch := prunes[start:end]
		schedule(ctx, len(batch), s.client.config.maxConcurrency, func(int) []int { return nil }, func(ctx context.Context, i int) {
			m := batch[i]
			switch {
			case m.err != nil:
			case failed[m.control]:
				m.err, m.outcome = fmt.Errorf("prune %s: an object of %s failed", m.key, m.control.key), ActionSkipped
			case s.isMoving(m):
				m.err, m.outcome = fmt.Errorf("prune %s: the object is not programmed where it has moved to", m.key), ActionSkipped
			default:
				s.remove(ctx, m)
			}
			s.finish(m)
		})
		start = end
	}
}

// isMoving tells whether an entity to prune belongs to an object that is not
// programmed yet in the control plane that it has moved to.
func (s *session) isMoving(m *member) bool {
	object := s.byMark[m.entity.owner.key]
	return object != nil && (object.err != nil || object.entity == nil)
}

// remove deletes an entity; one that is gone already is a success.
func (s *session) remove(ctx context.Context, m *member) {
	if err := ctx.Err(); err != nil {
		m.err, m.outcome = fmt.Errorf("%s: %w", m.key, err), ActionSkipped
		return
	}
	_, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
		return nil, m.kind.remove(ctx, m.control.account, s.at(m), m.id)
	})
	if err != nil {
		m.err, m.outcome = fmt.Errorf("delete %s: %w", m.key, err), ActionFailed
		return
	}
	m.outcome = ActionDeleted
	s.client.config.logger.InfoContext(ctx, "entity deleted", "key", m.key.String(), "konnect_id", m.id)
}
