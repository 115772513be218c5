package konnecttest

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNotFound is returned by the state helpers for a control plane, collection or entity that
// is not there.
var ErrNotFound = errors.New("not found")

// The state helpers look at and change what is stored as somebody else would, past
// token, log, counters and faults. Collections are named by their path segment, such as
// "services". Entities are as encoding/json decodes them, numbers being float64.

// Entities returns the entities of a collection in the order of their creation; nil if
// there is no such control plane or collection.
func (s *Server) Entities(controlPlaneID, collection string) []map[string]any {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	sc, err := s.state(controlPlaneID, collection)
	if err != nil {
		return nil
	}
	out := make([]map[string]any, 0, len(sc.table.all))
	for _, e := range sc.table.all {
		out = append(out, sc.table.whole(s.set, e))
	}
	return out
}

// Entity returns the entity with that ID, or with that name where the collection has names. It
// is nil if there is none.
func (s *Server) Entity(controlPlaneID, collection, idOrName string) map[string]any {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	sc, err := s.state(controlPlaneID, collection)
	if err != nil {
		return nil
	}
	e := sc.table.find(idOrName, nil)
	if e == nil {
		return nil
	}
	return sc.table.whole(s.set, e)
}

// Put creates or replaces an entity as the API would, defaults and constraints included,
// and returns it as stored. Its id may be left out. Control planes that refuse writes take
// it too, and collections that the API of this server only lists take anything.
func (s *Server) Put(controlPlaneID, collection string, entity map[string]any) (map[string]any, error) {
	encoded, err := json.Marshal(entity)
	if err != nil {
		return nil, fmt.Errorf("put %s: %w", collection, err)
	}
	raw, err := decodeObject(encoded)
	if err != nil {
		return nil, fmt.Errorf("put %s: %w", collection, err)
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	sc, err := s.state(controlPlaneID, collection)
	if err != nil {
		return nil, fmt.Errorf("put %s: %w", collection, err)
	}
	values := raw
	if row := sc.table.row; !row.listOnly() {
		var fail *failure
		if values, fail = row.read(raw, sc.plane.flavor); fail != nil {
			return nil, fmt.Errorf("put %s: %w", collection, fail)
		}
	}
	id := text(values, "id")
	if id == "" {
		id = s.set.newID()
	}
	e, fail := sc.store(sc.table.byID[id], id, values)
	if fail != nil {
		return nil, fmt.Errorf("put %s: %w", collection, fail)
	}
	return sc.table.whole(s.set, e), nil
}

// Modify lets change edit an entity in place. The result is not checked beyond its
// unique keys, so it can be what this server would refuse or does not know. The ID stays, and
// updated_at becomes now unless change sets it. Change must not call the server.
func (s *Server) Modify(controlPlaneID, collection, id string, change func(entity map[string]any)) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	sc, e, err := s.stored(controlPlaneID, collection, id)
	if err != nil {
		return fmt.Errorf("modify %s %s: %w", collection, id, err)
	}
	values := sc.table.whole(s.set, e)
	before := values["updated_at"]
	change(values)
	values["id"] = e.id
	if !sc.table.row.unchanging && values["updated_at"] == before {
		values["updated_at"] = sc.table.row.epoch(sc.now.at)
	}
	if fail := sc.checkUnique(e, e.id, values); fail != nil {
		return fmt.Errorf("modify %s %s: %w", collection, id, fail)
	}
	encoded, err := encode(values)
	if err != nil {
		return fmt.Errorf("modify %s %s: %w", collection, id, err)
	}
	sc.release(e, values, e.id)
	stored := decoded(encoded)
	sc.table.put(e, stored, mustEncode(sc.table.row.public(stored)))
	return nil
}

// Delete removes an entity by the API's rules: what depends on it goes too, or keeps it.
func (s *Server) Delete(controlPlaneID, collection, id string) error {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	sc, e, err := s.stored(controlPlaneID, collection, id)
	if err != nil {
		return fmt.Errorf("delete %s %s: %w", collection, id, err)
	}
	if fail := sc.remove(e); fail != nil {
		return fmt.Errorf("delete %s %s: %w", collection, id, fail)
	}
	return nil
}

// state opens a collection without a request; the store's lock must be held.
func (s *Server) state(controlPlaneID, collection string) (*scope, error) {
	p := s.store.plane("", controlPlaneID)
	if p == nil {
		return nil, fmt.Errorf("control plane %s: %w", controlPlaneID, ErrNotFound)
	}
	t := p.tables[collection]
	if t == nil {
		return nil, fmt.Errorf("collection %s: %w", collection, ErrNotFound)
	}
	return &scope{server: s, plane: p, table: t, now: s.now()}, nil
}

func (s *Server) stored(controlPlaneID, collection, id string) (*scope, *entity, error) {
	sc, err := s.state(controlPlaneID, collection)
	if err != nil {
		return nil, nil, err
	}
	e := sc.table.byID[id]
	if e == nil {
		return nil, nil, ErrNotFound
	}
	return sc, e, nil
}

func (s *Server) now() moment {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return moment{request: int64(s.journal.arrived), at: s.set.clock()}
}
