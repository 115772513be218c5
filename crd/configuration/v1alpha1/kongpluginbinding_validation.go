package v1alpha1

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

// Default implements crd.Object.
func (b *KongPluginBinding) Default() {
	b.SetGroupVersionKind(b.GVK())
	b.Spec.ControlPlaneRef.Default()
	b.Spec.PluginRef.Kind = cmp.Or(b.Spec.PluginRef.Kind, crd.PluginKind)
	b.Spec.Scope = cmp.Or(b.Spec.Scope, PluginScopeOnlyTargets)
	b.Status.Conditions = lifecycle.DefaultConditions(b.Status.Conditions, b.Status.Konnect != nil)
}

func (s *KongPluginBindingSpec) rules(errs *constraint.Errors, path *field.Path) {
	named := s.Targets != nil && *s.Targets != (KongPluginBindingTargets{})
	errs.Rule(path, named || s.Scope != PluginScopeOnlyTargets, "targets must name something when scope is OnlyTargets")
	errs.Rule(path, s.Targets == nil || s.Scope != PluginScopeGlobalInControlPlane,
		"targets must not be set when scope is GlobalInControlPlane")
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
}

func (r *PluginRef) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, r.Name != "", "name must not be empty")
	errs.Rule(path, r.Kind == crd.PluginKind || r.Namespace == nil,
		"namespace must not be set for a KongClusterPlugin, which has none")
}

func (t *KongPluginBindingTargets) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, t.ConsumerRef == nil || t.ConsumerGroupRef == nil, "consumerRef and consumerGroupRef must not both be set")
	if t.ServiceRef != nil {
		errs.Rule(path.Child("serviceRef"), t.ServiceRef.isOne(serviceTargets()), "group and kind must be those of a KongService or a Service")
	}
	if t.RouteRef != nil {
		errs.Rule(path.Child("routeRef"), t.RouteRef.isOne(routeTargets()),
			"group and kind must be those of a KongRoute, an Ingress, an HTTPRoute or a GRPCRoute")
	}
	if t.ServiceRef != nil && t.RouteRef != nil {
		errs.Rule(path, (t.ServiceRef.Kind == "KongService") == (t.RouteRef.Kind == "KongRoute"),
			"a KongService and a KongRoute go together with each other only")
	}
}

type groupKind struct{ group, kind string }

func serviceTargets() []groupKind {
	return []groupKind{{crd.ConfigurationGroup, "KongService"}, {"", "Service"}, {"core", "Service"}}
}

func routeTargets() []groupKind {
	const gateway = "gateway.networking.k8s.io"
	return []groupKind{{crd.ConfigurationGroup, "KongRoute"}, {"networking.k8s.io", "Ingress"}, {gateway, "HTTPRoute"}, {gateway, "GRPCRoute"}}
}

func (r *PluginTargetRef) isOne(of []groupKind) bool {
	return slices.Contains(of, groupKind{r.Group, r.Kind})
}

// IsKong reports whether the target is an object of Kong's configuration group, which
// alone has an entity in Konnect; false for nil.
func (r *PluginTargetRef) IsKong() bool { return r != nil && r.Group == crd.ConfigurationGroup }

func (r *PluginTargetRef) check(errs *constraint.Errors, path *field.Path) {
	errs.Enum(path, "group", r.Group, "core", "networking.k8s.io", "gateway.networking.k8s.io", crd.ConfigurationGroup)
	errs.NonEmpty(path, "kind", r.Kind)
	errs.Enum(path, "kind", r.Kind, "Service", "Ingress", "HTTPRoute", "GRPCRoute", "KongService", "KongRoute")
}

func (b *KongPluginBinding) transition(errs *constraint.Errors, old *KongPluginBinding) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, b.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
