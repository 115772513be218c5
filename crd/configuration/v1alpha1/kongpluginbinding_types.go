package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongPluginBinding attaches a plugin to what its targets name, or to the whole control
// plane. It is the binding that has an entity in Konnect; the type and the configuration
// of that come from the KongPlugin or KongClusterPlugin.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Plugin-kind",type=string,JSONPath=`.spec.pluginRef.kind`,description="Kind of the plugin"
// +kubebuilder:printcolumn:name="Plugin-name",type=string,JSONPath=`.spec.pluginRef.name`,description="Name of the plugin"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec.controlPlaneRef) || has(self.spec.controlPlaneRef)",message="spec.controlPlaneRef must not be removed"
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongPluginBinding struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongPluginBindingSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongPluginBindingStatus `json:"status,omitempty"`
}

// KongPluginBindingSpec is the desired state of a KongPluginBinding.
//
// +kubebuilder:validation:XValidation:rule="self.scope != 'OnlyTargets' || has(self.targets) && (has(self.targets.serviceRef) || has(self.targets.routeRef) || has(self.targets.consumerRef) || has(self.targets.consumerGroupRef))",message="targets must name something when scope is OnlyTargets"
// +kubebuilder:validation:XValidation:rule="self.scope != 'GlobalInControlPlane' || !has(self.targets)",message="targets must not be set when scope is GlobalInControlPlane"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongPluginBindingSpec struct {
	// ControlPlaneRef names the control plane that holds the plugin and its targets;
	// required. Of type kic, the binding is not for Konnect.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// PluginRef names the plugin; required.
	PluginRef PluginRef `json:"pluginRef"`

	// Targets are what the plugin acts on, all of them together: one with a service and a
	// consumer acts on that consumer's requests to that service. Required unless Scope is
	// GlobalInControlPlane.
	//
	// +optional
	Targets *KongPluginBindingTargets `json:"targets,omitempty"`

	// Scope is OnlyTargets or GlobalInControlPlane; empty means OnlyTargets.
	//
	// +optional
	// +kubebuilder:validation:Enum=OnlyTargets;GlobalInControlPlane
	// +kubebuilder:default:=OnlyTargets
	Scope string `json:"scope,omitempty" crd:"nonempty"`

	// Adopt takes over a plugin that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`
}

// Values of KongPluginBindingSpec.Scope.
const (
	PluginScopeOnlyTargets          = "OnlyTargets"
	PluginScopeGlobalInControlPlane = "GlobalInControlPlane"
)

// PluginRef names a KongPlugin or a KongClusterPlugin.
//
// +kubebuilder:validation:XValidation:rule="self.name != \"\"",message="name must not be empty"
// +kubebuilder:validation:XValidation:rule="self.kind == 'KongPlugin' || !has(self.__namespace__)",message="namespace must not be set for a KongClusterPlugin, which has none"
type PluginRef struct {
	// Name of the object; required.
	Name string `json:"name"`

	// Kind is KongPlugin or KongClusterPlugin; empty means KongPlugin.
	//
	// +optional
	// +kubebuilder:validation:Enum=KongPlugin;KongClusterPlugin
	// +kubebuilder:default:=KongPlugin
	Kind string `json:"kind,omitempty" crd:"nonempty"`

	// Namespace of a KongPlugin; unset means the binding's. Another namespace needs a
	// KongReferenceGrant there.
	//
	// +optional
	Namespace *string `json:"namespace,omitempty"`
}

// KongPluginBindingTargets are objects of the binding's namespace.
//
// +kubebuilder:validation:XValidation:rule="!has(self.consumerRef) || !has(self.consumerGroupRef)",message="consumerRef and consumerGroupRef must not both be set"
// +kubebuilder:validation:XValidation:rule="!has(self.routeRef) || self.routeRef.kind != 'KongRoute' || !has(self.serviceRef) || self.serviceRef.kind == 'KongService'",message="a KongRoute goes together with a KongService only"
// +kubebuilder:validation:XValidation:rule="!has(self.serviceRef) || self.serviceRef.kind != 'KongService' || !has(self.routeRef) || self.routeRef.kind == 'KongRoute'",message="a KongService goes together with a KongRoute only"
type KongPluginBindingTargets struct {
	// ServiceRef names a KongService, or a Service of Kubernetes, which Konnect has none of.
	//
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.kind == 'KongService' && self.group == 'configuration.konghq.com' || self.kind == 'Service' && (self.group == '' || self.group == 'core')",message="group and kind must be those of a KongService or a Service"
	ServiceRef *PluginTargetRef `json:"serviceRef,omitempty"`

	// RouteRef names a KongRoute, or an Ingress, HTTPRoute or GRPCRoute of Kubernetes,
	// which Konnect has none of.
	//
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.kind == 'KongRoute' && self.group == 'configuration.konghq.com' || self.kind == 'Ingress' && self.group == 'networking.k8s.io' || (self.kind == 'HTTPRoute' || self.kind == 'GRPCRoute') && self.group == 'gateway.networking.k8s.io'",message="group and kind must be those of a KongRoute, an Ingress, an HTTPRoute or a GRPCRoute"
	RouteRef *PluginTargetRef `json:"routeRef,omitempty"`

	// ConsumerRef names a KongConsumer.
	//
	// +optional
	ConsumerRef *TargetRef `json:"consumerRef,omitempty"`

	// ConsumerGroupRef names a KongConsumerGroup.
	//
	// +optional
	ConsumerGroupRef *TargetRef `json:"consumerGroupRef,omitempty"`
}

// TargetRef names an object of a kind that the field implies.
type TargetRef struct {
	// Name of the object; required.
	Name string `json:"name"`
}

// PluginTargetRef names an object by group, kind and name.
type PluginTargetRef struct {
	// Group of the object's API; required. Empty and core both mean the core group.
	//
	// +kubebuilder:validation:Enum="";core;networking.k8s.io;gateway.networking.k8s.io;configuration.konghq.com
	Group string `json:"group"`

	// Kind of the object; required.
	//
	// +kubebuilder:validation:Enum=Service;Ingress;HTTPRoute;GRPCRoute;KongService;KongRoute
	Kind string `json:"kind"`

	// Name of the object; required.
	Name string `json:"name"`
}
