package konnecttest

import (
	"encoding/json"
	"net/http"
)

// membershipsPath names the memberships of consumers in consumer groups for the state helpers
// and for dumps. The API has no such collection, only paths below its two sides.
const membershipsPath = "memberships"

// memberships has a row a pair. That it is one is told in the words of a missing parent.
func memberships() *collection {
	taken := brokenReference("consumer.id", "consumer_id (type: foreign) constraint failed")
	group := side{field: "consumer_group", path: "consumer_groups", named: "group"}
	member := side{field: "consumer", path: "consumers", named: "consumer"}
	return &collection{
		path: membershipsPath, entity: "membership", unchanging: true,
		fields: []field{
			{name: "id", checks: []check{uuidCheck()}}, reference("consumer"), reference("consumer_group"),
			{name: "created_at", serverSet: true},
		},
		unique: []unique{{field: "consumer.id", among: "consumer_group.id", taken: taken}},
		foreign: []foreign{
			{field: "consumer", to: "consumers", required: true, onDelete: cascade},
			{field: "consumer_group", to: "consumer_groups", required: true, onDelete: cascade},
		},
		pairs: []pairing{{of: group, with: member}, {of: member, with: group}},
	}
}

// side is one of the two collections of a pair.
type side struct {
	field string // reference of the pair; key of one entity in answers
	path  string // of the collection; key of several entities in answers
	named string // key in the body of an addition
}

// pairing is how pairs are reached from one side.
type pairing struct{ of, with side }

func (p pairing) pair(owner, other *entity) object {
	return object{p.of.field: object{"id": owner.id}, p.with.field: object{"id": other.id}}
}

func (s *Server) pairEndpoints(row *collection) []*endpoint {
	var out []*endpoint
	for _, p := range row.pairs {
		pattern := entitiesPath + p.of.path + "/{parent}/" + p.with.path
		out = append(out,
			&endpoint{pattern: pattern, family: row.errors, methods: map[string]handler{
				http.MethodGet: s.listPaired(row, p), http.MethodPost: s.pair(row, p), http.MethodDelete: s.unpairAll(row, p),
			}},
			&endpoint{pattern: pattern + "/{id}", family: row.errors, methods: map[string]handler{
				http.MethodDelete: s.unpair(row, p),
			}})
	}
	return out
}

// pairScope opens the pairs of the entity that a path lies below.
func (s *Server) pairScope(c *call, row *collection, p pairing) (*scope, *entity, *failure) {
	sc, fail := s.scope(c, place{row: row})
	if fail != nil {
		return nil, nil, fail
	}
	owner := sc.in(p.of.path).table.read(canonicalID(c.request.PathValue("parent")), nil)
	if owner == nil {
		return nil, nil, coreNotFound()
	}
	return sc, owner, nil
}

// pairs are those that refer to an entity by a field.
func (sc *scope) pairs(field string, owner *entity) *ordered {
	for i, f := range sc.table.row.foreign {
		if f.field == field {
			return sc.table.foreign[i].get(owner.id)
		}
	}
	return &ordered{}
}

// paired is the pair of two entities; nil for none.
func (sc *scope) paired(p pairing, owner, other *entity) *entity {
	if other == nil {
		return nil
	}
	return sc.table.unique[0][sc.table.row.unique[0].key(p.pair(owner, other))]
}

func (s *Server) listPaired(row *collection, p pairing) handler {
	return func(c *call) (reply, *failure) {
		at := place{row: row, below: &nesting{}}
		q, fail := c.query(at, s.set.nestedTags)
		if fail != nil {
			return reply{}, fail
		}
		s.store.mu.RLock()
		defer s.store.mu.RUnlock()
		sc, owner, fail := s.pairScope(c, row, p)
		if fail != nil {
			return reply{}, fail
		}
		others := sc.in(p.with.path)
		listed := q.page(sc.pairs(p.of.field, owner), "", func(pair *entity) *entity {
			return others.table.byID[text(pair.values, p.with.field+".id")]
		})
		return jsonReply(http.StatusOK, c.pageBody(row.path, listed, others.joined(listed.entities))), nil
	}
}

// pair adds one. A missing entity on either side is not found, unlike a missing parent elsewhere.
func (s *Server) pair(row *collection, p pairing) handler {
	return func(c *call) (reply, *failure) {
		key, fail := s.named(c, row, p.with)
		if fail != nil {
			return reply{}, fail
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		sc, owner, fail := s.pairScope(c, row, p)
		if fail != nil {
			return reply{}, fail
		}
		other := sc.in(p.with.path).table.read(key, nil)
		if other == nil || sc.lagging(owner) || sc.lagging(other) {
			return reply{}, coreNotFound()
		}
		if sc.paired(p, owner, other) == nil || s.set.kinds.memberAddedTwice != http.StatusCreated {
			pair := p.pair(owner, other)
			if _, fail := sc.store(nil, s.set.newID(), pair); fail != nil {
				return reply{}, fail
			}
			sc.touch(pair)
		}
		return jsonReply(http.StatusCreated, mustEncode(map[string]any{
			p.of.field: json.RawMessage(sc.in(p.of.path).shown(owner)), p.with.path: []any{json.RawMessage(sc.in(p.with.path).shown(other))},
		})), nil
	}
}

// named is the ID or name in the body of an addition.
func (s *Server) named(c *call, row *collection, of side) (string, *failure) {
	if _, fail := s.writable(c, row); fail != nil {
		return "", fail
	}
	raw, err := decodeObject(c.body)
	if err != nil {
		return "", badRequest(err.Error())
	}
	r := &reading{}
	values := r.record([]field{{name: of.named, required: true, checks: []check{notEmpty()}}}, raw, "")
	if fail := r.unknownFields(); fail != nil {
		return "", fail
	}
	if len(r.violations) > 0 {
		return "", invalidEntity(r.violations)
	}
	return canonicalID(text(values, of.named)), nil
}

// lagging reports whether an entity is not known to references yet.
func (sc *scope) lagging(e *entity) bool {
	return sc.server.faults.lag(foreignLag).holds(e.born, sc.now)
}

// touch notes that the group of a pair has changed.
func (sc *scope) touch(pair object) {
	groups := sc.in("consumer_groups")
	group := groups.table.byID[text(pair, "consumer_group.id")]
	if group == nil {
		return
	}
	values, encoded, err := groups.table.stamped(sc.set(), group.values, group.id, group.created, sc.now.at)
	if err == nil {
		groups.table.put(group, values, encoded)
	}
}

func (s *Server) unpair(row *collection, p pairing) handler {
	return func(c *call) (reply, *failure) {
		if _, fail := s.writable(c, row); fail != nil {
			return reply{}, fail
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		sc, owner, fail := s.pairScope(c, row, p)
		if fail != nil {
			return s.missing()
		}
		other := sc.in(p.with.path).table.read(canonicalID(c.request.PathValue("id")), nil)
		if pair := sc.paired(p, owner, other); pair != nil {
			sc.touch(pair.values)
			return noContent(), sc.remove(pair)
		}
		if s.set.kinds.memberMissing == http.StatusNotFound {
			return reply{}, coreNotFound()
		}
		return noContent(), nil
	}
}

// unpairAll takes an entity out of all its pairs, of which there must be one.
func (s *Server) unpairAll(row *collection, p pairing) handler {
	return func(c *call) (reply, *failure) {
		if _, fail := s.writable(c, row); fail != nil {
			return reply{}, fail
		}
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		sc, owner, fail := s.pairScope(c, row, p)
		if fail != nil {
			return reply{}, fail
		}
		pairs := append(ordered(nil), *sc.pairs(p.of.field, owner)...)
		if len(pairs) == 0 {
			return reply{}, coreNotFound()
		}
		for _, pair := range pairs {
			sc.touch(pair.values)
			if fail := sc.remove(pair); fail != nil {
				return reply{}, fail
			}
		}
		return noContent(), nil
	}
}
