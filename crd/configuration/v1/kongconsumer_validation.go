package v1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (c *KongConsumer) rules(errs *constraint.Errors, _ *field.Path) {
	errs.Rule(field.NewPath("username"), c.Username != nil || c.CustomID != nil, "username or custom_id must be set")
}

func (s *KongConsumerSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
}

func (c *KongConsumer) transition(errs *constraint.Errors, old *KongConsumer) {
	// A consumer without a control plane reference keeps this rule out.
	hasEntity := old.Status.Konnect != nil && c.Spec.ControlPlaneRef != nil
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, hasEntity)
	lifecycle.ControlPlaneRef(errs, c.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
