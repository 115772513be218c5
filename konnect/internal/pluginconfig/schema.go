// Package pluginconfig compares, completes and checks the configuration of a plugin by
// the plugin's own schema, as Konnect's schema endpoint answers it. It does no I/O.
//
// What a schema says in a way that is not known here is left to Konnect: such a field is
// compared as JSON, and such a rule is not checked.
package pluginconfig

// root is the field of a plugin that holds its configuration.
const root = "config"

// Schema says what the configuration of one type of plugin may be. A nil Schema knows
// nothing: only what is given is compared, nothing is refused, and all of it is secret.
type Schema struct {
	config    *field
	checks    []check
	forbidden map[string]bool // scopes
	protocols protocols
}

type protocols struct {
	standard, choices []string
}

// Protocols returns those that a plugin has where none are given; nil if the schema does
// not say.
func (s *Schema) Protocols() []string {
	if s == nil {
		return nil
	}
	return s.protocols.standard
}

// Types of fields. Any other is opaque: a JSON value of any shape.
const (
	typeString  = "string"
	typeInteger = "integer"
	typeNumber  = "number"
	typeBoolean = "boolean"
	typeArray   = "array"
	typeSet     = "set"
	typeMap     = "map"
	typeRecord  = "record"
)

// field is one field of a record, an element of a list, or a key or value of a map.
type field struct {
	name, kind string
	// required refuses null. An optional record is null where it is not given, any other
	// is completed.
	required, optional bool
	absence            absence
	secrecy            secrecy
	limits             limits
	parts              parts
}

// absence is what becomes of a field that is not given.
type absence struct {
	value     any // the default; nil for none
	generated bool
}

type secrecy struct{ encrypted, referenceable bool }

// parts are what a list, a map or a record is made of.
type parts struct {
	elements, keys, values *field
	fields                 []*field // nil where the schema does not say
	shorthands             []*shorthand
	checks                 []check
}

// member returns the field of a record with a name; nil for none.
func (f *field) member(name string) *field {
	for _, inner := range f.parts.fields {
		if inner.name == name {
			return inner
		}
	}
	return nil
}

func (f *field) shorthand(name string) *shorthand {
	for _, s := range f.parts.shorthands {
		if s.as.name == name {
			return s
		}
	}
	return nil
}

// isComposite reports whether values of f are compared part by part.
func (f *field) isComposite() bool {
	return f != nil && (f.kind == typeRecord || f.kind == typeMap || f.kind == typeArray)
}

// madeByServer reports whether a value that nobody gives is the server's own. A secret
// default is made anew whenever a server loads the schema, so it is no default to return to;
// and the salt is one that schemas do not always mark.
func (f *field) madeByServer() bool {
	text, _ := f.absence.value.(string)
	return f.absence.generated || (f.secrecy.encrypted && text != "") ||
		(f.name == "cache_tokens_salt" && f.absence.value == nil)
}
