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
			if x == nil || plane.unread != nil {
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

// handNames makes objects wait for the entities whose names they take, and
// refuses the names of those that are kept.
func (s *session) handNames() {
	given := map[*member]bool{}
	for _, m := range s.prunes {
		taker := s.reused[m.id]
		switch {
		case taker == nil:
		case !m.isDoomed():
			s.problem(taker.key, s.keptNameError(taker, m))
		default:
			taker.after = append(taker.after, m)
		}
		given[taker] = true
	}
	for _, taker := range s.reused { // in any order: problems are sorted
		if !given[taker] {
			s.problem(taker.key, s.ownershipError(taker, s.holderOfName(taker)))
		}
	}
}

// keptNameError is about the name of an entity that is not pruned after all.
func (s *session) keptNameError(m, kept *member) error {
	reason := fmt.Sprintf("it is kept by %s: %s", crd.DeletionPolicyAnnotation, crd.DeletionPolicyRetain)
	if kept.err != nil {
		reason = "it is not pruned: " + kept.err.Error()
	}
	e := kept.entity
	return &OwnershipError{Key: m.key, KonnectID: e.ID, Name: nameOf(e), Holder: e.owner.holder(), AdoptHint: reason}
}

// isOrphan reports whether an entity is our owner's and no object of the batch
// stands for it in this control plane: its object is not there, or stands for
// another entity.
func (s *session) isOrphan(e *entity, plane *member) bool {
	if !e.owner.ours(s.owner) || s.claims[e.ID] != nil {
		return false
	}
	object := s.byMark[e.owner.key]
	return object == nil || object.control == nil || object.control.id != plane.id || object.entity != nil
}

// settlePrunes spares what is not to be deleted after all, and refuses to take
// over the name of such an entity; all others go after what they hold.
func (s *session) settlePrunes(ctx context.Context) {
	pruned := map[string]*member{}
	for _, m := range s.prunes {
		pruned[m.id] = m
	}
	left := s.departures(pruned)
	asked := slices.DeleteFunc(slices.Clone(s.prunes), func(m *member) bool { return !m.isDoomed() && len(left[m]) == 0 })
	if len(s.problems) == 0 { // else nothing is deleted
		s.observeHeld(ctx, asked)
		s.refuseDepartures(pruned, left)
		for _, m := range asked {
			m.spare(s.unknownAbout(m))
		}
	}
	s.eachPlugin(pruned, func(parent *member, plugin *entity) {
		parent.spare(belongsError(parent, plugin, "-", "this plugin would be deleted with what it is attached to; delete it first"))
	})
	s.eachChild(pruned, func(parent *member, k binding, child *entity) {
		switch claim, sibling := s.claims[child.ID], pruned[child.ID]; {
		case sibling != nil && sibling.isDoomed():
			sibling.taker = cmp.Or(sibling.taker, parent.taker)
			parent.after = append(parent.after, sibling)
		case claim != nil && !claim.isReadOnly(): // it moves away
			parent.after = append(parent.after, claim)
		case s.policyOf(child) != crd.DeletionPolicyDelete:
			parent.spare(s.protectedError(parent, k, child, s.policyOf(child)))
		default:
			parent.spare(belongsError(parent, child, "-", "it belongs to an entity that would be deleted; delete it first"))
		}
	})
	s.handNames()
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
		key: s.keyOf(k, e), kind: k, control: plane, id: e.ID, entity: e, step: ActionDeleted, inBatch: true,
		taker: s.reused[e.ID],
	}
	switch policy := s.policyOf(e); policy {
	case crd.DeletionPolicyRetain:
		m.step = ActionRetained
	case crd.DeletionPolicyProtect:
		m.spare(s.protectedError(m, k, e, policy))
	}
	return m
}

// keyOf is the object in an entity's marks, as far as they tell.
func (s *session) keyOf(k binding, e *entity) crd.Key {
	if object := s.byMark[e.owner.key]; object != nil && e.owner.ours(s.owner) {
		return object.key
	}
	return keyOfEntity(k, e)
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

// actOnPrune deletes an entity. A control plane in which a write has failed is
// left alone, but for what had to go before.
func (s *session) actOnPrune(ctx context.Context, m *member) {
	if m.step != ActionDeleted {
		m.outcome = m.step
		return
	}
	if m.spare(s.staysFor(m)); m.err == nil {
		s.remove(ctx, m)
	}
}

// staysFor returns which failure keeps an entity from being pruned, as far as
// there are any yet.
func (s *session) staysFor(m *member) error {
	switch object := s.movedTo(m); {
	case m.taker == nil && m.control.failed:
		return fmt.Errorf("prune %s: an object of %s failed", m.key, m.control.key)
	case object != nil && (object.err != nil || object.entity == nil && object.step != ActionCreated):
		return fmt.Errorf("prune %s: the object is not programmed where it has moved to", m.key)
	case m.taker != nil && (m.taker.err != nil || s.blockedReference(m.taker, anyReference) != nil):
		return fmt.Errorf("prune %s: %s, which takes its name, cannot be written", m.key, m.taker.key)
	default:
		return s.blocked(m)
	}
}

// movedTo returns the object that an entity to prune belonged to, which is now in
// another control plane; nil when it is gone, or has another entity beside this one.
func (s *session) movedTo(m *member) *member {
	object := s.byMark[m.entity.owner.key]
	if object != nil && object.control != nil && object.control.id == m.control.id {
		return nil
	}
	return object
}

// remove deletes an entity; one that is gone already is a success.
func (s *session) remove(ctx context.Context, m *member) {
	if err := ctx.Err(); err != nil {
		m.err, m.outcome = fmt.Errorf("%s: %w", m.key, err), ActionSkipped
		return
	}
	_, err := s.persist(ctx, m, func(ctx context.Context) ([]byte, error) {
		return nil, m.kind.about().remove(ctx, m.control.account, s.at(m), m.id)
	})
	if err != nil {
		m.err, m.outcome = fmt.Errorf("delete %s: %w", m.key, err), ActionFailed
		return
	}
	m.outcome = ActionDeleted
	s.client.config.logger.InfoContext(ctx, "entity deleted", "key", m.key.String(), "konnect_id", m.id)
}
