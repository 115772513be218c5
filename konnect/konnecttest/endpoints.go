package konnecttest

import "net/http"

const (
	planesPath   = "/v2/control-planes"
	planePath    = planesPath + "/{controlPlaneId}"
	entitiesPath = planePath + "/core-entities/"
)

// endpoints lists every path of the API that this server knows.
func (s *Server) endpoints() []*endpoint {
	out := []*endpoint{
		{pattern: planesPath, family: familyProblem, methods: map[string]handler{
			http.MethodGet: s.listPlanes, http.MethodPost: s.createPlane,
		}},
		{pattern: planePath, family: familyProblem, methods: map[string]handler{
			http.MethodGet: s.getPlane, http.MethodPatch: s.patchPlane, http.MethodDelete: s.deletePlane,
		}},
		{pattern: planePath + "/group-memberships", family: familyProblem, methods: map[string]handler{
			http.MethodGet: s.listMembers, http.MethodPut: s.changeMembers(replaceMembers),
		}},
		{pattern: planePath + "/group-memberships/add", family: familyProblem, methods: map[string]handler{
			http.MethodPost: s.changeMembers(addMembers),
		}},
		{pattern: planePath + "/group-memberships/remove", family: familyProblem, methods: map[string]handler{
			http.MethodPost: s.changeMembers(removeMembers),
		}},
		{pattern: planePath + "/group-member-status", family: familyProblem, methods: map[string]handler{
			http.MethodGet: s.memberStatus,
		}},
		{pattern: planePath + "/group-status", family: familyProblem, methods: map[string]handler{
			http.MethodGet: s.groupStatus,
		}},
		{pattern: "/v3/organizations/me", family: familyProblem, methods: map[string]handler{http.MethodGet: s.organization}},
		{pattern: "/v3/users/me", family: familyProblem, methods: map[string]handler{http.MethodGet: s.user}},
		{pattern: entitiesPath + "schemas/{entityName}/validate", method: http.MethodPost, family: familyCore, methods: map[string]handler{
			http.MethodPost: s.validate,
		}},
		{pattern: entitiesPath + "schemas/plugins/{pluginName}", method: http.MethodGet, family: familyCore, methods: map[string]handler{
			http.MethodGet: s.pluginSchema,
		}},
	}
	for _, row := range s.store.rows {
		out = append(out, s.entityEndpoints(row)...)
	}
	if s.set.deckReads {
		out = append(out, s.deckEndpoints()...)
	}
	return out
}

// place is where a path looks at a collection: as a whole, or below a parent.
type place struct {
	row   *collection
	below *nesting
}

// entityEndpoints derives the paths of a collection from its row.
func (s *Server) entityEndpoints(row *collection) []*endpoint {
	if row.pairs != nil {
		return s.pairEndpoints(row)
	}
	out := s.flatEndpoints(row)
	for i := range row.nested {
		at := place{row: row, below: &row.nested[i]}
		pattern := entitiesPath + at.below.parent + "/{parent}/" + at.below.segment
		nested := &endpoint{pattern: pattern, family: row.errors, partial: row.listOnly(), row: row, methods: map[string]handler{
			http.MethodGet: s.listEntities(at),
		}}
		out = append(out, nested)
		if !row.listOnly() {
			nested.methods[http.MethodPost] = s.createEntity(at)
			out = append(out, s.itemEndpoint(pattern+"/{id}", at))
		}
	}
	return out
}

func (s *Server) flatEndpoints(row *collection) []*endpoint {
	flat := place{row: row}
	pattern := row.base() + row.path
	list := &endpoint{pattern: pattern, family: row.flatErrors, partial: row.listOnly(), row: row, methods: map[string]handler{
		http.MethodGet: s.listEntities(flat),
	}}
	switch {
	case row.listOnly() || row.flat == flatLists:
		return []*endpoint{list}
	case row.flat == flatReads:
		return []*endpoint{list, {pattern: pattern + "/{id}", family: row.errors, methods: map[string]handler{
			http.MethodGet: s.getEntity(flat),
		}}}
	}
	list.methods[http.MethodPost] = s.createEntity(flat)
	return []*endpoint{list, s.itemEndpoint(pattern+"/{id}", flat)}
}

func (c *collection) base() string {
	if c.beside {
		return planePath + "/"
	}
	return entitiesPath
}

func (s *Server) itemEndpoint(pattern string, at place) *endpoint {
	return &endpoint{pattern: pattern, family: at.row.errors, row: at.row, methods: map[string]handler{
		http.MethodGet: s.getEntity(at), http.MethodPut: s.putEntity(at), http.MethodDelete: s.deleteEntity(at),
	}}
}
