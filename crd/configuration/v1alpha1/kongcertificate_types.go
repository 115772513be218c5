package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// Values of spec.type of certificates: where they come from.
const (
	CertificateTypeInline    = "inline"
	CertificateTypeSecretRef = "secretRef"
)

// KongCertificate describes a certificate with its private key, which a gateway shows to
// clients for the names of its KongSNIs, and to upstream servers where a service or an
// upstream names it.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongCertificate struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongCertificateSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongCertificateStatus `json:"status,omitempty"`
}

// KongCertificateSpec is the desired state of a KongCertificate.
//
// +kubebuilder:validation:XValidation:rule="self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
// +kubebuilder:validation:XValidation:rule="self.type != 'inline' || (has(self.cert) && self.cert.size() != 0)",message="cert is required when type is inline"
// +kubebuilder:validation:XValidation:rule="self.type != 'inline' || (has(self.key) && self.key.size() != 0)",message="key is required when type is inline"
// +kubebuilder:validation:XValidation:rule="self.type != 'secretRef' || has(self.secretRef)",message="secretRef is required when type is secretRef"
// +kubebuilder:validation:XValidation:rule="!has(self.cert) && !has(self.key) || !has(self.secretRef) && !has(self.secretRefAlt)",message="cert and key exclude secretRef and secretRefAlt"
// +kubebuilder:validation:XValidation:rule="!has(self.cert_alt) && !has(self.key_alt) || !has(self.secretRef) && !has(self.secretRefAlt)",message="cert_alt and key_alt exclude secretRef and secretRefAlt"
type KongCertificateSpec struct {
	// ControlPlaneRef names the control plane that holds the certificate; required.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a certificate that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Type is inline, where the values are in the spec, or secretRef; unset means inline.
	//
	// +optional
	// +kubebuilder:validation:Enum=inline;secretRef
	// +kubebuilder:default:=inline
	Type string `json:"type,omitempty" crd:"nonempty"`

	// Cert is the certificate in PEM, which may be followed by those of its chain, or a
	// reference to a vault such as {vault://env/cert}; required for type inline.
	//
	// +optional
	Cert *string `json:"cert,omitempty"`

	// Key is the private key of Cert in PEM, without a passphrase, or a reference to a
	// vault; required for type inline.
	//
	// +optional
	Key *crd.SecretString `json:"key,omitempty"`

	// CertAlt is a second certificate for the same names, whose key is of the other
	// type: RSA beside ECDSA. It comes with KeyAlt; unset means none.
	//
	// +optional
	CertAlt *string `json:"cert_alt,omitempty"`

	// KeyAlt is the private key of CertAlt.
	//
	// +optional
	KeyAlt *crd.SecretString `json:"key_alt,omitempty"`

	// SecretRef names a Secret with the certificate under tls.crt and the key under
	// tls.key; required for type secretRef.
	//
	// +optional
	// +konnectkit:refers:kind=Secret
	SecretRef *commonv1alpha1.NamespacedRef `json:"secretRef,omitempty"`

	// SecretRefAlt is like SecretRef for what CertAlt and KeyAlt are.
	//
	// +optional
	// +konnectkit:refers:kind=Secret
	SecretRefAlt *commonv1alpha1.NamespacedRef `json:"secretRefAlt,omitempty"`

	// Tags of the certificate.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
