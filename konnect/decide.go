package konnect

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// decide settles what is to be done for each object, in dependency order. What
// only Konnect could tell becomes a problem here, before anything is written.
func (s *session) decide() {
	s.checkNaturalKeys()
	for _, m := range s.members {
		switch {
		case m.err != nil:
		case s.blocked(m) != nil:
			m.err, m.outcome = s.blocked(m), ActionSkipped
		case !m.inBatch:
			s.decideLookedUp(m)
		default:
			if err := s.decideMember(m); err != nil {
				m.outcome = ActionFailed
				s.problem(m.key, err)
			}
		}
	}
	s.checkHeldEntities()
	s.checkSwaps()
	if s.options.prune {
		s.decidePrunes()
	}
}

// blocked returns why an object cannot be handled because of one that it needs.
func (s *session) blocked(m *member) error {
	if m.node == nil {
		return nil
	}
	for _, edge := range m.node.Edges {
		if needed := s.byKey[edge.To]; needed != nil && needed != m && needed.err != nil {
			return &DependencyError{Key: m.key, Field: edge.Field, On: needed.key, Cause: needed.err}
		}
	}
	return nil
}

// decideLookedUp handles objects that are not in the batch: they must be there,
// and are not written.
func (s *session) decideLookedUp(m *member) {
	m.step = ActionUnchanged
	if m.entity == nil {
		for _, dependent := range m.node.Dependents {
			if s.byKey[dependent.Key] != nil {
				s.problem(dependent.Key, fmt.Errorf("check %s: %s is not in the batch and not programmed in konnect yet", dependent.Key, m.key))
			}
		}
	}
}

func (s *session) decideMember(m *member) error {
	if m.isMirror() {
		m.step = ActionUnchanged
		if m.entity == nil {
			return fmt.Errorf("mirror %s: konnect has no control plane %s", m.key, m.kind.about().mirror(m.obj))
		}
		return nil
	}
	adopt := adoptOf(m.obj)
	if adopt != nil && (m.entity == nil || m.entity.ID != adopt.KonnectID()) && !s.adoptedBefore(m) {
		return fmt.Errorf("adopt %s: konnect has no entity %s where the object belongs", m.key, adopt.KonnectID())
	}
	if m.entity == nil {
		return s.decideAbsent(m)
	}
	return s.decidePresent(m)
}

// adoptedBefore tells whether an entity that is ours stands for an object whose
// adopted entity is gone.
func (s *session) adoptedBefore(m *member) bool {
	return m.entity != nil && m.entity.owner.ours(s.owner) && m.entity.owner.key == m.mark
}

// decideAbsent plans a creation, unless the natural key is taken.
func (s *session) decideAbsent(m *member) error {
	if other := s.holderOfName(m); other != nil && !s.releases(other, m) {
		if !s.options.adoption.allows(other.owner) {
			return s.ownershipError(m, other)
		}
		s.claims[other.ID] = m
		m.entity, m.id = other, other.ID
		return s.compare(m, ActionAdopted)
	}
	d, err := m.kind.desire(m.obj, s.inputs(m, nil))
	if err != nil {
		return err
	}
	m.desired, m.step = d, ActionCreated
	s.keepBasis(m, nil)
	return nil
}

// decidePresent compares an entity that exists.
func (s *session) decidePresent(m *member) error {
	adopt := adoptOf(m.obj)
	ours := m.entity.owner.ours(s.owner) && (m.entity.owner.key == m.mark || s.byMark[m.entity.owner.key] == nil)
	switch {
	case adopt.IsMatch() && m.entity.ID == adopt.KonnectID():
		return s.decideMatch(m)
	case ours:
		if err := s.compare(m, ActionUpdated); err != nil {
			return err
		}
	case s.isByConstruction(m):
		if err := s.compare(m, ActionUpdated); err != nil {
			return err
		}
	case adopt != nil && m.entity.ID == adopt.KonnectID() && s.adoptable(m):
		if err := s.compare(m, ActionAdopted); err != nil {
			return err
		}
	case adopt == nil && s.options.adoption.allows(m.entity.owner):
		if err := s.compare(m, ActionAdopted); err != nil {
			return err
		}
	default:
		return s.ownershipError(m, m.entity)
	}
	if err := s.checkRename(m); err != nil {
		return err
	}
	s.compareMembers(m)
	return nil
}

// compare plans what makes the entity as desired: nothing where nothing differs.
func (s *session) compare(m *member, change Action) error {
	observed, err := m.kind.shape(m.entity)
	if err != nil {
		return fmt.Errorf("observe %s: %w", m.key, err)
	}
	if err := m.kind.refuseEntity(observed); err != nil {
		return fmt.Errorf("update %s: entity %s %w", m.key, m.entity.ID, err)
	}
	m.desired, err = m.kind.desire(m.obj, s.inputs(m, observed))
	if err != nil {
		return err
	}
	about := m.kind.about()
	differences := canon.Diff(m.desired.object, observed, about.fields)
	m.fields = fieldsOf(differences)
	s.logUnknown(m, observed)
	for _, d := range differences {
		if slices.Contains(about.immutable, d.Path) {
			return &ImmutableError{Key: m.key, KonnectID: m.entity.ID, Fields: m.fields}
		}
	}
	s.keepBasis(m, observed)
	m.step = change
	if len(m.fields) == 0 {
		m.step = ActionUnchanged
		m.desired = desired{} // thousands of them would weigh
	}
	return nil
}

// decideMatch adopts an entity that is never written: it must be as desired, its
// tags apart unless the spec has some.
func (s *session) decideMatch(m *member) error {
	observed, err := m.kind.shape(m.entity)
	if err != nil {
		return fmt.Errorf("observe %s: %w", m.key, err)
	}
	if o := m.entity.owner; o.managedBy == managedByUs && (o.owner != s.owner || o.key != m.mark) {
		return s.ownershipError(m, m.entity)
	}
	if err := m.kind.refuseEntity(observed); err != nil {
		return fmt.Errorf("adopt %s: entity %s %w", m.key, m.entity.ID, err)
	}
	in := s.inputs(m, observed)
	in.tags = userTags(m.obj)
	m.desired, err = m.kind.desire(m.obj, in)
	if err != nil {
		return err
	}
	fields := slices.DeleteFunc(slices.Clone(m.kind.about().fields), func(f canon.Field) bool {
		return f.Name == "tags" && len(in.tags) == 0
	})
	if differences := canon.Diff(m.desired.object, observed, fields); len(differences) > 0 {
		m.fields = fieldsOf(differences)
		return &MismatchError{Key: m.key, KonnectID: m.entity.ID, Fields: m.fields}
	}
	s.keepBasis(m, observed)
	m.step = ActionUnchanged
	if m.obj.GetKonnectStatus().ID != m.entity.ID {
		m.step = ActionAdopted
	}
	return nil
}

// checkHeldEntities refuses entities in control planes of which Konnect says
// that they hold none.
func (s *session) checkHeldEntities() {
	for _, m := range s.members {
		if m.inBatch && m.control != nil && !m.isControlPlane() && m.control.entity != nil {
			s.checkHolds(m)
		}
	}
}

// logUnknown tells of fields that Konnect has and the kind does not know.
func (s *session) logUnknown(m *member, observed canon.Object) {
	log := s.client.config.logger
	for name := range observed {
		if _, sent := m.desired.object[name]; !sent && observed[name] != nil &&
			!slices.ContainsFunc(m.kind.about().fields, func(f canon.Field) bool { return f.Name == name }) {
			log.Debug("field is not compared", "key", m.key, "field", name)
		}
	}
}
