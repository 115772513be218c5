package konnect

import (
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// EntityID returns the Konnect ID with which a client with that owner creates the entity
// of an object in a control plane: spec.id, else one that is computed from the three. An
// entity that was adopted, or has gone over from another object, has another ID. It is
// empty for objects whose entities get their IDs from Konnect, such as control planes, and
// for objects without one. An object without a namespace is taken to be in the default one.
func EntityID(controlPlaneID, owner string, object crd.Object) string {
	key := crd.KeyOf(object)
	k := kinds.NewTable().By(key.GroupKind())
	if k == nil || k.Writes.ServerID {
		return ""
	}
	if id := k.SpecID(object); id != "" {
		return id
	}
	return marks.EntityID(controlPlaneID, owner, key)
}
