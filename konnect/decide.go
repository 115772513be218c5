package konnect

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
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

// holderOfName returns the entity that has the natural key which m wants, nil
// when it is free.
func (s *session) holderOfName(m *member) *entity {
	x := s.indexes[s.collectionOf(m)]
	if m.isControlPlane() {
		x = s.indexes[s.controlPlanes(m.account)]
	}
	if x == nil || s.natural(m) == "" {
		return nil
	}
	return x.byNatural[s.natural(m)]
}

// releases tells whether the entity that has m's natural key belongs to another
// object of the batch, which gives that key up; m is then written after it.
func (s *session) releases(e *entity, m *member) bool {
	other := s.claims[e.ID]
	if other == nil || other == m || !other.inBatch {
		return false
	}
	if s.natural(other) == m.kind.about().natural(e) {
		return false
	}
	m.after = append(m.after, other)
	return true
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

// isByConstruction tells whether an entity without marks is ours all the same:
// nobody else knows its ID.
func (s *session) isByConstruction(m *member) bool {
	if !m.entity.owner.unmarked() || adoptOf(m.obj) != nil {
		return false
	}
	if !m.isControlPlane() && m.entity.ID == computedID(m.control.id, s.owner, m.key) {
		return true
	}
	return m.obj.GetKonnectStatus().ID == m.entity.ID
}

// adoptable tells whether spec.adopt may take the entity over: no tool looks
// after it, or it is the Kong operator's for this very object.
func (s *session) adoptable(m *member) bool {
	o := m.entity.owner
	uid := string(m.obj.GetUID())
	return o.unmarked() || s.options.adoption.allows(o) || (o.operatorUID != "" && o.operatorUID == uid)
}

func (s *session) ownershipError(m *member, e *entity) error {
	err := &OwnershipError{Key: m.key, KonnectID: e.ID, Name: nameOf(e), Holder: e.owner.holder()}
	switch {
	case adoptOf(m.obj) != nil:
		err.AdoptHint = "its holder must release it before it can be adopted"
	case e.owner.managedBy == managedByUs:
		err.AdoptHint = "use another name, or delete it with the owner that created it"
	case m.isControlPlane():
		err.AdoptHint = "use another name, mirror it with spec.source: Mirror, or take it over with WithAdoption"
	default:
		err.AdoptHint = "use another name, or take it over with spec.adopt or WithAdoption"
	}
	return err
}

func nameOf(e *entity) string {
	if e.Target != "" {
		return e.Target
	}
	return e.Name
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
		if m.control == nil || m.control.account == nil || m.err != nil || m.isMirror() {
			continue
		}
		key := slot{account: m.control.account, kind: m.kind, natural: s.natural(m)}
		if !m.isControlPlane() {
			key.controlPlane = s.idOf(m.control.key)
		}
		if key.natural == "" {
			continue
		}
		if other := taken[key]; other != nil {
			s.problem(m.key, fmt.Errorf("check %s: %s %q is that of %s too", m.key, about.nameField, about.name(m.obj), other.key))
			continue
		}
		taken[key] = m
	}
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

// checkSwaps refuses names that are handed round in a circle, where none is
// free to begin with.
func (s *session) checkSwaps() {
	for _, m := range s.members {
		seen := map[*member]bool{}
		for next := m; next != nil && !seen[next]; {
			seen[next] = true
			if len(next.after) == 0 {
				break
			}
			if next = next.after[0]; next == m {
				s.problem(m.key, fmt.Errorf("rename %s: %s is swapped with that of %s; rename one of them to something else first",
					m.key, m.kind.about().nameField, m.after[0].key))
			}
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

// DependencyError is an object that was not handled because one that it refers
// to was not.
type DependencyError struct {
	// Key of the object, Field of its reference, On the object referred to.
	Key   crd.Key
	Field string
	On    crd.Key
	// Cause is what is wrong with On.
	Cause error
}

// Error returns one line; the cause stands with its own object.
func (e *DependencyError) Error() string {
	return fmt.Sprintf("%s: %s: %s is not programmed", e.Key, e.Field, e.On)
}

// Unwrap returns the cause.
func (e *DependencyError) Unwrap() error { return e.Cause }

