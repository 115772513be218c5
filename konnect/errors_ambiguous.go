package konnect

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// AmbiguousEntityError is an object for which the Kong operator, or several of them,
// made more than one entity, as their marks say: AdoptFromOperator cannot tell which
// one to keep.
type AmbiguousEntityError struct {
	// Key of the object.
	Key crd.Key
	// KonnectIDs of the entities, sorted.
	KonnectIDs []string
	// Hint says what to do.
	Hint string

	described []string
}

// Error returns one line.
func (e *AmbiguousEntityError) Error() string {
	return printable.Sprintf("find %s: entities %s of the kong operator all have this object in their marks; %s",
		e.Key, strings.Join(e.described, " and "), e.Hint)
}
