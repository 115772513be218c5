package konnecttest

import (
	"net/http"
	"strings"
)

// plane finds the control plane of a core-entity path.
func (s *Server) plane(c *call) (*controlPlane, *failure) {
	if p := s.store.plane(c.organization(), c.request.PathValue("controlPlaneId")); p != nil {
		return p, nil
	}
	switch s.set.missingPlane {
	case NotFoundMessage:
		return nil, legacyFailure(http.StatusNotFound, "control plane not found")
	case NotFoundProblem:
		return nil, planeNotFound()
	}
	return nil, coreFailure(http.StatusNotFound, codeNotFound, "control plane not found")
}

// scope opens a collection; the store's lock must be held.
func (s *Server) scope(c *call, at place) (*scope, *failure) {
	p, fail := s.plane(c)
	if fail != nil {
		return nil, fail
	}
	return &scope{server: s, plane: p, table: p.tables[at.row.path], now: c.now, query: c.request.URL.Query()}, nil
}

// writable returns the flavor of a control plane that takes entities of the row.
func (s *Server) writable(c *call, row *collection) (RouterFlavor, *failure) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	p, fail := s.plane(c)
	if fail == nil && !row.writes.everyPlane {
		fail = p.readOnly()
	}
	if fail != nil {
		return "", fail
	}
	return p.flavor, nil
}

// parent resolves the parent of a nested path by ID or name. The ID comes back as it is
// if there is no such entity.
func (sc *scope) parent(c *call, at place) (id string, found bool) {
	key := canonicalID(c.request.PathValue("parent"))
	if e := sc.plane.tables[at.below.parent].read(key, nil); e != nil {
		return e.id, true
	}
	return key, false
}

// within is the reference that a nested path implies; nil for a flat one. A missing
// parent is not found here, while writes leave it to the foreign key.
func (sc *scope) within(c *call, at place) (object, *failure) {
	if at.below == nil {
		return nil, nil
	}
	id, found := sc.parent(c, at)
	if !found {
		return nil, coreNotFound()
	}
	return object{at.below.field: object{"id": id}}, nil
}

// canonicalID lower-cases what is a UUID.
func canonicalID(id string) string {
	if lower := strings.ToLower(id); isUUID(lower) {
		return lower
	}
	return id
}

// lookup finds the entity of an item path; nil if it is not there.
func (sc *scope) lookup(c *call, at place) (*entity, *failure) {
	within, fail := sc.within(c, at)
	if fail != nil {
		return nil, fail
	}
	e := sc.table.read(canonicalID(c.request.PathValue("id")), within)
	if e != nil && at.below != nil {
		path := at.below.field + ".id"
		if text(e.values, path) != text(within, path) {
			return nil, nil
		}
	}
	return e, nil
}

func (s *Server) getEntity(at place) handler {
	return func(c *call) (reply, *failure) {
		s.store.mu.RLock()
		defer s.store.mu.RUnlock()
		sc, fail := s.scope(c, at)
		if fail != nil {
			return reply{}, fail
		}
		e, fail := sc.lookup(c, at)
		if fail != nil {
			return reply{}, fail
		}
		if e == nil {
			return reply{}, coreNotFound()
		}
		return jsonReply(http.StatusOK, sc.shownAlone(e)), nil
	}
}

// submitted reads the body of a write, before any lock is taken.
func (s *Server) submitted(c *call, at place, prepare func(object)) (object, *failure) {
	flavor, fail := s.writable(c, at.row)
	if fail != nil {
		return nil, fail
	}
	body := c.body
	if len(body) == 0 && at.row.writes.bodyOptional {
		body = []byte("{}")
	}
	raw, err := decodeObject(body)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	prepare(raw)
	return at.row.read(raw, flavor)
}

func (s *Server) createEntity(at place) handler {
	return func(c *call) (reply, *failure) {
		values, fail := s.submitted(c, at, func(raw object) {
			if at.row.writes.serverIDs {
				delete(raw, "id")
			}
		})
		if fail != nil {
			return reply{}, fail
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		sc, fail := s.scope(c, at)
		if fail != nil {
			return reply{}, fail
		}
		sc.adopt(c, at, values)
		id := text(values, "id")
		if id == "" {
			id = s.set.newID()
		}
		e, fail := sc.store(nil, id, values)
		if fail != nil {
			return reply{}, fail
		}
		return jsonReply(http.StatusCreated, sc.shownWritten(e)), nil
	}
}

// adopt sets the parent that a nested path names, over whatever the body says.
func (sc *scope) adopt(c *call, at place, values object) {
	if at.below != nil {
		id, _ := sc.parent(c, at)
		values[at.below.field] = object{"id": id}
	}
}

func (s *Server) putEntity(at place) handler {
	return func(c *call) (reply, *failure) {
		key := canonicalID(c.request.PathValue("id"))
		byKey := !isUUID(key)
		if byKey && (at.row.key == "" || !s.set.putByName) {
			return reply{}, notUUID(key)
		}
		values, fail := s.submitted(c, at, func(raw object) {
			raw["id"] = nil // the path decides
			if byKey {
				raw[at.row.key] = key
			}
		})
		if fail != nil {
			return reply{}, fail
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		sc, fail := s.scope(c, at)
		if fail != nil {
			return reply{}, fail
		}
		sc.adopt(c, at, values)
		e, fail := sc.upsert(at, key, values)
		if fail != nil {
			return reply{}, fail
		}
		return jsonReply(http.StatusOK, sc.shownWritten(e)), nil
	}
}

// upsert replaces the entity with that ID or key, or creates it.
func (sc *scope) upsert(at place, key string, values object) (*entity, *failure) {
	e := sc.table.byID[key]
	if !isUUID(key) {
		e = sc.table.find(key, values)
	}
	if e == nil && (at.row.writes.serverIDs || sc.set().updateOnly[at.row.path]) {
		return nil, coreNotFound()
	}
	if e != nil && at.below != nil && at.row.writes.moved != 0 && !sameReference(e.values, values, at.below.field) {
		return nil, movedBelow(at.row.writes.moved)
	}
	id := key
	if !isUUID(key) {
		id = sc.set().newID()
	}
	return sc.store(e, id, values)
}

func sameReference(a, b object, field string) bool {
	return text(a, field+".id") == text(b, field+".id")
}

// movedBelow refuses to move an entity below another parent.
func movedBelow(status int) *failure {
	if status == http.StatusNotFound {
		return coreNotFound()
	}
	return brokenConstraint("id", "primary")
}

func (s *Server) deleteEntity(at place) handler {
	return func(c *call) (reply, *failure) {
		if _, fail := s.writable(c, at.row); fail != nil {
			return reply{}, fail
		}
		if id := canonicalID(c.request.PathValue("id")); at.below == nil && !isUUID(id) {
			return reply{}, notUUID(id)
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		sc, fail := s.scope(c, at)
		if fail != nil {
			return reply{}, fail
		}
		// A parent that is not there has no children to delete either.
		e, fail := sc.lookup(c, at)
		if e == nil || fail != nil {
			return s.missing()
		}
		if fail := sc.remove(e); fail != nil {
			return reply{}, fail
		}
		return noContent(), nil
	}
}

func (s *Server) missing() (reply, *failure) {
	if s.set.deleteMissing == http.StatusNoContent {
		return noContent(), nil
	}
	fail := coreNotFound()
	fail.status = s.set.deleteMissing
	return reply{}, fail
}
