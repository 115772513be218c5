package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongKeySetSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
}

func (k *KongKeySet) transition(errs *constraint.Errors, old *KongKeySet) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, k.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
