package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongConsumerGroup describes a set of consumers, which plugins may treat in a way of
// their own. The KongConsumers say which groups they are in.
//
// +kubebuilder:object:root=true
// +konnectkit:plugins
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=kcg,categories=kong
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Age"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec) || !has(oldSelf.spec.controlPlaneRef) || has(self.spec.controlPlaneRef)",message="spec.controlPlaneRef must not be removed"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec) || !has(oldSelf.spec.controlPlaneRef) || !has(self.status) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongConsumerGroup struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	//
	// +optional
	Spec KongConsumerGroupSpec `json:"spec,omitzero"`

	// Status is the state that was last observed.
	//
	// +optional
	// +konnectkit:conditions:empty
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongConsumerGroupStatus `json:"status,omitempty"`
}

// KongConsumerGroupSpec is the desired state of a KongConsumerGroup.
//
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || has(self.controlPlaneRef) && self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongConsumerGroupSpec struct {
	// ControlPlaneRef names the control plane that holds the group. Unset, or of type
	// kic, it is not for Konnect.
	//
	// +optional
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a group that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Name is unique among the consumer groups of the control plane: at most 128 letters,
	// digits and any of . - _ ~. The CRD takes an empty one, and Konnect does not.
	//
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[\p{N}\p{L}.\-_~]*$`
	// +optional
	Name *string `json:"name,omitempty"`

	// Tags of the group.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
