package konnect

import (
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
)

// Natural keys: which object wants which name, and who holds it.

// siblings is the collection in which m's natural key is unique.
func (s *session) siblings(m *member) collection {
	if m.isControlPlane() {
		return s.controlPlanes(m.account)
	}
	return s.collectionOf(m)
}

// holderOfName returns the entity that has the natural key which m wants, nil
// when it is free.
func (s *session) holderOfName(m *member) *entity {
	x := s.indexes[s.siblings(m)]
	if x == nil || s.natural(m) == "" {
		return nil
	}
	return x.byNatural[s.natural(m)]
}

// releases tells whether the entity that has m's natural key gives it up: it
// belongs to another object of the batch, after which m is then written, or it is
// pruned, which is then done first.
func (s *session) releases(e *entity, m *member) bool {
	if s.goesFor(m, e) {
		s.reused[e.ID] = m
		return true
	}
	other := s.claims[e.ID]
	if other == nil || other == m || !other.inBatch || other.isReadOnly() || other.isBeingDeleted() {
		return false
	}
	if s.natural(other) == m.kind.about().natural(e) {
		return false
	}
	m.after = append(m.after, other)
	return true
}

// goesFor reports whether an entity whose name m wants is pruned, as far as is known.
func (s *session) goesFor(m *member, e *entity) bool {
	return s.mayPrune(m, e) && s.isOrphan(e, m.control)
}

// mayPrune reports whether an entity in m's place may be pruned if it is an orphan.
func (s *session) mayPrune(m *member, e *entity) bool {
	return !m.isControlPlane() && s.isComplete(m) && s.policyOf(e) == crd.DeletionPolicyDelete
}

// checkRename makes sure that a new natural key is free.
func (s *session) checkRename(m *member) error {
	if s.natural(m) == m.kind.about().natural(m.entity) {
		return nil
	}
	other := s.holderOfName(m)
	if other == nil || other.ID == m.entity.ID || s.releases(other, m) {
		return nil
	}
	return s.ownershipError(m, other)
}

// checkNaturalKeys finds objects of one batch that want the same natural key.
func (s *session) checkNaturalKeys() {
	type slot struct {
		account      *account
		controlPlane string
		kind         binding
		natural      string
	}
	taken := map[slot]*member{}
	for _, m := range s.members {
		about := m.kind.about()
		if m.control == nil || m.control.account == nil || m.err != nil || m.isMirror() || m.isBeingDeleted() && m.entity == nil {
			continue
		}
		key := slot{account: m.control.account, kind: m.kind, natural: s.natural(m)}
		if !m.isControlPlane() {
			key.controlPlane = idOf(m.control, m.control.key)
		}
		if key.natural == "" {
			continue
		}
		if other := taken[key]; other != nil {
			s.problem(m.key, fmt.Errorf("check %s: %s %q is that of %s too", m.key, about.nameField, m.kind.wantedName(m.obj), other.key))
			continue
		}
		taken[key] = m
	}
}
