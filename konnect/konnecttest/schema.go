package konnecttest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// entityRow returns the collection of entities that are called so, in the singular or the
// plural; nil where they have no fields.
func (st *store) entityRow(entity string) *collection {
	hyphened := func(name string) string { return strings.ReplaceAll(name, "_", "-") }
	i := slices.IndexFunc(st.rows, func(row *collection) bool {
		known := []string{hyphened(row.entity), hyphened(row.path)}
		return !row.listOnly() && row.pairs == nil && slices.Contains(known, hyphened(entity))
	})
	if i < 0 {
		return nil
	}
	return st.rows[i]
}

// validate checks a body against the fields of an entity and stores nothing. References
// may have names here, beside their IDs.
func (s *Server) validate(c *call) (reply, *failure) {
	name := c.request.PathValue("entityName")
	row := s.store.entityRow(name)
	if row == nil {
		return reply{}, badRequest(fmt.Sprintf("no schema for %q", name)).asLimit("schema")
	}
	withoutNames := func(raw object) {
		for field := range row.references() {
			if reference, ok := raw[field].(object); ok {
				delete(reference, "name")
			}
		}
	}
	if _, fail := s.submitted(c, place{row: row}, withoutNames); fail != nil {
		return reply{}, fail
	}
	return jsonReply(http.StatusOK, []byte(`{"message":"the entity is valid"}`)), nil
}

// schema describes the entity of the path in one of two forms.
func (s *Server) schema(form func(*collection) object) handler {
	return func(c *call) (reply, *failure) {
		s.store.mu.RLock()
		defer s.store.mu.RUnlock()
		if _, fail := s.plane(c); fail != nil {
			return reply{}, fail
		}
		name := c.request.PathValue("entityName")
		row := s.store.entityRow(name)
		if row == nil {
			return reply{}, coreFailure(http.StatusNotFound, codeNotFound, fmt.Sprintf("no schema for %q", name)).asLimit("schema")
		}
		return encodedReply(form(row)), nil
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

// references are the fields that name one entity of a collection, which they lead to.
func (c *collection) references() map[string]string {
	out := map[string]string{}
	for _, f := range c.foreign {
		if !f.many {
			out[f.field] = f.to
		}
	}
	return out
}

// gatewaySchema is a list of fields, as the gateway describes its entities.
func (c *collection) gatewaySchema() object {
	return object{"fields": gatewayFields(c.fields, c.defaults(), c.references())}
}

func gatewayFields(fields []field, defaults object, references map[string]string) []any {
	out := make([]any, 0, len(fields))
	for i := range fields {
		f := &fields[i]
		described := f.described(defaults, gatewayTypes)
		if to := references[f.name]; to != "" {
			described = object{"type": "foreign", "reference": to}
		} else if f.kind == kindRecord {
			inner, _ := defaults[f.name].(object)
			described["fields"] = gatewayFields(f.fields, inner, nil)
		}
		out = append(out, object{f.name: described})
	}
	return out
}

// jsonSchema is a JSON Schema. References and free maps are closed in it: by that decK
// knows that there are no defaults inside.
func (c *collection) jsonSchema() object {
	out := object{"type": "object", "properties": jsonFields(c.fields, c.defaults(), c.references())}
	var cases []any
	for i := range c.fields {
		cases = append(cases, c.fields[i].jsonCases()...)
	}
	if cases != nil {
		out["allOf"] = cases
	}
	return out
}

// jsonCases are the members of a record by what they depend on, each below its name.
func (f *field) jsonCases() []any {
	if f.variants == nil {
		return nil
	}
	var out []any
	for _, name := range slices.Sorted(maps.Keys(f.variants.of)) {
		fields := f.variants.of[name].fields
		members := object{"type": "object", "properties": jsonFields(fields, new(reading).record(fields, nil, ""), nil)}
		out = append(out, object{
			"if":   object{"properties": object{f.variants.by: object{"const": name}}},
			"then": object{"properties": object{f.name: object{"properties": object{name: members}}}},
		})
	}
	return out
}

func jsonFields(fields []field, defaults object, references map[string]string) object {
	properties := make(object, len(fields))
	for i := range fields {
		f := &fields[i]
		described := f.described(defaults, kindNames)
		if f.kind == kindRecord {
			inner, _ := defaults[f.name].(object)
			described["properties"] = jsonFields(f.fields, inner, nil)
		}
		if references[f.name] != "" || f.kind == kindMapping {
			described["additionalProperties"] = false
		}
		properties[f.name] = described
	}
	return properties
}

var gatewayTypes = [...]string{"string", "integer", "number", "boolean", "array", "record", "map", "json"}

// described is a field without its members. A record's default is that of its members.
func (f *field) described(defaults object, types [kindAny + 1]string) object {
	out := object{"type": types[f.kind]}
	if value, ok := defaults[f.name]; ok && f.kind != kindRecord {
		out["default"] = value
	}
	return out
}
