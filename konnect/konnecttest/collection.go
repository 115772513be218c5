package konnecttest

import (
	"slices"
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
	key string
	// readKey is such a field for reads and for the paths below an entity; "" for key.
	readKey string
	unique  []unique
	foreign []foreign
	nested  []nesting
	// pairs are the paths of a collection of pairs, which has no other.
	pairs      []pairing
	flat       access
	errors     family // format of errors
	flatErrors family // that of the flat list
	filters    filters
	secrets    []string // fields or dotted paths that neither a dump nor the log shows
	// conceal writes over further secrets in place.
	conceal    func(object)
	fractional bool // timestamps with milliseconds
	unchanging bool // no updated_at
	limit      int  // entities in a control plane
	writes     writing
	answers    answers
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

// access is what the flat path of a collection is for.
type access int

const (
	flatWrites access = iota
	flatReads         // one entity and all; they are written below a parent
	flatLists         // all; one is read and written below a parent
)

// filters are the query parameters of a flat list beside tags.
type filters struct {
	name  string   // field that filter[name] is about; "" for none
	exact []string // fields that are filtered by parameters of their names
}

// writing is what is particular to the writes of a collection.
type writing struct {
	serverIDs    bool // the server chooses the ID, and PUT only updates
	everyPlane   bool // groups and ingress controllers take them as well
	bodyOptional bool // no body is an empty one
	// moved is the status that answers a PUT below another parent; 0 moves the entity.
	moved int
	// complete fills in what only the server knows, once the references are there.
	complete func(*completion) *failure
	// after brings other collections in line with what was stored.
	after func(*scope, *entity)
}

// completion is a write about to be stored.
type completion struct {
	*scope
	id     string
	values object // to be completed in place
	old    object // what the entity held before; nil for a new one
}

// unique is a field whose values must not occur twice in a control plane. An absent value
// never collides.
type unique struct {
	field string // dotted path; named by the error
	// among is a dotted path to what the values are unique within; no value is one, too.
	among string
	// of is what is compared in place of the field's value; nil for that.
	of func(object) string
	// taken is the answer in place of the usual one; nil for that.
	taken *failure
}

func (u unique) value(values object) string {
	if u.of != nil {
		return u.of(values)
	}
	return text(values, u.field)
}

func (u unique) key(values object) string {
	value := u.value(values)
	if value == "" {
		return ""
	}
	return "\x00" + text(values, u.among) + "\x00" + value
}

// foreign is a reference to another collection.
type foreign struct {
	field    string // top-level field: a record with an id, or a list of IDs
	to       string // path of the other collection
	many     bool
	required bool
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

// parentFault is the violation of a reference that must be there and is not.
func (c *collection) parentFault(values object) *failure {
	var missing []violation
	for _, f := range c.foreign {
		if f.required && len(f.ids(values)) == 0 {
			missing = append(missing, violation{field: f.field, reason: "is required", rule: "required"})
		}
	}
	if missing == nil {
		return nil
	}
	return invalidEntity(missing)
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
	if c.unchanging {
		delete(out, "updated_at")
	}
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
		if inner, ok := value.(object); ok && i >= 0 && fields[i].kind == kindRecord && fields[i].variants == nil {
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
