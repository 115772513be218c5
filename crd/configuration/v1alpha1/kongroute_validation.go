package v1alpha1

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongRouteSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ServiceRef != nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a serviceRef or a controlPlaneRef of type konnectNamespacedRef")
	// An empty list is a list that is set, as it is for an API server.
	matches := s.Hosts != nil || s.Methods != nil || s.Paths != nil || s.Headers != nil
	errs.Rule(path, matches || !slices.Contains(s.Protocols, "http"),
		"protocol http needs one of hosts, methods, paths and headers")
}

func (r *ServiceRef) rules(errs *constraint.Errors, path *field.Path) {
	// The schema lets type be left out, but then its rule cannot be evaluated.
	errs.Rule(path, r.Type != "", "type must be set")
	errs.Rule(path, r.Type != ServiceRefNamespacedRef || r.NamespacedRef != nil,
		"namespacedRef must be set when type is namespacedRef")
}

func (r *KongRoute) transition(errs *constraint.Errors, old *KongRoute) {
	// A route without a control plane reference of its own keeps this rule out.
	hasEntity := old.Status.Konnect != nil && r.Spec.ControlPlaneRef != nil
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, hasEntity)
	lifecycle.ControlPlaneRef(errs, r.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
	lifecycle.ID(errs, r.Spec.ID, old.Spec.ID)
}
