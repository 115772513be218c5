package resolve

import (
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// assignControlPlanes sets the control plane of each node and returns the
// problems. Nodes are ordered so that parents come first.
func assignControlPlanes(nodes []*Node) []error {
	var problems []error
	for _, node := range nodes {
		if node.Key.GroupKind() == crd.ControlPlaneGroupKind() {
			node.ControlPlane = node
			continue
		}
		if err := inheritControlPlane(node); err != nil {
			problems = append(problems, err)
		}
	}
	return problems
}

// inheritControlPlane takes the control plane on which all parents of node agree.
// A parent whose control plane is unknown makes that of the node unknown; the
// problem is reported where it is.
func inheritControlPlane(node *Node) error {
	if referrer, ok := node.Object.(interface {
		GetControlPlaneRef() *commonv1alpha1.ControlPlaneRef
	}); ok && referrer.GetControlPlaneRef().IsKIC() {
		return &NoControlPlaneError{Key: node.Key, IngressController: true}
	}
	var candidates []ControlPlaneCandidate
	var found *Node
	parents := 0
	for _, edge := range node.Edges {
		if edge.Role != crd.RoleParent {
			continue
		}
		parents++
		if edge.Node == nil || edge.Node.ControlPlane == nil {
			continue
		}
		found = edge.Node.ControlPlane
		candidates = append(candidates, ControlPlaneCandidate{Field: edge.Field, ControlPlane: found.Key})
	}
	switch {
	case parents == 0 && needsControlPlane(node.Key):
		return &NoControlPlaneError{Key: node.Key}
	case slices.ContainsFunc(candidates, func(c ControlPlaneCandidate) bool { return c.ControlPlane != found.Key }):
		return &AmbiguousControlPlaneError{Key: node.Key, Candidates: candidates}
	case parents > 0 && len(candidates) == parents:
		node.ControlPlane = found
	}
	return nil
}

// needsControlPlane tells whether objects of key's kind live in a control plane:
// what configures a gateway does, except for grants, and plugins that are only bound to
// something.
func needsControlPlane(key crd.Key) bool {
	outside := key.Kind == crd.ReferenceGrantKind || key.Kind == crd.PluginKind || key.Kind == crd.ClusterPluginKind
	return key.Group == crd.ConfigurationGroup && !outside
}
