// Package constraint holds the rules that OpenAPI schemas of custom resources are
// made of, so that Validate methods read like the schema they stand for.
package constraint

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/tokens"
)

// Errors collects what is wrong with one object. The zero value is ready. Its
// methods take the path of the field's parent and the field's name, because a
// path is put together only for an error.
type Errors struct{ list field.ErrorList }

// List returns the errors in the order they were found; nil when there is none.
func (e *Errors) List() field.ErrorList { return e.list }

// Add adds errors that were found elsewhere. What has the shape of a token is left out
// of the values that they show: it is in the wrong place, and still a token.
func (e *Errors) Add(errs ...*field.Error) {
	for _, err := range errs {
		if value, ok := err.BadValue.(string); ok {
			err.BadValue = tokens.Redact(value)
		}
	}
	e.list = append(e.list, errs...)
}

// Required reports a field that is not there.
func (e *Errors) Required(parent *field.Path, name string) {
	e.Add(field.Required(parent.Child(name), ""))
}

// NonEmpty checks a required string. A Go string cannot tell unset from empty:
// both count as unset.
func (e *Errors) NonEmpty(parent *field.Path, name, value string) {
	if value == "" {
		e.Required(parent, name)
	}
}

// MaxLength checks the number of characters.
func (e *Errors) MaxLength(parent *field.Path, name, value string, limit int) {
	// A string has no more characters than bytes.
	if len(value) > limit && utf8.RuneCountInString(value) > limit {
		e.Add(field.TooLongCharacters(parent.Child(name), value, limit))
	}
}

// Name checks a required string of 1 to limit characters.
func (e *Errors) Name(parent *field.Path, name, value string, limit int) {
	e.NonEmpty(parent, name, value)
	e.MaxLength(parent, name, value, limit)
}

// Enum checks that value is one of allowed; an empty value counts as unset.
func (e *Errors) Enum(parent *field.Path, name, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		e.Add(field.NotSupported(parent.Child(name), value, slices.Clone(allowed)))
	}
}

// Range checks least <= value <= most.
func (e *Errors) Range(parent *field.Path, name string, value, least, most int64) {
	if value < least || value > most {
		e.Add(field.Invalid(parent.Child(name), value, fmt.Sprintf("must be between %d and %d", least, most)))
	}
}

// Items checks the number of items of a list that must be there.
func (e *Errors) Items(parent *field.Path, name string, count, least, most int) {
	switch {
	case count == 0 && least > 0:
		e.Required(parent, name)
	case count > most:
		e.Add(field.TooMany(parent.Child(name), count, most))
	}
}

// Unique checks that no two items of a list have the same key. As an API server does,
// it reports a key once, however often it is there.
func Unique[T any](e *Errors, parent *field.Path, name string, list []T, key func(*T) string) {
	if len(list) < 2 {
		return
	}
	count := make(map[string]int, len(list))
	for i := range list {
		key := key(&list[i])
		if count[key]++; count[key] == 2 {
			e.Add(field.Duplicate(parent.Child(name).Index(i), key))
		}
	}
}

// Match checks the form of a string. It leaves an empty value to NonEmpty.
func (e *Errors) Match(parent *field.Path, name, value string, ok func(string) bool, form string) {
	if value != "" && !ok(value) {
		e.Add(field.Invalid(parent.Child(name), value, "must be "+form))
	}
}

// Rule checks a rule over a whole object or list, whose value is not shown.
func (e *Errors) Rule(path *field.Path, ok bool, detail string) {
	if !ok {
		e.Add(field.Invalid(path, field.OmitValueType{}, detail))
	}
}

// Before returns the stored object old as T, the type of the object that is to
// replace it. Anything else is reported, and ok is false.
func Before[T comparable](e *Errors, old any) (before T, ok bool) {
	var none T
	before, ok = old.(T)
	if !ok || before == none {
		e.Add(field.InternalError(nil, fmt.Errorf("the stored object is a %T, not a %T", old, none)))
		return none, false
	}
	return before, true
}
