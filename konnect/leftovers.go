package konnect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Leftovers: entities with the marks of an object that stands for another one. Two
// runs that write at the same time leave them, and requests that arrive late.

// isLeft reports whether the object in an entity's marks stands for another entity
// of the collection, so that this one is nobody's.
func (s *session) isLeft(c collection, e *entity) bool {
	object := s.byMark[e.owner.key]
	if !e.owner.ours(s.owner) || object == nil || object.control == nil || object.entity == nil || object.entity.ID == e.ID {
		return false
	}
	if object.isControlPlane() {
		return object.account == c.account
	}
	return object.control.id == c.controlPlane
}

// leftoversOf returns the leftovers with m's marks, as far as they are known, in
// order of their IDs.
func (s *session) leftoversOf(m *member) []*entity {
	if m.control == nil || m.control.account == nil || m.entity == nil || m.isMirror() {
		return nil
	}
	siblings := s.siblings(m)
	if s.indexes[siblings] == nil {
		return nil
	}
	left := slices.Clone(s.indexes[siblings].byMark[m.mark])
	left = slices.DeleteFunc(left, func(e *entity) bool { return s.claims[e.ID] != nil || e.ID == m.entity.ID })
	slices.SortFunc(left, func(a, b *entity) int { return cmp.Compare(a.ID, b.ID) })
	return left
}

// warnOfLeftovers tells of those that are not pruned.
func (s *session) warnOfLeftovers() {
	pruned := map[string]bool{}
	for _, m := range s.prunes {
		pruned[m.id] = true
	}
	for _, m := range s.members {
		for _, e := range s.leftoversOf(m) {
			if pruned[e.ID] {
				continue
			}
			advice := "delete it, or use WithPrune with all objects of the owner"
			if m.isControlPlane() {
				advice = "delete the one that is not needed; Client.Delete takes both"
			}
			s.warn(Warning{Key: m.key, Code: WarningLeftover, Message: fmt.Sprintf(
				"entity %s (%s) has the marks of this object too, which stands for %s: two runs wrote at the same time; %s",
				e.ID, orDash(nameOf(e)), m.entity.ID, advice)})
		}
	}
}

// addLeftovers makes Delete handle the leftovers of an object beside its entity.
func (s *session) addLeftovers(m *member) {
	if !m.inBatch || m.isReadOnly() {
		return
	}
	for _, e := range s.leftoversOf(m) {
		l := &member{key: m.key, kind: m.kind, control: m.control, id: e.ID, entity: e, inBatch: true, step: ActionUnchanged}
		if m.isControlPlane() {
			l.control, l.account, l.clusterType = l, m.account, clusterTypeOf(m.kind, e)
		}
		s.prunes = append(s.prunes, l)
		s.claims[e.ID] = l
	}
}

// decideLeftover deletes a leftover if the object's own entity is ours as well,
// unless its policy says otherwise. What is in a control plane that is deleted goes
// along with that.
func (s *session) decideLeftover(l *member) {
	m := s.byKey[l.key]
	policy := cmp.Or(annotatedDeletion(m.obj), l.entity.owner.deletionPolicy())
	switch {
	case !m.owned, !l.isControlPlane() && l.control.step == ActionDeleted && policy == crd.DeletionPolicyDelete:
	case policy == crd.DeletionPolicyProtect:
		s.refuse(l, s.protectedError(l, l.kind, l.entity, policy))
	case policy == crd.DeletionPolicyRetain:
		l.step = ActionRetained
	default:
		l.step = ActionDeleted
	}
}

// everything is the objects, and the entities that go though no object stands for them.
func (s *session) everything() []*member { return append(slices.Clone(s.members), s.prunes...) }
