package v1alpha1

import (
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Permits reports whether the grant lets an object refer to another one, which is in the
// grant's namespace. The name of from does not matter.
func (g *KongReferenceGrant) Permits(from, to crd.Key) bool {
	if to.Namespace != crd.NamespaceOf(g) {
		return false
	}
	return slices.ContainsFunc(g.Spec.From, func(f ReferenceGrantFrom) bool {
		return isGroup(f.Group, from.Group) && f.Kind == from.Kind && f.Namespace == from.Namespace
	}) && slices.ContainsFunc(g.Spec.To, func(t ReferenceGrantTo) bool {
		return isGroup(t.Group, to.Group) && t.Kind == to.Kind && (t.Name == nil || *t.Name == to.Name)
	})
}

// isGroup reports whether a grant means a group by a name: the core group, whose name is
// empty, has one there.
func isGroup(name, group string) bool {
	return name == group || name == "core" && group == ""
}
