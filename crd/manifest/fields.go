package manifest

import (
	"encoding/json"
	"reflect"
	"strings"
)

// collectFields adds the fields of struct t by JSON name, those of embedded
// structs included.
func collectFields(t reflect.Type, fields map[string]reflect.StructField) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && name == "":
			collectFields(field.Type, fields)
		default:
			fields[name] = field
		}
	}
}

// isRequired tells whether a field must be there: its zero value says something, so
// an object that lacks it could not be told from one that has it. Required fields that
// are pointers are left to Validate.
func isRequired(field reflect.StructField) bool {
	_, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	return !strings.Contains(options, "omit")
}

// mustNotBeEmpty tells whether an empty string or list is refused where it is written
// out. The Go field cannot tell it from one that is absent, which is allowed.
func mustNotBeEmpty(field reflect.StructField) bool { return field.Tag.Get("crd") == "nonempty" }

// isOpaque tells whether t decodes itself, so that its fields say nothing.
func isOpaque(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}
