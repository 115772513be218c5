package konnect

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/resolve"
)

// subject is what something is to be done for.
type subject struct {
	key  crd.Key
	kind *kinds.Kind
	// account is where the entity is, or will be; nil where there are no credentials.
	account *account
	// controlPlane holds the entity: the item itself for a control plane. It is nil where
	// it could not be resolved, and for an orphan that is a control plane.
	controlPlane *item
	// inBatch is false for an object that is only referred to.
	inBatch bool
}

func (s *subject) isControlPlane() bool { return s.kind.Collection == "" }

// item is an object of a call, or one that such an object refers to, with what is known
// of it before Konnect is asked. It is not changed after prepare.
type item struct {
	subject
	n    int    // its place in the batch
	mark string // the value of its managed-key mark
	// object has its defaults, and may be the caller's own.
	object crd.Object
	node   *resolve.Node
	// mirrors and observes say that the entity is only read or looked at, readOnly that it
	// is never written, whatever is found.
	mirrors, observes, readOnly bool
	// deleting is true once somebody has asked the API server to delete the object.
	deleting bool
	// unwritable is why Konnect would not take the entity as it is desired; nil for nothing.
	unwritable error
	// group is the relation that makes the entity a group; nil for none.
	group *kinds.Relation
}

func newItem(n int, node *resolve.Node, k *kinds.Kind) *item {
	i := &item{
		subject: subject{key: node.Key, kind: k, inBatch: node.InBatch},
		n:       n, mark: marks.KeyOf(node.Key), object: node.Object, node: node,
	}
	i.mirrors = k.Mirror(i.object) != ""
	i.observes = i.object.GetAnnotations()[crd.ManagementPolicyAnnotation] == string(crd.ManagementPolicyObserve)
	i.readOnly = i.mirrors || i.observes || kinds.Adopt(i.object).IsMatch()
	i.deleting = i.inBatch && i.object.GetDeletionTimestamp() != nil
	if k.Group != nil && k.ClusterType(i.object) == k.Group.ClusterType {
		i.group = k.Group
	}
	return i
}

// target returns the object that the reference in a field leads to; nil for none.
func (i *item) target(field string) crd.Object {
	for _, edge := range i.node.Edges {
		if edge.Field == field && edge.Node != nil {
			return edge.Node.Object
		}
	}
	return nil
}

// fieldTo is the field of the reference that leads to another item; empty for none.
func (i *item) fieldTo(other *item) string {
	for _, edge := range i.node.Edges {
		if edge.Node == other.node {
			return edge.Field
		}
	}
	return ""
}

// isMembership reports whether a reference makes a member of a group. A group is written
// without waiting for its members.
func (i *item) isMembership(edge resolve.Edge) bool {
	return i.group != nil && strings.HasPrefix(edge.Field, i.group.Field)
}
