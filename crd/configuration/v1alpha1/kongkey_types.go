package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongKey describes a key with which plugins sign or verify tokens, alone or in a set.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec.controlPlaneRef) || has(self.spec.controlPlaneRef)",message="spec.controlPlaneRef must not be removed"
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongKey struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongKeySpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongKeyStatus `json:"status,omitempty"`
}

// KongKeySpec is the desired state of a KongKey: a JWK, or a pair in PEM.
//
// +kubebuilder:validation:XValidation:rule="!has(self.controlPlaneRef) || self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || has(self.controlPlaneRef) && self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
// +kubebuilder:validation:XValidation:rule="has(self.jwk) || has(self.pem)",message="jwk or pem must be set"
type KongKeySpec struct {
	// ControlPlaneRef names the control plane that holds the key; unset takes that of
	// KeySetRef. A cluster needs it: the CRD lets no object without it become Programmed.
	//
	// +optional
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// KeySetRef names the set that the key is in, of the same control plane; unset for none.
	//
	// +optional
	// +konnectkit:refers:kind=KongKeySet,role=parent
	KeySetRef *KeySetRef `json:"keySetRef,omitempty"`

	// Adopt takes over a key that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// KID tells the key from others of its set, or from those without one; required.
	// That of a JWK is the same.
	//
	// +kubebuilder:validation:MinLength=1
	KID string `json:"kid"`

	// Name is unique among the keys of the control plane; unset leaves the key unnamed.
	//
	// +optional
	Name *string `json:"name,omitempty"`

	// JWK is the JSON of a JSON Web Key, or a reference to a vault. Konnect takes either
	// this or PEM.
	//
	// +optional
	JWK *crd.SecretString `json:"jwk,omitempty"`

	// PEM is a pair of keys. Konnect takes either this or JWK.
	//
	// +optional
	PEM *PEMKeyPair `json:"pem,omitempty"`

	// Tags of the key.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}

// PEMKeyPair is a pair of keys in PEM, or references to a vault.
type PEMKeyPair struct {
	// PrivateKey is required, and not encrypted. It is a pointer so that package fmt shows
	// it with no verb.
	//
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	PrivateKey *crd.SecretString `json:"private_key"`

	// PublicKey is required.
	//
	// +kubebuilder:validation:MinLength=1
	PublicKey string `json:"public_key"`
}

// Values of KeySetRef.Type.
const (
	KeySetRefKonnectID     = "konnectID"
	KeySetRefNamespacedRef = "namespacedRef"
)

// KeySetRef names the set of a KongKey.
//
// +kubebuilder:validation:XValidation:rule="self.type != 'namespacedRef' || has(self.namespacedRef)",message="namespacedRef must be set when type is namespacedRef"
// +kubebuilder:validation:XValidation:rule="self.type != 'konnectID' || has(self.konnectID)",message="konnectID must be set when type is konnectID"
type KeySetRef struct {
	// Type is konnectID or namespacedRef. The other field is passed over.
	//
	// +kubebuilder:validation:Enum=konnectID;namespacedRef
	Type string `json:"type"`

	// KonnectID is the ID of a key set in the control plane that ControlPlaneRef names. The
	// Kong operator creates the key without a set then.
	//
	// +optional
	KonnectID *string `json:"konnectID,omitempty"`

	// NamespacedRef names a KongKeySet of the same namespace.
	//
	// +optional
	NamespacedRef *commonv1alpha1.NameRef `json:"namespacedRef,omitempty"`
}

// References implements crd.Object.
func (k *KongKey) References() []crd.Reference {
	var refs []crd.Reference
	namespace := crd.NamespaceOf(k)
	if ref, ok := k.Spec.ControlPlaneRef.Reference(namespace); ok {
		refs = append(refs, ref)
	}
	if set := k.Spec.KeySetRef; set != nil && set.Type == KeySetRefNamespacedRef && set.NamespacedRef != nil {
		refs = append(refs, crd.Reference{Field: KeySetRefField, To: set.NamespacedRef.Key("KongKeySet", namespace), Role: crd.RoleParent})
	}
	return refs
}
