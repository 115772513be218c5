package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
)

// KongPlugin describes a plugin: its type and configuration. It has no entity of its own
// in Konnect: a KongPluginBinding attaches it to something.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=kp,categories=kong
// +kubebuilder:printcolumn:name="Plugin-Type",type=string,JSONPath=`.plugin`,description="Name of the plugin"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Age"
// +kubebuilder:printcolumn:name="Disabled",type=boolean,JSONPath=`.disabled`,description="Indicates if the plugin is disabled",priority=1
// +kubebuilder:printcolumn:name="Config",type=string,JSONPath=`.config`,description="Configuration of the plugin",priority=1
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`
// +kubebuilder:validation:XValidation:rule="!has(self.config) || !has(self.configFrom)",message="config and configFrom must not both be set"
// +kubebuilder:validation:XValidation:rule="!has(self.configFrom) || !has(self.configPatches)",message="configFrom and configPatches must not both be set"
// +kubebuilder:validation:XValidation:rule="self.plugin == oldSelf.plugin",message="plugin is immutable"
type KongPlugin struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// PluginName is the type, such as rate-limiting; required and immutable.
	PluginName string `json:"plugin"`

	// Config is the configuration, an object of the form that the type of plugin wants.
	// What it leaves out has the plugin's default; null is not the same where there is one.
	// Unset, with ConfigFrom unset too, means all defaults.
	//
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	// +kubebuilder:pruning:PreserveUnknownFields
	Config crd.JSON `json:"config,omitzero"`

	// ConfigFrom takes the whole configuration from a Secret, as JSON or YAML.
	//
	// +optional
	ConfigFrom *ConfigSource `json:"configFrom,omitempty"`

	// ConfigPatches add values from Secrets to Config, in order.
	//
	// +optional
	ConfigPatches []ConfigPatch `json:"configPatches,omitzero"`

	// Protocols that the plugin acts on, of http, https, grpc, grpcs, tcp, tls and udp;
	// unset means those that the type of plugin has by default.
	//
	// +optional
	// +kubebuilder:validation:items:Enum=http;https;grpc;grpcs;tcp;tls;udp
	Protocols []string `json:"protocols,omitzero"`

	// Ordering says which other plugins this one runs before or after; unset leaves it to
	// the types of the plugins.
	//
	// +optional
	Ordering *PluginOrdering `json:"ordering,omitempty"`

	// InstanceName tells plugins of one type from each other, unique in the control plane;
	// unset means none.
	//
	// +optional
	InstanceName string `json:"instance_name,omitempty"`

	// Disabled keeps the plugin from acting; unset means false.
	//
	// +optional
	Disabled *bool `json:"disabled,omitempty"`

	// RunOn is first, second or all, which Konnect knows nothing of.
	//
	// +optional
	// +kubebuilder:validation:Enum=first;second;all
	RunOn string `json:"run_on,omitempty" crd:"nonempty"`

	// ConsumerRef is deprecated and has no effect: a binding names a consumer.
	//
	// +optional
	ConsumerRef string `json:"consumerRef,omitempty"`

	// Status is the state that was last observed.
	//
	// +optional
	Status KongPluginStatus `json:"status,omitzero"`
}

// KongPluginStatus is the observed state of a KongPlugin.
type KongPluginStatus struct {
	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:default={{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}
	Conditions []metav1.Condition `json:"conditions,omitzero"`
}

// PluginOrdering says which plugins run before and after another, by phase of a request,
// of which Konnect takes access only.
type PluginOrdering struct {
	// Before are the types of the plugins that run after this one.
	//
	// +optional
	Before map[string][]string `json:"before,omitzero"`

	// After are the types of the plugins that run before this one.
	//
	// +optional
	After map[string][]string `json:"after,omitzero"`
}

// ConfigSource names the value of a Secret.
type ConfigSource struct {
	// SecretKeyRef names the value; required.
	SecretKeyRef SecretKeyRef `json:"secretKeyRef"`
}

// ConfigPatch adds a value of a Secret to a configuration.
type ConfigPatch struct {
	// Path of the value as a JSON pointer, such as /redis/password; empty replaces the
	// whole configuration. Objects on the way are made where they lack.
	Path string `json:"path"`

	// ValueFrom names the value, which is JSON: a text has its quotes.
	ValueFrom ConfigSource `json:"valueFrom"`
}

// SecretKeyRef names a value of a Secret of the same namespace.
type SecretKeyRef struct {
	// Name of the Secret; required.
	Name string `json:"name"`

	// Key of the value in it; required.
	Key string `json:"key"`
}
