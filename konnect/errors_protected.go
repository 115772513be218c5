package konnect

import (
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// ProtectedError is an entity that stays because of a deletion policy, and keeps
// what it belongs to.
type ProtectedError struct {
	// Key of the object that was to be deleted.
	Key crd.Key
	// KonnectID and Name of the entity that stays.
	KonnectID, Name string
	// Of is the object of that entity, as far as its marks tell. It is Key, unless
	// the entity belongs to the one that was to be deleted.
	Of crd.Key
	// Policy of that entity.
	Policy crd.DeletionPolicy
}

// Error returns one line.
func (e *ProtectedError) Error() string {
	policy := fmt.Sprintf("%s: %s", crd.DeletionPolicyAnnotation, e.Policy)
	if e.Of == e.Key {
		return printable.Sprintf("delete %s: entity %s (%s) is kept by %s", e.Key, e.KonnectID, e.Name, policy)
	}
	return printable.Sprintf("delete %s: entity %s (%s) of %s belongs to it and is kept by %s", e.Key, e.KonnectID, e.Name, e.Of, policy)
}
