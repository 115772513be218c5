package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// KongDataPlaneClientCertificate describes a certificate with which data planes may connect
// to a control plane, or to a group of them. One that is pinned there already serves as it
// is, whoever has pinned it.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.cert == oldSelf.spec.cert : true",message="spec.cert is immutable once the object is Programmed"
type KongDataPlaneClientCertificate struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongDataPlaneClientCertificateSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongDataPlaneClientCertificateStatus `json:"status,omitempty"`
}

// KongDataPlaneClientCertificateSpec is the desired state of a KongDataPlaneClientCertificate.
//
// +kubebuilder:validation:XValidation:rule="self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
type KongDataPlaneClientCertificateSpec struct {
	// ControlPlaneRef names the control plane, which may be a group; required.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt looks after a certificate that exists in Konnect without ever writing it, in
	// mode match; unset pins one.
	//
	// +optional
	// +kubebuilder:validation:XValidation:rule="self.mode == 'match'",message="adopt needs the mode match"
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Cert is the certificate in PEM; required, and immutable once the object is Programmed.
	//
	// +kubebuilder:validation:MinLength=1
	Cert string `json:"cert"`
}

// ValidateUpdate implements crd.Object. Adopt may be added and removed.
func (c *KongDataPlaneClientCertificate) ValidateUpdate(old crd.Object) field.ErrorList {
	var errs constraint.Errors
	before, ok := constraint.Before[*KongDataPlaneClientCertificate](&errs, old)
	if !ok {
		return errs.List()
	}
	now := *c
	now.Status = before.Status
	errs.Add(now.Validate()...)
	errs.Add(c.Spec.Adopt.ValidateChange(before.Spec.Adopt, field.NewPath("spec"))...)
	c.transition(&errs, before)
	return errs.List()
}
