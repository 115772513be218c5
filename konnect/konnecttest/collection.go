package konnecttest

import (
	"slices"
	"strings"
)

// collection describes one kind of core entity as the API publishes it. A new kind is
// one more of these in the list of tables.go.
type collection struct {
	path   string // segment below core-entities, such as services
	beside bool   // the path lies beside core-entities, not below
	entity string // singular, as error texts name it
	// fields are nil for a collection that can only be listed: its entities come from
	// (*Server).Put.
	fields []field
	// key is the field by which an entity is found besides its ID; "" for none.
	key     string
	unique  []unique
	foreign []foreign
	nested  []nesting
	// nestedOnly collections are written under their parent; the flat path lists.
	nestedOnly bool
	flatErrors family // format of errors of the flat list
	nameFilter bool
	secrets    []string // fields or dotted paths that a dump does not show
	fractional bool     // timestamps with milliseconds
	unchanging bool     // no updated_at
	limit      int      // entities in a control plane
	// wrap makes an answer of all entities of a list without pages; nil for pages.
	wrap func(items []byte, n int) string
	// prepare rewrites what was sent before the fields are read.
	prepare func(object) *failure
	// normalise brings what was read into the form that is stored.
	normalise func(object)
	// rules are those across fields. Some of the fields may be wrong by themselves.
	rules func(object) []violation
	// hidden names the fields that an entity of these values does not show as null.
	hidden func(object) []string
	// flavors restrict fields by router flavor; nil means no difference.
	flavors func(RouterFlavor, object) []violation
}

func (c *collection) listOnly() bool { return c.fields == nil }

// unique names the fields whose values must not occur together twice in a control
// plane. An absent value never collides.
type unique struct {
	field string   // named by the error
	parts []string // dotted paths; field alone if empty
}

func (u unique) key(values object) string {
	parts := u.parts
	if parts == nil {
		parts = []string{u.field}
	}
	var key strings.Builder
	for _, part := range parts {
		value := text(values, part)
		if value == "" {
			return ""
		}
		key.WriteString("\x00" + value)
	}
	return key.String()
}

// foreign is a reference to another collection.
type foreign struct {
	field    string // top-level field: a record with an id, or a list of IDs
	to       string // path of the other collection
	many     bool
	onDelete deletion
}

type deletion int

const (
	refuse deletion = iota
	cascade
)

// ids returns the IDs an entity refers to through this key.
func (f foreign) ids(values object) []string {
	if f.many {
		return texts(values[f.field])
	}
	if id := text(values, f.field+".id"); id != "" {
		return []string{id}
	}
	return nil
}

func (f foreign) errorField() string {
	if f.many {
		return f.field
	}
	return f.field + ".id"
}

// nesting is a second path of a collection, below a parent.
type nesting struct {
	parent  string // path of the parent's collection
	segment string
	field   string // reference that the path sets
}

// read turns a body into the values to store, identity and timestamps aside.
func (c *collection) read(raw object, flavor RouterFlavor) (object, *failure) {
	if c.prepare != nil {
		if fail := c.prepare(raw); fail != nil {
			return nil, fail
		}
	}
	r := &reading{}
	values := r.record(c.fields, raw, "")
	// An unknown field is a fault of the JSON itself, so it hides all others.
	if fail := r.unknownFields(); fail != nil {
		return nil, fail
	}
	broken := r.violations
	if c.flavors != nil {
		foreign := c.flavors(flavor, raw)
		for _, v := range foreign {
			delete(values, v.field)
		}
		broken = append(broken, foreign...)
	}
	if c.normalise != nil {
		c.normalise(values)
	}
	if c.rules != nil {
		broken = append(broken, c.rules(values)...)
	}
	if len(broken) > 0 {
		return nil, invalidEntity(broken)
	}
	for i := range c.fields {
		if c.fields[i].writeOnly {
			delete(values, c.fields[i].name)
		}
	}
	return values, nil
}

// withNulls adds every field that has no value, as null.
func (c *collection) withNulls(values object) object {
	out := withNulls(c.fields, values)
	if c.hidden != nil {
		for _, name := range c.hidden(values) {
			if out[name] == nil {
				delete(out, name)
			}
		}
	}
	return out
}

func withNulls(fields []field, values object) object {
	out := make(object, len(fields))
	for name, value := range values {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if inner, ok := value.(object); ok && i >= 0 && fields[i].kind == kindRecord {
			value = withNulls(fields[i].fields, inner)
		}
		out[name] = value
	}
	for i := range fields {
		if _, ok := out[fields[i].name]; !ok && !fields[i].writeOnly {
			out[fields[i].name] = nil
		}
	}
	return out
}
