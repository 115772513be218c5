package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongCACertificate describes a certificate of an authority that a gateway trusts, where
// a service or a plugin names it.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongCACertificate struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongCACertificateSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongCACertificateStatus `json:"status,omitempty"`
}

// KongCACertificateSpec is the desired state of a KongCACertificate.
//
// +kubebuilder:validation:XValidation:rule="self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
// +kubebuilder:validation:XValidation:rule="self.type != 'inline' || (has(self.cert) && self.cert.size() != 0)",message="cert is required when type is inline"
// +kubebuilder:validation:XValidation:rule="self.type != 'secretRef' || has(self.secretRef)",message="secretRef is required when type is secretRef"
// +kubebuilder:validation:XValidation:rule="!has(self.cert) || !has(self.secretRef)",message="cert and secretRef exclude each other"
type KongCACertificateSpec struct {
	// ControlPlaneRef names the control plane that holds the certificate; required.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a CA certificate that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Type is inline, where the certificate is in the spec, or secretRef; unset means
	// inline.
	//
	// +optional
	// +kubebuilder:validation:Enum=inline;secretRef
	// +kubebuilder:default:=inline
	Type string `json:"type,omitempty" crd:"nonempty"`

	// Cert is the one certificate in PEM, unique in the control plane; required for type
	// inline.
	//
	// +optional
	Cert *string `json:"cert,omitempty"`

	// SecretRef names a Secret with the certificate under ca.crt; required for type
	// secretRef.
	//
	// +optional
	// +konnectkit:refers:kind=Secret
	SecretRef *commonv1alpha1.NamespacedRef `json:"secretRef,omitempty"`

	// Tags of the certificate.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
