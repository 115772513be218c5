package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongTarget describes a target of an upstream: one address that it balances over.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.spec.upstreamRef == oldSelf.spec.upstreamRef",message="spec.upstreamRef is immutable"
type KongTarget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongTargetSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongTargetStatus `json:"status,omitempty"`
}

// KongTargetSpec is the desired state of a KongTarget.
//
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongTargetSpec struct {
	// UpstreamRef names the KongUpstream; required and immutable.
	//
	// +konnectkit:refers:kind=KongUpstream,role=parent
	UpstreamRef commonv1alpha1.NamespacedRef `json:"upstreamRef"`

	// Adopt takes over a target that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Target is a host name or IP address with an optional port, which is 8000 when left out.
	Target string `json:"target"`

	// Weight of the target in its upstream, 0 to 65535; 0 takes it out of use, unset means 100.
	//
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=65535
	// +kubebuilder:default:=100
	Weight *int `json:"weight,omitempty"`

	// Tags of the target.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}
