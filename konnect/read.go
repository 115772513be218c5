package konnect

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// Where the batch holds a single object of a kind, its entity is read alone.

func (s *session) readMembers(ctx context.Context, n *need) {
	for _, m := range n.members {
		if err := s.readMember(ctx, n, m); err != nil {
			m.fail(fmt.Errorf("observe %s: %w", m.key, s.namingToken(m, err)))
		}
	}
}

// readMember reads what may be one object's entity: by ID, and where there is
// none under it, or the name changes, by natural key and by mark. Leftovers are not
// looked for while all is as it was, except by Delete.
func (s *session) readMember(ctx context.Context, n *need, m *member) error {
	about := n.kind.about()
	if about.parent != "" && !s.parentExists(m) {
		if err := s.readMarked(ctx, n, m); err != nil { // it may have had another parent
			return err
		}
		return s.readOperators(ctx, n, m)
	}
	byID, err := s.readByID(ctx, n, m)
	if err != nil {
		return err
	}
	if byID != nil && !s.deleting && about.natural(byID) == s.natural(m) {
		return nil
	}
	if name := m.kind.wantedName(m.obj); name != "" && (!s.deleting || m.observes()) {
		if _, err := s.readOne(ctx, n, m, name); err != nil {
			return err
		}
	}
	if err := s.readMarked(ctx, n, m); err != nil || byID != nil {
		return err
	}
	if len(s.indexes[n.collection].byMark[m.mark]) > 0 {
		return nil
	}
	if err := s.readComputed(ctx, n, m); err != nil {
		return err
	}
	return s.readOperators(ctx, n, m)
}

// readByID reads the entity that the object names or, where it names none, the one
// with the computed ID; nil when that is another object's.
func (s *session) readByID(ctx context.Context, n *need, m *member) (*entity, error) {
	for _, id := range s.candidateIDs(m) {
		found, err := s.readOne(ctx, n, m, id)
		if err != nil || found != nil && !s.isAnothers(m, found) {
			return found, err
		}
	}
	return nil, nil
}

// candidateIDs are the IDs that the object names, in the order of identity; the
// computed one where it names none.
func (s *session) candidateIDs(m *member) []string {
	ids := []string{m.kind.wantedID(m.obj), adoptOf(m.obj).KonnectID()}
	if status := m.obj.GetKonnectStatus(); status.ControlPlaneID == m.control.id {
		ids = append(ids, status.ID)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	if len(ids) == 0 {
		ids = append(ids, computedID(m.control.id, s.owner, m.key))
	}
	return slices.Compact(ids)
}

// readComputed reads the ID with which the entity would be created, and those
// before it which have gone over to other objects.
func (s *session) readComputed(ctx context.Context, n *need, m *member) error {
	tried := s.candidateIDs(m)
	if m.kind.wantedID(m.obj) != "" {
		return nil
	}
	for id := s.computedID(m); !slices.Contains(tried, id); id = s.computedID(m) {
		if _, err := s.readOne(ctx, n, m, id); err != nil {
			return err
		}
		tried = append(tried, id)
	}
	return nil
}

// readOne reads an entity by ID or natural key; nil when there is none.
func (s *session) readOne(ctx context.Context, n *need, m *member, idOrName string) (*entity, error) {
	about := n.kind.about()
	e, err := n.account.readEntity(ctx, about.entityPath(s.at(m), idOrName), idOrName)
	if e != nil {
		s.indexes[n.collection].add(e, s.owner, about.natural)
	}
	return e, err
}

// readMarked reads the entity that carries the object's mark, wherever it is in
// the collection.
func (s *session) readMarked(ctx context.Context, n *need, m *member) error {
	x, about := s.indexes[n.collection], n.kind.about()
	at := scope{controlPlane: n.controlPlane}
	marks := url.Values{"tags": {markKey + ":" + m.mark}}
	err := n.account.listCore(ctx, about.collectionPath(at), marks, func(e *entity) { x.add(e, s.owner, about.natural) })
	if s.deleting && isNotFound(err) && n.account.isGone(ctx, n.controlPlane) {
		return nil
	}
	return err
}
