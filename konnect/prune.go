package konnect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// findPrunes finds the entities with our owner's marks that no object stands
// for, children before parents.
func (s *session) findPrunes() {
	for _, k := range slices.Backward(s.kinds.list) {
		for _, plane := range s.completeControlPlanes() {
			x := s.indexes[collection{account: plane.account, controlPlane: plane.id, kind: k}]
			if x == nil || plane.unread != nil || s.claims[plane.id] != plane { // the same one, mirrored
				continue
			}
			var found []*member
			for _, e := range x.byID {
				if s.isOrphan(e, plane) {
					found = append(found, s.orphan(k, plane, e))
				}
			}
			slices.SortFunc(found, func(a, b *member) int {
				return cmp.Or(a.key.Compare(b.key), cmp.Compare(a.id, b.id))
			})
			s.prunes = append(s.prunes, found...)
		}
	}
}

// checkReused refuses to take over the name of an entity that cannot be pruned
// first: it is spared, or something of the batch is still below it.
func (s *session) checkReused() {
	first := map[string]*member{}
	for _, m := range s.prunes {
		taker := s.reused[m.id]
		switch {
		case taker == nil:
		case !m.isDoomed():
			s.problem(taker.key, s.ownershipError(taker, m.entity))
		default:
			first[m.id] = m
		}
	}
	s.eachChild(first, func(parent *member, _ binding, child *entity) {
		if s.claims[child.ID] != nil && parent.isDoomed() {
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

// settlePrunes spares what is not to be deleted after all, and refuses to take
// over the name of such an entity.
func (s *session) settlePrunes(ctx context.Context) {
	pruned := map[string]*member{}
	var doomed []*member
	for _, m := range s.prunes {
		pruned[m.id] = m
		if m.isDoomed() {
			doomed = append(doomed, m)
		}
	}
	if len(s.problems) == 0 { // else nothing is deleted
		s.observeHeld(ctx, doomed)
		for _, m := range doomed {
			m.spare(s.unknownAbout(m))
		}
	}
	s.eachPlugin(pruned, func(parent *member, plugin *entity) {
		parent.spare(s.childError(parent, plugin, "this plugin would be deleted with what it is attached to; delete it first"))
	})
	s.eachChild(pruned, func(parent *member, k binding, child *entity) {
		switch claim, sibling := s.claims[child.ID], pruned[child.ID]; {
		case sibling != nil && sibling.isDoomed(), claim != nil && !claim.isReadOnly():
		case s.policyOf(child) != crd.DeletionPolicyDelete:
			parent.spare(s.protectedError(parent, k, child, s.policyOf(child)))
		default:
			parent.spare(s.childError(parent, child, "it belongs to an entity that would be deleted; delete it first"))
		}
	})
	s.checkReused()
}

// isDoomed tells whether an entity is to be deleted as far as is known.
func (m *member) isDoomed() bool { return m.err == nil && m.step == ActionDeleted }

// spare keeps an entity from being pruned, if there is a reason.
func (m *member) spare(reason error) {
	if reason != nil && m.isDoomed() {
		m.err, m.outcome = reason, ActionSkipped
	}
}

// orphan is the member of an entity to prune, as its marks allow.
func (s *session) orphan(k binding, plane *member, e *entity) *member {
	m := &member{
		key: keyOfEntity(k, e), kind: k, control: plane, id: e.ID, entity: e, step: ActionDeleted, inBatch: true,
	}
	switch policy := e.owner.deletionPolicy(); policy {
	case crd.DeletionPolicyRetain:
		m.step = ActionRetained
	case crd.DeletionPolicyProtect:
		m.spare(s.protectedError(m, k, e, policy))
	}
	return m
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
			case m.step != ActionDeleted:
				m.outcome = m.step
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
