package konnect

import (
	"cmp"
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
)

// candidateIDs are the IDs that the object names, in the order in which they are
// tried; the computed one where it names none.
func (s *session) candidateIDs(m *member) []string {
	var ids []string
	add := func(id string) {
		if id != "" {
			ids = append(ids, id)
		}
	}
	add(m.kind.wantedID(m.obj))
	add(adoptOf(m.obj).KonnectID())
	if status := m.obj.GetKonnectStatus(); status.ControlPlaneID == m.control.id {
		add(status.ID)
	}
	if len(ids) == 0 {
		add(s.computedID(m))
	}
	return ids
}

// newID is the ID with which an object's entity is created.
func (s *session) newID(m *member) string {
	return cmp.Or(m.kind.wantedID(m.obj), s.computedID(m))
}

// findControlPlane finds an object's control plane by the mirror's ID, the status
// or the marks.
func (s *session) findControlPlane(m *member) {
	if m.err != nil || m.account == nil {
		return
	}
	x := s.indexes[s.controlPlanes(m.account)]
	if m.isMirror() {
		s.take(m, x.byID[m.kind.mirrored(m.obj)])
		return
	}
	if e := x.byID[m.obj.GetKonnectStatus().ID]; e != nil {
		s.take(m, e)
		return
	}
	if e := x.byMark[m.mark]; e != nil {
		s.take(m, e)
	}
}

// findControlPlanes finds all of them, by name only once it is known which of
// them other objects stand for.
func (s *session) findControlPlanes() {
	for _, m := range s.members {
		if m.isControlPlane() {
			s.findControlPlane(m)
		}
	}
	for _, m := range s.members {
		if m.isControlPlane() && m.err == nil && m.account != nil && m.entity == nil && !m.isMirror() {
			if x := s.indexes[s.controlPlanes(m.account)]; !s.takeObserved(m, x) {
				s.takeNatural(m, x)
			}
		}
	}
}

// findAll finds the entities of all objects but control planes, in the first or
// the second round of observation.
func (s *session) findAll(nested bool) {
	var missing []*member
	for _, m := range s.members {
		if m.isControlPlane() || m.control == nil || m.control.entity == nil || m.err != nil || m.entity != nil {
			continue
		}
		if nested != (m.kind.about().parent != "") || s.indexes[s.collectionOf(m)] == nil {
			continue
		}
		if s.findKnown(m); m.entity == nil {
			missing = append(missing, m)
		}
	}
	for _, m := range missing {
		s.findNamed(m)
	}
}

// findKnown finds an entity by ID or mark, in the order of identity.
func (s *session) findKnown(m *member) {
	x := s.indexes[s.collectionOf(m)]
	for _, id := range s.candidateIDs(m) {
		if e := x.byID[id]; e != nil && !s.hasGoneOver(m, e) {
			s.take(m, e)
			return
		}
	}
	if e := x.byMark[m.mark]; e != nil {
		s.take(m, e)
	}
}

// hasGoneOver tells whether an entity that m's status names belongs to another
// object of the batch by now.
func (s *session) hasGoneOver(m *member, e *entity) bool {
	other := s.byMark[e.owner.key]
	return e.owner.ours(s.owner) && other != nil && other != m && other.control != nil && s.planeOf(other) == s.planeOf(m) &&
		m.kind.wantedID(m.obj) != e.ID && adoptOf(m.obj).KonnectID() != e.ID
}

// findNamed finds an entity by its natural key, or under the computed ID. What is
// not found will have that ID, or the spec's.
func (s *session) findNamed(m *member) {
	x := s.indexes[s.collectionOf(m)]
	if s.takeObserved(m, x) || s.takeNatural(m, x) {
		return
	}
	if e := x.byID[s.computedID(m)]; e != nil {
		s.take(m, e)
		return
	}
	m.id = s.newID(m)
}

// takeNatural takes the entity with the object's natural key if the object was
// renamed, or if the policy lets it be adopted. Children are observed below it then.
func (s *session) takeNatural(m *member, x *index) bool {
	if s.deleting {
		return false
	}
	e := x.byNatural[s.natural(m)]
	if e == nil || s.claims[e.ID] != nil {
		return false
	}
	if !s.isRenamed(m, e) && (adoptOf(m.obj) != nil || !m.inBatch || !s.options.adoption.allows(e.owner)) {
		return false
	}
	s.take(m, e)
	return true
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
		if shaped, err := m.kind.shape(e); err == nil {
			m.clusterType, _ = shaped["cluster_type"].(string)
		}
	}
}

// inputs collects what the payload is made of. IDs that are not known yet are
// stood in for by the key of the object.
func (s *session) inputs(m *member, observed map[string]any) inputs {
	in := inputs{ids: map[string]string{}, observed: observed}
	if m.node != nil {
		for _, edge := range m.node.Edges {
			if !isMembership(m, edge) { // it is written by calls of its own, later
				in.ids[edge.Field] = idOf(s.leadsTo(edge), edge.To)
			}
		}
	}
	tags := userTags(m.obj)
	tags = append(tags, s.client.config.keptTags.beside(tags, observed)...)
	in.tags = tagsWithMarks(tags, s.owner, m.key, annotatedDeletion(m.obj))
	in.labels = s.labels(m, observed)
	return in
}

// idOf is the ID of m, which is what a reference to key leads to.
func idOf(m *member, key crd.Key) string {
	if m != nil && m.id != "" {
		return m.id
	}
	return "(known after apply: " + key.String() + ")"
}

// labelled is an object whose entity has labels.
type labelled interface{ GetKonnectLabels() map[string]string }

// labels merges ours into those that Konnect holds, so that others stay.
func (s *session) labels(m *member, observed map[string]any) map[string]string {
	obj, ok := m.obj.(labelled)
	if !ok {
		return nil
	}
	held, _ := observed["labels"].(map[string]any)
	others := 0
	for key := range held {
		if _, mine := obj.GetKonnectLabels()[key]; !mine && !isMarkKey(key) && !m.dropsLabel(key) {
			others++
		}
	}
	labels := labelsWithMarks(obj.GetKonnectLabels(), others, s.owner, m.key, annotatedDeletion(m.obj))
	for key, value := range held {
		if text, isText := value.(string); isText && labels[key] == "" && !m.dropsLabel(key) {
			labels[key] = text
		}
	}
	return labels
}
