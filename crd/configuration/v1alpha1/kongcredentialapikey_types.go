package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongCredentialAPIKey describes a key by which the plugin key-auth knows a consumer.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.consumerRef == oldSelf.spec.consumerRef : true",message="spec.consumerRef is immutable once the object is Programmed"
type KongCredentialAPIKey struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongCredentialAPIKeySpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongCredentialAPIKeyStatus `json:"status,omitempty"`
}

// KongCredentialAPIKeySpec is the desired state of a KongCredentialAPIKey.
//
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongCredentialAPIKeySpec struct {
	// ConsumerRef names the KongConsumer, in the namespace of the object; required, and
	// immutable once the object is Programmed.
	//
	// +konnectkit:refers:kind=KongConsumer,role=parent
	ConsumerRef commonv1alpha1.LocalRef `json:"consumerRef"`

	// Adopt takes over an API key that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Key that requests come with, which no other consumer of the control plane has. It is a
	// secret.
	Key crd.SecretString `json:"key"`

	// Tags of the credential.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
