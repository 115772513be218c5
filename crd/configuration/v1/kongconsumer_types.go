package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongConsumer describes somebody or something that calls APIs: credentials belong to
// it, and plugins may treat its requests in a way of their own. It has a username, an ID
// of another system, or both.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=kc,categories=kong
// +kubebuilder:printcolumn:name="Username",type=string,JSONPath=`.username`,description="Username of the consumer"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Age"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`
// +kubebuilder:validation:XValidation:rule="has(self.username) || has(self.custom_id)",message="username or custom_id must be set"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec) || !has(oldSelf.spec.controlPlaneRef) || has(self.spec.controlPlaneRef)",message="spec.controlPlaneRef must not be removed"
// +kubebuilder:validation:XValidation:rule="!has(self.spec) || !has(self.spec.controlPlaneRef) || !has(self.status) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongConsumer struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Username is unique among the consumers of the control plane: at most 128 letters,
	// digits and any of . - _ ~ + @ / [ ], with single spaces between. Unset leaves the
	// consumer to CustomID.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[\p{L}\p{N}.\-_~+@/\[\]]*(?: [\p{L}\p{N}.\-_~+@/\[\]]+)*$`
	Username *string `json:"username,omitempty"`

	// CustomID is the consumer's ID in another system, unique among the consumers of the
	// control plane: at most 128 ASCII letters, digits and any of . - _ ~ ( ) # % @ | + [ ],
	// with single spaces between. Unset leaves the consumer to Username.
	//
	// +optional
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[0-9a-zA-Z.\-_~\(\)#%@|+\[\]]*(?: [0-9a-zA-Z.\-_~\(\)#%@|+\[\]]+)*$`
	CustomID *string `json:"custom_id,omitempty"`

	// Credentials are the names of Secrets of the same namespace that hold a credential
	// each, told by their label konghq.com/credential.
	//
	// +optional
	// +listType=set
	Credentials []string `json:"credentials,omitzero"`

	// ConsumerGroups are the names of the KongConsumerGroups of the same namespace that
	// the consumer is a member of.
	//
	// +optional
	// +listType=set
	ConsumerGroups []string `json:"consumerGroups,omitzero"`

	// Spec is the rest of the desired state.
	//
	// +optional
	Spec KongConsumerSpec `json:"spec,omitzero"`

	// Status is the state that was last observed.
	//
	// +optional
	// +konnectkit:conditions:empty
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongConsumerStatus `json:"status,omitempty"`
}

// KongConsumerSpec is where a KongConsumer belongs.
//
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || has(self.controlPlaneRef) && self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongConsumerSpec struct {
	// ControlPlaneRef names the control plane that holds the consumer. Unset, or of type
	// kic, it is not for Konnect.
	//
	// +optional
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a consumer that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Tags of the consumer.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
