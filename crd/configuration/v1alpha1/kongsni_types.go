package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongSNI describes a name under which clients ask for a certificate.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.certificateRef == oldSelf.spec.certificateRef : true",message="spec.certificateRef is immutable once the object is Programmed"
type KongSNI struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongSNISpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongSNIStatus `json:"status,omitempty"`
}

// KongSNISpec is the desired state of a KongSNI.
//
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongSNISpec struct {
	// CertificateRef names the KongCertificate; required, and immutable once the object is
	// Programmed.
	//
	// +konnectkit:refers:kind=KongCertificate,role=parent
	CertificateRef commonv1alpha1.NamespacedRef `json:"certificateRef"`

	// Adopt takes over an SNI that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Name is a host name, which may have one * as its first or last character or be a *
	// alone, unique in the control plane; required.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// Tags of the SNI.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
