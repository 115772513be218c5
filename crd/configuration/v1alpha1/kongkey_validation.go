package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongKeySpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
	errs.Rule(path, s.JWK != nil || s.PEM != nil, "jwk or pem must be set")
}

func (r *KeySetRef) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, r.Type != KeySetRefNamespacedRef || r.NamespacedRef != nil,
		"namespacedRef must be set when type is namespacedRef")
	errs.Rule(path, r.Type != KeySetRefKonnectID || r.KonnectID != nil, "konnectID must be set when type is konnectID")
}

func (k *KongKey) transition(errs *constraint.Errors, old *KongKey) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, k.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
	// The rule of the CRD cannot be evaluated then.
	errs.Rule(field.NewPath("spec", "controlPlaneRef"), !programmed || k.Spec.ControlPlaneRef != nil || old.Spec.ControlPlaneRef != nil,
		"must be set for the object to be Programmed")
}
