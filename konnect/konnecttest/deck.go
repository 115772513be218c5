package konnecttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

const mostLegacyPlanes = 100 // in a page

// WithDeckReads serves what decK reads beyond the API that this server knows otherwise:
// the legacy list of control planes, the schemas of entities with their defaults, and the
// GraphQL costs of a service, of which there are none. Without it these paths are not found.
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
		get(entitiesPath+"schemas/{entityName}", familyCore, s.schema(gatewaySchema)),
		get(entitiesPath+"v1/schemas/json/{entityName}", familyCore, s.schema(jsonSchema)),
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

// schema describes the entity of the path, which may be named in the plural, in one of two forms.
func (s *Server) schema(form func(fields []field, defaults object) object) handler {
	return func(c *call) (reply, *failure) {
		s.store.mu.RLock()
		defer s.store.mu.RUnlock()
		if _, fail := s.plane(c); fail != nil {
			return reply{}, fail
		}
		name := c.request.PathValue("entityName")
		i := slices.IndexFunc(s.store.rows, func(row *collection) bool {
			return !row.listOnly() && (row.entity == name || row.path == name)
		})
		if i < 0 {
			return reply{}, coreFailure(http.StatusNotFound, codeNotFound, fmt.Sprintf("no schema for %q", name))
		}
		row := s.store.rows[i]
		return encodedReply(form(row.fields, row.defaults())), nil
	}
}

// defaults are the values of an entity that was sent empty, required fields aside.
func (c *collection) defaults() object {
	values := new(reading).record(c.fields, nil, "")
	if c.normalise != nil {
		c.normalise(values)
	}
	for i := range c.fields {
		if c.fields[i].required {
			delete(values, c.fields[i].name)
		}
	}
	return values
}

// gatewaySchema is a list of fields, as the gateway describes its entities.
func gatewaySchema(fields []field, defaults object) object {
	out := make([]any, 0, len(fields))
	for i := range fields {
		f := &fields[i]
		described := f.described(defaults, gatewayTypes)
		if f.kind == kindRecord {
			inner, _ := defaults[f.name].(object)
			described["fields"] = gatewaySchema(f.fields, inner)["fields"]
		}
		out = append(out, object{f.name: described})
	}
	return object{"fields": out}
}

// jsonSchema is a JSON Schema.
func jsonSchema(fields []field, defaults object) object {
	properties := make(object, len(fields))
	for i := range fields {
		f := &fields[i]
		described := f.described(defaults, kindNames)
		if f.kind == kindRecord {
			inner, _ := defaults[f.name].(object)
			described["properties"] = jsonSchema(f.fields, inner)["properties"]
		}
		properties[f.name] = described
	}
	return object{"type": "object", "properties": properties}
}

var gatewayTypes = [...]string{"string", "integer", "number", "boolean", "array", "record", "map"}

// described is a field without its members. A record's default is that of its members.
func (f *field) described(defaults object, types [kindMapping + 1]string) object {
	out := object{"type": types[f.kind]}
	if value, ok := defaults[f.name]; ok && f.kind != kindRecord {
		out["default"] = value
	}
	return out
}
