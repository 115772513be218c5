// Package secrets judges values that Konnect hashes, hides or may hide. It is pure: what
// goes out, verdicts, marks and digests, tells nobody a value without the key.
package secrets

import (
	"crypto/sha1" //nolint:gosec // it is what the gateway computes
	"encoding/hex"
	"maps"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// Field is a field of entities of which Konnect does not, or may not, return the value
// that was written.
type Field struct {
	// Name of the JSON field, such as password; a dot leads into an object.
	Name string
	// Formula returns what Konnect keeps of a value; nil where it keeps the value itself.
	Formula Formula
	// Hidden is true where what Konnect returns, if anything, never tells the value,
	// and every write needs one.
	Hidden bool
	// Generated reports whether Konnect makes up a value that matters where an entity is
	// written without one, also in place of one that it has; nil for never.
	Generated func(entity canon.Object) bool
	// Implied reports whether the rest of an observed entity tells that the field is as
	// desired where it is not returned; nil where nothing does.
	Implied func(desired, observed canon.Object) bool
}

// Formula returns what is kept in place of a value of an observed entity.
type Formula func(value string, entity canon.Object) string

// SHA1With is the SHA-1 of a value and, right after it, the ID that a field of the entity
// refers to, in hex.
func SHA1With(reference string) Formula {
	return func(value string, entity canon.Object) string {
		id, _ := at(entity, reference+".id").(string)
		sum := sha1.Sum([]byte(value + id)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	}
}

// Shows reports whether an observed entity, of which the desired form is known, has the
// field as its formula says.
func (f Field) Shows(desired, observed canon.Object) bool {
	value, kept := at(desired, f.Name), at(observed, f.Name)
	return f.Formula != nil && !f.Hidden && !isNone(value) && kept == f.Formula(textOf(value), observed)
}

// Evidence is what there is to judge an entity by.
type Evidence struct {
	ID                string
	Desired, Observed canon.Object
	// Mark of the entity; empty for none.
	Mark string
	// Holds reports whether Konnect was seen to keep the field as its formula says, in
	// another entity of the same account.
	Holds func(Field) bool
}

// Judgement has the names of the fields that are not as desired, or of which that is not known.
type Judgement struct {
	Changed, NotVerifiable []string
	// Missing are fields without a value to write: neither the object nor Konnect gives it.
	Missing []string
	// Outdated are fields of which a mark under an older key tells that they are as desired.
	Outdated []string
}

// Judge compares the fields of an entity: by what Konnect returns, else by the mark.
func Judge(fields []Field, e Evidence, keys *Keys) Judgement {
	var j Judgement
	var open []string
	for _, f := range fields {
		value, kept := at(e.Desired, f.Name), at(e.Observed, f.Name)
		switch {
		case isNone(value):
			if f.Hidden || f.Formula != nil && !isNone(kept) || f.Generated != nil && f.Generated(e.Desired) {
				j.Missing = append(j.Missing, f.Name)
			}
		case isNone(kept) && f.Implied != nil && f.Implied(e.Desired, e.Observed):
		case f.Hidden, isNone(kept):
			open = append(open, f.Name)
		case f.Formula == nil && canon.Text(value) == canon.Text(kept), f.Shows(e.Desired, e.Observed):
		case f.Formula == nil, e.Holds(f):
			j.Changed = append(j.Changed, f.Name)
		default:
			open = append(open, f.Name)
		}
	}
	if len(open) == 0 {
		return j
	}
	switch known, same, older := keys.verify(e.Mark, e.ID, valuesOf(fields, e.Desired)); {
	case !known:
		j.NotVerifiable = open
	case same && older:
		j.Outdated = open
	case !same:
		j.Changed = append(j.Changed, open...)
	}
	return j
}

// Written splits the fields of an entity that is written as it was read, which those that
// Konnect returns as they are take no part in: given are those whose value the object gives,
// and is known to, and unknown those whose value nobody gives.
func Written(fields []Field, e Evidence, keys *Keys) (given, unknown []string) {
	var open []string
	for _, f := range fields {
		value, kept := at(e.Desired, f.Name), at(e.Observed, f.Name)
		switch {
		case !f.Hidden && f.Formula == nil && !isNone(kept):
		case isNone(value):
			if f.Hidden || !isNone(kept) || f.Generated != nil && f.Generated(e.Observed) {
				unknown = append(unknown, f.Name)
			}
		case isNone(kept) && f.Implied != nil && f.Implied(e.Desired, e.Observed), f.Shows(e.Desired, e.Observed):
			given = append(given, f.Name)
		default:
			open = append(open, f.Name)
		}
	}
	if len(open) == 0 {
		return given, unknown
	}
	if known, same, _ := keys.verify(e.Mark, e.ID, valuesOf(fields, e.Desired)); known && same {
		return append(given, open...), unknown
	}
	return given, append(unknown, open...)
}

// valuesOf are the values that an object gives, by field.
func valuesOf(fields []Field, desired canon.Object) map[string]any {
	given := map[string]any{}
	for _, f := range fields {
		if value := at(desired, f.Name); !isNone(value) {
			given[f.Name] = value
		}
	}
	return given
}

// Without returns an entity without the values at some paths, and those values.
func Without(entity canon.Object, paths []string) (rest canon.Object, taken map[string]any) {
	rest, taken = entity, map[string]any{}
	for _, path := range canon.Expand(entity, paths) {
		if value := at(entity, path); !isNone(value) {
			rest, taken[path] = without(rest, path), value
		}
	}
	return rest, taken
}

func without(entity canon.Object, path string) canon.Object {
	rest := maps.Clone(entity)
	name, below, deeper := strings.Cut(path, ".")
	if inner, ok := rest[name].(canon.Object); deeper && ok {
		rest[name] = without(inner, below)
	} else {
		delete(rest, name)
	}
	return rest
}

// at returns the value at a path; nil for none.
func at(entity canon.Object, path string) any {
	name, below, deeper := strings.Cut(path, ".")
	if !deeper {
		return entity[name]
	}
	inner, _ := entity[name].(canon.Object)
	return at(inner, below)
}

// isNone reports whether a value says nothing; Konnect may give an empty text for one that
// it hides.
func isNone(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []any:
		return len(value) == 0
	case canon.Object:
		return len(value) == 0
	default:
		return false
	}
}

func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return canon.Text(value)
}
