package v1alpha1

import (
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// Paths of the references of a KongPluginBinding.
const (
	PluginRefField              = "spec.pluginRef"
	PluginServiceRefField       = "spec.targets.serviceRef"
	PluginRouteRefField         = "spec.targets.routeRef"
	PluginConsumerRefField      = "spec.targets.consumerRef"
	PluginConsumerGroupRefField = "spec.targets.consumerGroupRef"
)

// References implements crd.Object. Targets that Konnect has no entities of are not
// among them.
func (b *KongPluginBinding) References() []crd.Reference {
	var refs []crd.Reference
	namespace := crd.NamespaceOf(b)
	if ref, ok := b.Spec.ControlPlaneRef.Reference(namespace); ok {
		refs = append(refs, ref)
	}
	add := func(field, kind, name string) {
		refs = append(refs, crd.Reference{
			Field: field, To: crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: namespace, Name: name},
		})
	}
	add(PluginRefField, b.Spec.PluginRef.Kind, b.Spec.PluginRef.Name)
	switch ref := &refs[len(refs)-1]; {
	case b.Spec.PluginRef.Kind == crd.ClusterPluginKind:
		ref.To.Namespace, ref.Granted = "", true
	case b.Spec.PluginRef.Namespace != nil && *b.Spec.PluginRef.Namespace != "":
		ref.To.Namespace = *b.Spec.PluginRef.Namespace
	}
	targets := b.Spec.Targets
	if targets == nil {
		return refs
	}
	if targets.ServiceRef.IsKong() {
		add(PluginServiceRefField, "KongService", targets.ServiceRef.Name)
	}
	if targets.RouteRef.IsKong() {
		add(PluginRouteRefField, "KongRoute", targets.RouteRef.Name)
	}
	if targets.ConsumerRef != nil {
		add(PluginConsumerRefField, "KongConsumer", targets.ConsumerRef.Name)
	}
	if targets.ConsumerGroupRef != nil {
		add(PluginConsumerGroupRefField, "KongConsumerGroup", targets.ConsumerGroupRef.Name)
	}
	return refs
}

// GetTags returns nothing: the tags of a plugin are in annotations alone.
func (*KongPluginBinding) GetTags() commonv1alpha1.Tags { return nil }
