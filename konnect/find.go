package konnect

import (
	"cmp"
	"fmt"
	"slices"
)

// round is one way in which an entity is found.
type round func(*member, *index) *entity

// rounds are these ways in the order of identity. Each is gone through for all
// objects before the next, so that none takes what another has the better claim to.
func (s *session) rounds() []round {
	return []round{s.addressed, s.ownOf, s.looksAt, s.renamed, s.inherited, s.computed, s.operators, s.adoptable}
}

// findControlPlanes finds all control planes, by name only once it is known which
// of them other objects stand for.
func (s *session) findControlPlanes() {
	for _, m := range s.members {
		if m.isControlPlane() && m.err == nil && m.account != nil {
			x := s.indexes[s.controlPlanes(m.account)]
			if m.isMirror() {
				s.take(m, x.byID[m.kind.mirrored(m.obj)])
			} else {
				s.take(m, s.ownOf(m, x))
			}
		}
	}
	for _, round := range []round{s.looksAt, s.renamed, s.inherited, s.operators, s.adoptable} {
		for _, m := range s.members {
			if m.isControlPlane() && m.err == nil && m.account != nil && m.entity == nil && !m.isMirror() {
				s.take(m, round(m, s.indexes[s.controlPlanes(m.account)]))
			}
		}
	}
	for _, m := range s.members {
		if s.deleting && m.isControlPlane() {
			s.addLeftovers(m)
		}
	}
}

// findAll finds the entities of all objects but control planes, in the first or
// the second round of observation. What is not found will have the computed ID, or
// the spec's.
func (s *session) findAll(nested bool) {
	var sought []*member
	for _, m := range s.members {
		if m.isControlPlane() || m.control == nil || m.control.entity == nil || m.err != nil || m.entity != nil {
			continue
		}
		if nested == (m.kind.about().parent != "") && s.indexes[s.collectionOf(m)] != nil {
			sought = append(sought, m)
		}
	}
	for _, round := range s.rounds() {
		for _, m := range sought {
			if m.entity == nil && m.err == nil {
				s.take(m, round(m, s.indexes[s.collectionOf(m)]))
			}
		}
	}
	for _, m := range sought {
		if m.entity == nil {
			m.id = s.newID(m)
		}
	}
}

// addressed returns the entity that the spec names by its ID.
func (s *session) addressed(m *member, x *index) *entity {
	return cmp.Or(x.byID[m.kind.wantedID(m.obj)], x.byID[adoptOf(m.obj).KonnectID()])
}

// ownOf returns the entity that the status or the marks lead to. Where both lead
// somewhere, the status outweighs the marks, unless the other entity has the name
// that m wants and will not give it up.
func (s *session) ownOf(m *member, x *index) *entity {
	known, marked := s.remembered(m, x), s.marked(m, x)
	if known == nil || marked == nil || known == marked {
		return cmp.Or(known, marked)
	}
	hasName := func(e *entity) bool { return m.kind.about().natural(e) == s.natural(m) }
	if hasName(marked) && !hasName(known) && s.isFree(m, marked) && !s.mayPrune(m, marked) {
		return marked
	}
	return known
}

// remembered returns the entity in the status, unless our marks give it to another
// object.
func (s *session) remembered(m *member, x *index) *entity {
	e := s.inStatus(m, x)
	if e == nil || e.owner.ours(s.owner) && e.owner.key != m.mark {
		return nil
	}
	return e
}

// inherited returns the entity in the status that has our marks for another object,
// where that does not want it and nobody has a better claim.
func (s *session) inherited(m *member, x *index) *entity {
	e := s.inStatus(m, x)
	if e == nil || !s.isFree(m, e) {
		return nil
	}
	if other := s.byMark[e.owner.key]; other != nil && other != m && other.control != nil && s.planeOf(other) == s.planeOf(m) {
		return nil
	}
	return e
}

// inStatus returns the entity that the status names, in the same control plane.
func (s *session) inStatus(m *member, x *index) *entity {
	status := m.obj.GetKonnectStatus()
	if !m.isControlPlane() && status.ControlPlaneID != m.control.id {
		return nil
	}
	return x.byID[status.ID]
}

// marked returns the entity with m's marks. Of several it is the one with the name
// that m wants, else the one with the computed ID, else the first by ID; the others
// are leftovers.
func (s *session) marked(m *member, x *index) *entity {
	rank := func(e *entity) int {
		switch {
		case !s.isFree(m, e):
			return 3
		case m.kind.about().natural(e) == s.natural(m):
			return 0
		case !m.isControlPlane() && e.ID == computedID(m.control.id, s.owner, m.key):
			return 1
		default:
			return 2
		}
	}
	candidates := x.byMark[m.mark]
	if len(candidates) == 0 {
		return nil
	}
	return slices.MinFunc(candidates, func(a, b *entity) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID)) })
}

// looksAt returns the entity with the natural key, whoever holds it, for an object
// that only observes it and does not name it by ID.
func (s *session) looksAt(m *member, x *index) *entity {
	if !m.observes() || m.kind.wantedID(m.obj) != "" || adoptOf(m.obj) != nil {
		return nil
	}
	return x.byNatural[s.natural(m)]
}

// namesake returns the entity with the natural key that m wants, if nobody stands for it.
func (s *session) namesake(m *member, x *index) *entity {
	e := x.byNatural[s.natural(m)]
	if s.deleting || e == nil || s.claims[e.ID] != nil {
		return nil
	}
	return e
}

// renamed returns the entity of an object that was renamed. Children are observed
// below it then.
func (s *session) renamed(m *member, x *index) *entity {
	wanted := m.kind.wantedID(m.obj)
	if e := s.namesake(m, x); e != nil && s.isRenamed(m, e) && (wanted == "" || wanted == e.ID) {
		return e
	}
	return nil
}

// adoptable returns the entity that the policy lets be adopted.
func (s *session) adoptable(m *member, x *index) *entity {
	if e := s.namesake(m, x); e != nil && adoptOf(m.obj) == nil && m.inBatch && s.adoptionOf(m).allows(e.owner) {
		return e
	}
	return nil
}

func (s *session) computed(m *member, x *index) *entity { return x.byID[s.computedID(m)] }

// isFree reports whether no other object stands for the entity; a mirror lets the
// object of a control plane have it.
func (s *session) isFree(m *member, e *entity) bool {
	claim := s.claims[e.ID]
	return claim == nil || claim == m || claim.isMirror()
}

// natural is the natural key that an object wants for its entity.
func (s *session) natural(m *member) string {
	if parent := s.parentOf(m); parent != nil {
		return nestedKey(idOf(parent, parent.key), m.kind.wantedName(m.obj))
	}
	return m.kind.wantedName(m.obj)
}

func (s *session) take(m *member, e *entity) {
	if e == nil {
		return
	}
	if other := s.claims[e.ID]; other != nil && other != m && !m.isControlPlane() {
		s.problem(m.key, fmt.Errorf("find %s: entity %s belongs to %s already", m.key, e.ID, other.key))
		return
	}
	if s.claims[e.ID] == nil || s.claims[e.ID].isMirror() {
		s.claims[e.ID] = m
	}
	m.entity, m.id = e, e.ID
	if m.isControlPlane() {
		m.clusterType = clusterTypeOf(m.kind, e)
	}
}

func clusterTypeOf(k binding, e *entity) string {
	shaped, err := k.shape(e)
	if err != nil {
		return ""
	}
	clusterType, _ := shaped["cluster_type"].(string)
	return clusterType
}
