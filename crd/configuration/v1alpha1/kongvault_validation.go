package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongVaultSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
}

func (v *KongVault) transition(errs *constraint.Errors, old *KongVault) {
	errs.Rule(field.NewPath("spec", "prefix"), v.Spec.Prefix == old.Spec.Prefix, "is immutable")
	programmed := commonv1alpha1.ConditionIsTrue(old.Status.Conditions, crd.ConditionProgrammed)
	lifecycle.ControlPlaneRef(errs, v.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
