package konnect

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// WriteOnlyError is an entity that Release leaves with its marks. A write replaces all of an
// entity, and nobody knows a value that it has: Konnect hashes or withholds it, and it is
// not certain that the object gives the same one.
type WriteOnlyError struct {
	// Key of the object.
	Key crd.Key
	// KonnectID of the entity.
	KonnectID string
	// Fields of the entity with such values, such as password.
	Fields []string
}

// Error returns one line.
func (e *WriteOnlyError) Error() string {
	return printable.Sprintf("release %s: entity %s keeps its marks: konnect does not return its %s, and it is not known whether the object gives the same; "+
		"WithSecretMarks lets later calls tell once it was written, and the marks harm nobody", e.Key, e.KonnectID, strings.Join(e.Fields, ", "))
}
