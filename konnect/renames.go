package konnect

import (
	"cmp"

	"github.com/google/uuid"
)

// Objects that were renamed in their metadata. Their marks and their computed ID
// are others then; the natural key tells which entity they had.

// isComplete tells whether the batch is declared to hold all that is ours where m
// belongs. A control plane is looked for in its whole organisation.
func (s *session) isComplete(m *member) bool {
	if !s.options.prune || !m.inBatch {
		return false
	}
	plane := s.planeOf(m)
	return m.isControlPlane() || plane.inBatch && plane.unread == nil
}

// isRenamed reports whether an entity that m has found is its own under another
// metadata name: m has no entity with its own marks, and the object in the marks is
// gone, or stands for another entity. Unless the batch is complete, an object that
// is not in it may be in another batch, which wants its entity back.
func (s *session) isRenamed(m *member, e *entity) bool {
	siblings := s.siblings(m)
	if !e.owner.ours(s.owner) || len(s.indexes[siblings].byMark[m.mark]) > 0 {
		return false
	}
	return s.byMark[e.owner.key] == nil && s.isComplete(m) || s.isLeft(siblings, e)
}

// isAnothers reports whether our owner's marks, or what was found already, give an
// entity to another object.
func (s *session) isAnothers(m *member, e *entity) bool {
	return !s.isFree(m, e) || e.owner.ours(s.owner) && e.owner.key != "" && e.owner.key != m.mark && !s.isRenamed(m, e)
}

// computedID is the ID with which m's entity is created. An entity that has gone
// over to another object keeps its ID: who has that object's old name is created
// under the next one.
func (s *session) computedID(m *member) string {
	id, x := computedID(m.control.id, s.owner, m.key), s.indexes[s.collectionOf(m)]
	for x != nil && x.byID[id] != nil && s.isAnothers(m, x.byID[id]) {
		id = uuid.NewSHA1(namespaceUUID, []byte(id)).String()
	}
	return id
}

// newID is the ID with which an object's entity is created.
func (s *session) newID(m *member) string {
	return cmp.Or(m.kind.wantedID(m.obj), s.computedID(m))
}
