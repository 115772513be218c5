package v1alpha1

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Default implements crd.Object.
func (r *KongRoute) Default() {
	r.SetGroupVersionKind(r.GVK())
	r.Spec.ControlPlaneRef.Default()
	r.Status.Conditions = defaultConditions(r.Status.Conditions, r.Status.Konnect != nil)
}

// Validate implements crd.Object.
func (r *KongRoute) Validate() field.ErrorList {
	var errs constraint.Errors
	errs.Add(commonv1alpha1.ValidateMetadata(r)...)
	r.Spec.validate(&errs, field.NewPath("spec"))
	status := field.NewPath("status")
	errs.Add(commonv1alpha1.ValidateConditions(r.Status.Conditions, status)...)
	if r.Status.Konnect != nil {
		errs.Add(r.Status.Konnect.Validate(status.Child("konnect"))...)
	}
	return errs.List()
}

func (s *KongRouteSpec) validate(errs *constraint.Errors, path *field.Path) {
	errs.Add(s.ControlPlaneRef.Validate(path)...)
	s.ServiceRef.validate(errs, path)
	errs.Add(s.Adopt.Validate(path)...)
	errs.Rule(path, s.Adopt == nil || s.ServiceRef != nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a serviceRef or a controlPlaneRef of type konnectNamespacedRef")
	errs.Add(s.Tags.Validate(path)...)
	// An empty list is a list that is set, as it is for an API server.
	matches := s.Hosts != nil || s.Methods != nil || s.Paths != nil || s.Headers != nil
	errs.Rule(path, matches || !slices.Contains(s.Protocols, "http"),
		"protocol http needs one of hosts, methods, paths and headers")
}

func (r *ServiceRef) validate(errs *constraint.Errors, spec *field.Path) {
	if r == nil {
		return
	}
	path := spec.Child("serviceRef")
	// The schema lets type be left out, but then its rule cannot be evaluated.
	errs.Rule(path, r.Type != "", "type must be set")
	errs.Enum(path, "type", r.Type, ServiceRefNamespacedRef)
	errs.Rule(path, r.Type != ServiceRefNamespacedRef || r.NamespacedRef != nil,
		"namespacedRef must be set when type is namespacedRef")
	if r.NamespacedRef != nil {
		errs.Add(r.NamespacedRef.Validate(path.Child("namespacedRef"))...)
	}
}

// ValidateUpdate implements crd.Object.
func (r *KongRoute) ValidateUpdate(old crd.Object) field.ErrorList {
	var errs constraint.Errors
	before, ok := constraint.Before[*KongRoute](&errs, old)
	if !ok {
		return errs.List()
	}
	now := *r
	now.Status = before.Status
	errs.Add(now.Validate()...)
	errs.Add(r.Spec.Adopt.ValidateUpdate(before.Spec.Adopt, field.NewPath("spec"))...)
	// A route without a control plane reference of its own keeps this rule out.
	hasEntity := before.Status.Konnect != nil && r.Spec.ControlPlaneRef != nil
	programmed := programmedUpdate(&errs, before.Status.Conditions, hasEntity)
	controlPlaneRefUpdate(&errs, r.Spec.ControlPlaneRef, before.Spec.ControlPlaneRef, programmed)
	idUpdate(&errs, r.Spec.ID, before.Spec.ID)
	return errs.List()
}
