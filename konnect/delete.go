package konnect

import (
	"context"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Delete deletes the entities of the objects, dependents first. An entity that
// does not exist is a success. Mirrored control planes and entities adopted with
// mode: match are left alone, as is everything without our marks:
// *OwnershipError, before anything is deleted. The same goes for what would take
// along entities of others (see WithCascade), and for what is protected by its
// deletion policy: *ProtectedError. Retained and observed entities are left.
//
// Where two runs have made two entities for one object at the same time, both are
// deleted, each under the same conditions; that goes for control planes too.
//
// Specs are not checked. An object that cannot be resolved fails by itself, as do
// those whose credentials cannot be had.
// Status is cleared in the objects whose entities are gone. Report and errors
// are like those of Ensure; changes are in the order of deletion.
func (c *Client) Delete(ctx context.Context, objects []crd.Object, opts ...DeleteOption) (*Report, error) {
	options := newCallOptions()
	for _, opt := range opts {
		opt.applyToDelete(&options)
	}
	s := c.newSession(options)
	s.deleting = true
	if err := s.readyToDelete(ctx, objects); err != nil {
		r, err := s.refused(ctx, err)
		slices.Reverse(r.Changes)
		return r, err
	}
	s.total = len(s.batch()) + len(s.prunes)
	s.deleteGraph().run(ctx)
	r := s.report()
	slices.Reverse(r.Changes)
	return r, s.failures()
}

func (s *session) readyToDelete(ctx context.Context, objects []crd.Object) error {
	if err := s.prepare(ctx, objects, true); err != nil {
		return err
	}
	for _, m := range s.batch() {
		for _, p := range append(checkAnnotations(m.obj), checkMisspelledPolicies(m.obj)...) {
			s.problem(m.key, p)
		}
		s.warnOf(m.key, annotationWarnings(m.obj))
	}
	if err := s.refusal(); err != nil {
		return err
	}
	s.observe(ctx)
	if err := s.interrupted(ctx); err != nil {
		return err
	}
	s.decideDeletes()
	s.checkControlPlanesHeld(ctx)
	s.checkChildren(ctx)
	if err := s.interrupted(ctx); err != nil {
		return err
	}
	if err := s.refusal(); err != nil {
		return err
	}
	return s.checkDeletes(s.countDeletes())
}

func (s *session) decideDeletes() {
	for _, m := range s.members {
		s.decideDelete(m)
	}
	for _, m := range s.members {
		if !m.isControlPlane() { // those of control planes are known
			s.addLeftovers(m)
		}
	}
	for _, l := range s.prunes {
		s.decideLeftover(l)
	}
}

// countDeletes counts the entities that go: those of the objects, and what goes
// along that is of our kinds.
func (s *session) countDeletes() int {
	gone, parents := map[string]bool{}, map[string]*member{}
	for _, m := range s.everything() {
		if !m.isDoomed() {
			continue
		}
		gone[m.id], parents[m.id] = true, m
		if !m.isControlPlane() {
			continue
		}
		for c, x := range s.indexes {
			for id := range x.byID {
				if c.account == m.account && c.controlPlane == m.id {
					gone[id] = true
				}
			}
		}
	}
	s.eachChild(parents, func(_ *member, _ binding, child *entity) { gone[child.ID] = true })
	return len(gone)
}

func (s *session) decideDelete(m *member) {
	m.step = ActionUnchanged
	switch {
	case m.err != nil:
		m.outcome = ActionFailed
	case !m.inBatch:
	case s.blocked(m) != nil:
		m.err, m.outcome = s.blocked(m), ActionSkipped
	case m.control == nil:
		m.err, m.outcome = fmt.Errorf("delete %s: its control plane is not known", m.key), ActionFailed
	case m.observes() && m.entity != nil:
		m.step = ActionRetained
	case m.isReadOnly():
	case m.entity == nil && m.isControlPlane() && s.holderOfName(m) != nil:
		s.problem(m.key, s.ownershipError(m, s.holderOfName(m)))
	case m.entity == nil:
	case m.entity.owner.ours(s.owner) && m.entity.owner.key == m.mark, s.hasComputedID(m):
		s.decideOwned(m)
	default:
		s.problem(m.key, s.ownershipError(m, m.entity))
	}
}

// decideOwned deletes an entity of ours, unless its policy says otherwise.
func (s *session) decideOwned(m *member) {
	m.owned = true
	switch policy := m.deletionPolicy(); policy {
	case crd.DeletionPolicyProtect:
		s.problem(m.key, s.protectedError(m, m.kind, m.entity, policy))
	case crd.DeletionPolicyRetain:
		m.step = ActionRetained
	default:
		m.step = ActionDeleted
	}
}

// dependents returns the members that refer to m, or whose entities belong to its,
// which are deleted before it.
func (s *session) dependents(m *member) []*member {
	others := slices.Clone(m.after)
	if m.node == nil {
		return others
	}
	for _, node := range m.node.Dependents {
		if dependent := s.byKey[node.Key]; dependent != nil && dependent != m {
			others = append(others, dependent)
		}
	}
	return others
}

func (s *session) deleteMember(ctx context.Context, m *member) {
	if m.step != ActionDeleted {
		m.outcome = m.step
		return
	}
	for _, dependent := range s.dependents(m) {
		if dependent.inBatch && dependent.err != nil {
			m.err = &DependencyError{Key: m.key, Field: dependentsField, On: dependent.key, Cause: dependent.err}
			m.outcome = ActionSkipped
			return
		}
	}
	s.remove(ctx, m)
}
