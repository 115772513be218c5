package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongCredentialHMAC describes a name and a secret by which the plugin hmac-auth knows a
// consumer: requests are signed with the secret.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.consumerRef == oldSelf.spec.consumerRef : true",message="spec.consumerRef is immutable once the object is Programmed"
type KongCredentialHMAC struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongCredentialHMACSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongCredentialHMACStatus `json:"status,omitempty"`
}

// KongCredentialHMACSpec is the desired state of a KongCredentialHMAC.
//
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongCredentialHMACSpec struct {
	// ConsumerRef names the KongConsumer, in the namespace of the object; required, and
	// immutable once the object is Programmed.
	//
	// +konnectkit:refers:kind=KongConsumer,role=parent
	ConsumerRef commonv1alpha1.LocalRef `json:"consumerRef"`

	// Adopt takes over a credential for signatures that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// ID of the entity in Konnect, a UUID; unset lets the library choose one.
	//
	// +optional
	ID *string `json:"id,omitempty"`

	// Secret that requests are signed with; unset lets Konnect make one up.
	//
	// +optional
	Secret *crd.SecretString `json:"secret,omitempty"`

	// Username that requests name, which no other consumer of the control plane has.
	Username string `json:"username"`

	// Tags of the credential.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
