package builder

import (
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// PluginBinding builds a KongPluginBinding. ControlPlane, one of Plugin and ClusterPlugin,
// and either Global or what the plugin acts on are required.
type PluginBinding struct {
	base[configurationv1alpha1.KongPluginBinding]
}

// Plugin names a KongPlugin of the same namespace.
func (b *PluginBinding) Plugin(name string) *PluginBinding {
	b.obj.Spec.PluginRef = configurationv1alpha1.PluginRef{Kind: crd.PluginKind, Name: name}
	return b
}

// PluginIn is like Plugin for another namespace, which needs a KongReferenceGrant there.
func (b *PluginBinding) PluginIn(namespace, name string) *PluginBinding {
	b.obj.Spec.PluginRef = configurationv1alpha1.PluginRef{Kind: crd.PluginKind, Namespace: &namespace, Name: name}
	return b
}

// ClusterPlugin names a KongClusterPlugin.
func (b *PluginBinding) ClusterPlugin(name string) *PluginBinding {
	b.obj.Spec.PluginRef = configurationv1alpha1.PluginRef{Kind: crd.ClusterPluginKind, Name: name}
	return b
}

// Service makes the plugin act on requests to a KongService of the same namespace; with
// other targets, on what is for all of them.
func (b *PluginBinding) Service(name string) *PluginBinding {
	b.targets().ServiceRef = &configurationv1alpha1.PluginTargetRef{Group: crd.ConfigurationGroup, Kind: "KongService", Name: name}
	return b
}

// Route makes the plugin act on requests that a KongRoute of the same namespace takes.
func (b *PluginBinding) Route(name string) *PluginBinding {
	b.targets().RouteRef = &configurationv1alpha1.PluginTargetRef{Group: crd.ConfigurationGroup, Kind: "KongRoute", Name: name}
	return b
}

// Consumer makes the plugin act on requests of a KongConsumer of the same namespace.
func (b *PluginBinding) Consumer(name string) *PluginBinding {
	b.targets().ConsumerRef = &configurationv1alpha1.TargetRef{Name: name}
	return b
}

// ConsumerGroup makes the plugin act on requests of the members of a KongConsumerGroup of
// the same namespace.
func (b *PluginBinding) ConsumerGroup(name string) *PluginBinding {
	b.targets().ConsumerGroupRef = &configurationv1alpha1.TargetRef{Name: name}
	return b
}

// Global makes the plugin act on all requests to the control plane.
func (b *PluginBinding) Global() *PluginBinding {
	return b.Scope(configurationv1alpha1.PluginScopeGlobalInControlPlane)
}

func (b *PluginBinding) targets() *configurationv1alpha1.KongPluginBindingTargets {
	if b.obj.Spec.Targets == nil {
		b.obj.Spec.Targets = &configurationv1alpha1.KongPluginBindingTargets{}
	}
	return b.obj.Spec.Targets
}
