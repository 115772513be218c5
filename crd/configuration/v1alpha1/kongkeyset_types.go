package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongKeySet describes a set of keys, which plugins that sign or verify tokens use by
// its name. A set may be empty; its keys go with it when it is deleted.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongKeySet struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongKeySetSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongKeySetStatus `json:"status,omitempty"`
}

// KongKeySetSpec is the desired state of a KongKeySet.
//
// +kubebuilder:validation:XValidation:rule="self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongKeySetSpec struct {
	// ControlPlaneRef names the control plane that holds the key set; required.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a key set that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Name is unique among the key sets of the control plane; required.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// Tags of the key set.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
