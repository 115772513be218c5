package v1alpha1_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/ruletest"
)

func target(group, kind string) *v1alpha1.PluginTargetRef {
	return &v1alpha1.PluginTargetRef{Group: group, Kind: kind, Name: "a"}
}

func validPluginBinding() *v1alpha1.KongPluginBinding {
	return &v1alpha1.KongPluginBinding{
		ObjectMeta: meta("binding"),
		Spec: v1alpha1.KongPluginBindingSpec{
			ControlPlaneRef: controlPlane("cp"),
			PluginRef:       v1alpha1.PluginRef{Name: "limit", Kind: "KongPlugin"},
			Scope:           v1alpha1.PluginScopeOnlyTargets,
			Targets:         &v1alpha1.KongPluginBindingTargets{ServiceRef: target(crd.ConfigurationGroup, "KongService")},
		},
	}
}

func TestKongPluginBindingDefault(t *testing.T) {
	t.Parallel()
	binding := &v1alpha1.KongPluginBinding{Spec: v1alpha1.KongPluginBindingSpec{ControlPlaneRef: &commonv1alpha1.ControlPlaneRef{}}}
	ruletest.Defaults(t, binding)
	assert.Equal(t, "kic", binding.Spec.ControlPlaneRef.Type)
	assert.Equal(t, crd.PluginKind, binding.Spec.PluginRef.Kind)
	assert.Equal(t, v1alpha1.PluginScopeOnlyTargets, binding.Spec.Scope)
	assert.Equal(t, crd.PendingConditions(), binding.Status.Conditions)
}

func TestKongPluginBindingValidate(t *testing.T) {
	t.Parallel()
	type B = *v1alpha1.KongPluginBinding
	targets := func(service, route *v1alpha1.PluginTargetRef) func(B) {
		return func(b B) { b.Spec.Targets = &v1alpha1.KongPluginBindingTargets{ServiceRef: service, RouteRef: route} }
	}
	kong, gateway := crd.ConfigurationGroup, "gateway.networking.k8s.io"
	ruletest.Validate(t, validPluginBinding, map[string]rule[B]{
		"no control plane": {"it is required", func(b B) { b.Spec.ControlPlaneRef = nil }, []string{"spec.controlPlaneRef: Required value"}},
		"kic":              {"may be for an ingress controller", func(b B) { b.Spec.ControlPlaneRef = &commonv1alpha1.ControlPlaneRef{} }, nil},
		"no plugin":        {"it is required", func(b B) { b.Spec.PluginRef.Name = "" }, []string{"spec.pluginRef: Invalid value"}},
		"other plugin":     {"of two kinds", func(b B) { b.Spec.PluginRef.Kind = "Plugin" }, []string{"spec.pluginRef.kind: Unsupported value"}},
		"namespace":        {"of a KongPlugin", func(b B) { b.Spec.PluginRef.Namespace = new("a") }, nil},
		"cluster plugin": {"which has no namespace", func(b B) {
			b.Spec.PluginRef.Kind, b.Spec.PluginRef.Namespace = crd.ClusterPluginKind, new("")
		}, []string{"spec.pluginRef: Invalid value"}},
		"scope":              {"one of two", func(b B) { b.Spec.Scope = "Global" }, []string{"spec.scope: Unsupported value"}},
		"no targets":         {"needed unless it is global", func(b B) { b.Spec.Targets = nil }, []string{"spec: Invalid value"}},
		"empty targets":      {"they name nothing", func(b B) { b.Spec.Targets = &v1alpha1.KongPluginBindingTargets{} }, []string{"spec: Invalid value"}},
		"global":             {"has no targets", func(b B) { b.Spec.Scope, b.Spec.Targets = v1alpha1.PluginScopeGlobalInControlPlane, nil }, nil},
		"global and targets": {"exclude each other", func(b B) { b.Spec.Scope = v1alpha1.PluginScopeGlobalInControlPlane }, []string{"spec: Invalid value"}},
		"consumer and group": {"exclude each other", func(b B) {
			b.Spec.Targets.ConsumerRef, b.Spec.Targets.ConsumerGroupRef = &v1alpha1.TargetRef{Name: "a"}, &v1alpha1.TargetRef{Name: "a"}
		}, []string{"spec.targets: Invalid value"}},
		"core service":       {"by either name of the group", targets(target("core", "Service"), nil), nil},
		"route as a service": {"is none", targets(target(kong, "KongRoute"), nil), []string{"spec.targets.serviceRef: Invalid value"}},
		"service as a route": {"is none", targets(nil, target(kong, "KongService")), []string{"spec.targets.routeRef: Invalid value"}},
		"GRPCRoute":          {"with a Service", targets(target("", "Service"), target(gateway, "GRPCRoute")), nil},
		"mixed":              {"Kong's go with Kong's", targets(target("", "Service"), target(kong, "KongRoute")), []string{"spec.targets: Invalid value"}},
		"mixed otherwise":    {"Kong's go with Kong's", targets(target(kong, "KongService"), target(gateway, "HTTPRoute")), []string{"spec.targets: Invalid value"}},
		"adopt without":      {"needs Konnect", func(b B) { b.Spec.Adopt, b.Spec.ControlPlaneRef = adopt("a"), &commonv1alpha1.ControlPlaneRef{} }, []string{"spec: Invalid value"}},
	})
}

func TestKongPluginBindingValidateUpdate(t *testing.T) {
	t.Parallel()
	type B = *v1alpha1.KongPluginBinding
	ruletest.ValidateUpdate(t, validPluginBinding, map[string]transition[B]{
		"plugin":        {"another one may be named", nil, func(b B) { b.Spec.PluginRef.Name = "b" }, nil},
		"control plane": {"until it is Programmed", nil, func(b B) { b.Spec.ControlPlaneRef = controlPlane("b") }, nil},
		"moved":         {"not after that", func(b B) { b.Status.Conditions = programmed() }, func(b B) { b.Spec.ControlPlaneRef = controlPlane("b") }, []string{"spec.controlPlaneRef: Invalid value"}},
		"adopt":         {"it cannot be added", nil, func(b B) { b.Spec.Adopt = adopt("a") }, []string{"spec: Invalid value"}},
	})
}

func TestKongPluginBindingReferences(t *testing.T) {
	t.Parallel()
	binding := validPluginBinding()
	binding.Spec.Targets.ConsumerRef = &v1alpha1.TargetRef{Name: "alice"}
	binding.Spec.PluginRef.Namespace = new("plugins")
	var to []string
	for _, ref := range binding.References() {
		to = append(to, ref.Field+" "+ref.To.String())
	}
	assert.Equal(t, []string{
		"spec.controlPlaneRef.konnectNamespacedRef KonnectGatewayControlPlane kong/cp", "spec.pluginRef KongPlugin plugins/limit",
		"spec.targets.serviceRef KongService kong/a", "spec.targets.consumerRef KongConsumer kong/alice",
	}, to)
	binding.Spec.PluginRef = v1alpha1.PluginRef{Kind: crd.ClusterPluginKind, Name: "limit"}
	binding.Spec.Targets = &v1alpha1.KongPluginBindingTargets{ServiceRef: target("", "Service")}
	refs := binding.References()
	assert.Len(t, refs, 2, "Konnect has no entity of a Service")
	assert.Equal(t, crd.Reference{
		Field: "spec.pluginRef", To: crd.Key{Group: crd.ConfigurationGroup, Kind: crd.ClusterPluginKind, Name: "limit"}, Granted: true,
	}, refs[1])
}
