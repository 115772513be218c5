package kinds

import (
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// Adopt returns spec.adopt; nil where it is not set and for kinds without.
func Adopt(obj crd.Object) *commonv1alpha1.AdoptOptions {
	if a, ok := obj.(interface {
		GetAdopt() *commonv1alpha1.AdoptOptions
	}); ok {
		return a.GetAdopt()
	}
	return nil
}

// Deletion is the deletion policy in the annotations of an object; empty where it says
// nothing.
func Deletion(obj crd.Object) crd.DeletionPolicy {
	return crd.DeletionPolicy(obj.GetAnnotations()[crd.DeletionPolicyAnnotation])
}

// Labels returns the labels that an object wants for its entity, and whether entities
// of its kind have labels.
func Labels(obj crd.Object) (map[string]string, bool) {
	l, ok := obj.(interface{ GetKonnectLabels() map[string]string })
	if !ok {
		return nil, false
	}
	return l.GetKonnectLabels(), true
}
