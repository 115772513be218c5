package konnect

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/resolve"
)

// item is an object of a call, or one that such an object refers to, with what is known
// of it before Konnect is asked. It is not changed after prepare.
type item struct {
	n    int // its place in the batch
	key  crd.Key
	mark string // the value of its managed-key mark
	// object has its defaults, and may be the caller's own.
	object  crd.Object
	inBatch bool
	node    *resolve.Node
	kind    *kinds.Kind
	// controlPlane holds the entity: the item itself for a control plane, nil where it
	// could not be resolved. Its account is nil where there are no credentials.
	controlPlane *item
	account      *account
}

func (i *item) isControlPlane() bool { return i.controlPlane == i }

// isMirror reports whether the entity is only read.
func (i *item) isMirror() bool { return i.kind.Mirror(i.object) != "" }

// observes reports whether the object only looks at its entity.
func (i *item) observes() bool {
	return i.object.GetAnnotations()[crd.ManagementPolicyAnnotation] == string(crd.ManagementPolicyObserve)
}

// isReadOnly reports whether the entity is never written, whatever is found.
func (i *item) isReadOnly() bool {
	return i.isMirror() || i.observes() || kinds.Adopt(i.object).IsMatch()
}

// isBeingDeleted reports whether somebody has asked the API server to delete the object.
func (i *item) isBeingDeleted() bool { return i.inBatch && i.object.GetDeletionTimestamp() != nil }

// group returns the relation that makes the entity a group; nil for none.
func (i *item) group() *kinds.Relation {
	if g := i.kind.Group; g != nil && i.kind.ClusterType(i.object) == g.ClusterType {
		return g
	}
	return nil
}

// isMembership reports whether a reference makes a member of a group. A group is written
// without waiting for its members.
func (i *item) isMembership(edge resolve.Edge) bool {
	g := i.group()
	return g != nil && strings.HasPrefix(edge.Field, g.Field)
}
