package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongCredentialJWT describes a key or secret by which the plugin jwt checks the tokens of a
// consumer.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.consumerRef == oldSelf.spec.consumerRef : true",message="spec.consumerRef is immutable once the object is Programmed"
// +kubebuilder:validation:XValidation:rule="self.spec.algorithm in ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA'] ? has(self.spec.rsa_public_key) : true",message="spec.rsa_public_key must be set for algorithms other than HS256, HS384 and HS512"
type KongCredentialJWT struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongCredentialJWTSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongCredentialJWTStatus `json:"status,omitempty"`
}

// KongCredentialJWTSpec is the desired state of a KongCredentialJWT.
//
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongCredentialJWTSpec struct {
	// ConsumerRef names the KongConsumer, in the namespace of the object; required, and
	// immutable once the object is Programmed.
	//
	// +konnectkit:refers:kind=KongConsumer,role=parent
	ConsumerRef commonv1alpha1.LocalRef `json:"consumerRef"`

	// Adopt takes over a credential for tokens that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Algorithm that tokens are signed with; unset means HS256.
	//
	// +optional
	// +kubebuilder:default:=HS256
	// +kubebuilder:validation:Enum=HS256;HS384;HS512;RS256;RS384;RS512;ES256;ES384;ES512;PS256;PS384;PS512;EdDSA
	Algorithm string `json:"algorithm,omitempty" crd:"nonempty"`

	// ID of the entity in Konnect, a UUID; unset lets the library choose one.
	//
	// +optional
	ID *string `json:"id,omitempty"`

	// Key is what tokens say in the claim that the plugin looks at, iss unless it is told
	// otherwise; no other consumer of the control plane has it, and it is no secret. Unset
	// lets Konnect make one up.
	//
	// +optional
	Key *string `json:"key,omitempty"`

	// RSAPublicKey checks the signatures of algorithms other than HS256, HS384 and HS512, in
	// PEM. Those need it, also for keys other than RSA.
	//
	// +optional
	RSAPublicKey *string `json:"rsa_public_key,omitempty"`

	// Secret that signatures of HS256, HS384 and HS512 are made with; unset lets Konnect make
	// one up.
	//
	// +optional
	Secret *crd.SecretString `json:"secret,omitempty"`

	// Tags of the credential.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
