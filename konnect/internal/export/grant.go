package export

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Grant lets objects of the cluster refer to the control plane, as they need to; nil where
// there are none.
func Grant(o Options, objects []crd.Object, secrets []Part) crd.Object {
	all := slices.Clone(objects)
	for _, part := range secrets {
		all = append(all, part.Object)
	}
	grant := &configurationv1alpha1.KongReferenceGrant{ObjectMeta: metav1.ObjectMeta{Name: o.ControlPlane, Namespace: o.Namespace}}
	for _, obj := range all {
		from := configurationv1alpha1.ReferenceGrantFrom{Group: obj.GVK().Group, Kind: obj.GVK().Kind}
		if crd.IsClusterScoped(obj) && !slices.Contains(grant.Spec.From, from) {
			grant.Spec.From = append(grant.Spec.From, from)
		}
	}
	if len(grant.Spec.From) == 0 {
		return nil
	}
	name := o.ControlPlane
	grant.Spec.To = []configurationv1alpha1.ReferenceGrantTo{{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Name: &name}}
	grant.SetGroupVersionKind(grant.GVK())
	return grant
}
