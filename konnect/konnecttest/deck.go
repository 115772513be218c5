package konnecttest

import (
	"encoding/json"
	"net/http"
	"slices"
)

const mostLegacyPlanes = 100 // in a page

// WithDeckReads serves what decK reads beyond the API that this server knows otherwise:
// the legacy list of control planes, the schemas of entities with their defaults, and the
// GraphQL costs of a service, of which there are none. Without it these paths are not found.
// A file of any entities that the server writes can then be synced. decK itself also asks
// another host, by name, for the organization of its token.
func WithDeckReads() Option { return func(s *settings) { s.deckReads = true } }

// deckEndpoints are the paths of WithDeckReads.
func (s *Server) deckEndpoints() []*endpoint {
	services := slices.IndexFunc(s.store.rows, func(row *collection) bool { return row.path == "services" })
	at := place{row: s.store.rows[services]}
	get := func(pattern string, kind family, handle handler) *endpoint {
		return &endpoint{pattern: pattern, family: kind, methods: map[string]handler{http.MethodGet: handle}}
	}
	return []*endpoint{
		get("/konnect-api/api/runtime_groups", familyProblem, s.listLegacyPlanes),
		get(entitiesPath+"schemas/{entityName}", familyCore, s.schema((*collection).gatewaySchema)),
		get(entitiesPath+"v1/schemas/json/{entityName}", familyCore, s.schema((*collection).jsonSchema)),
		get(entitiesPath+"services/{id}/graphql-rate-limiting-advanced/costs", familyCore, s.listCosts(at)),
	}
}

type legacyPage struct {
	Data      []json.RawMessage `json:"data"`
	Page      int               `json:"page"`
	PageCount int               `json:"pageCount"`
}

func (s *Server) listLegacyPlanes(c *call) (reply, *failure) {
	params := c.request.URL.Query()
	size, fail := pageNumber(params, "size", mostLegacyPlanes)
	if fail != nil {
		return reply{}, fail
	}
	page, fail := pageNumber(params, "page", 1)
	if fail != nil {
		return reply{}, fail
	}
	size = min(size, mostLegacyPlanes)
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	planes := []json.RawMessage{}
	for _, p := range s.store.order {
		if p.organization == c.organization() {
			planes = append(planes, p.encoded)
		}
	}
	first := min((page-1)*size, len(planes))
	last := min(first+size, len(planes))
	count := max((len(planes)+size-1)/size, 1)
	return encodedReply(legacyPage{Data: planes[first:last], Page: page, PageCount: count}), nil
}

// listCosts answers for every service there is with an empty page.
func (s *Server) listCosts(at place) handler {
	return func(c *call) (reply, *failure) {
		s.store.mu.RLock()
		defer s.store.mu.RUnlock()
		sc, fail := s.scope(c, at)
		if fail != nil {
			return reply{}, fail
		}
		if e, _ := sc.lookup(c, at); e == nil {
			return reply{}, coreNotFound()
		}
		return jsonReply(http.StatusOK, []byte(`{"data":[],"next":null}`)), nil
	}
}
