package v1beta1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongConsumerGroupSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
}

func (g *KongConsumerGroup) transition(errs *constraint.Errors, old *KongConsumerGroup) {
	if old.Spec.ControlPlaneRef == nil {
		return // nothing looks at conditions then
	}
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, g.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
