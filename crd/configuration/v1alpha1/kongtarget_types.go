package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
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
	UpstreamRef commonv1alpha1.NamespacedRef `json:"upstreamRef"`

	// Adopt takes over a target that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Target is a host name or IP address with an optional port, which is 8000
	// when left out.
	Target string `json:"target"`

	// Weight of the target in its upstream, 0 to 65535; 0 takes it out of use,
	// unset means 100.
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

// KongTargetStatus is the observed state of a KongTarget.
type KongTargetStatus struct {
	// Konnect identifies the entity; unset before it exists.
	//
	// +optional
	Konnect *KongTargetKonnectStatus `json:"konnect,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty" crd:"nonempty"`
}

// KongTargetKonnectStatus identifies a target and its upstream in Konnect.
type KongTargetKonnectStatus struct {
	commonv1alpha1.KonnectEntityStatus `json:",inline"`

	// ControlPlaneID is the Konnect ID of the control plane.
	//
	// +optional
	ControlPlaneID string `json:"controlPlaneID,omitempty"`

	// UpstreamID is the Konnect ID of the upstream.
	//
	// +optional
	UpstreamID string `json:"upstreamID,omitempty"`
}

// KongTargetList is a list of KongTargets.
//
// +kubebuilder:object:root=true
type KongTargetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KongTarget `json:"items"`
}

// GVK implements crd.Object.
func (*KongTarget) GVK() schema.GroupVersionKind { return GroupVersion.WithKind("KongTarget") }

// UpstreamRefField is the path of the reference from a target to its upstream.
const UpstreamRefField = "spec.upstreamRef"

// References implements crd.Object.
func (t *KongTarget) References() []crd.Reference {
	return []crd.Reference{{
		Field: UpstreamRefField,
		To:    t.Spec.UpstreamRef.Key("KongUpstream", crd.NamespaceOf(t)),
		Role:  crd.RoleParent,
	}}
}

// GetAdopt returns spec.adopt.
func (t *KongTarget) GetAdopt() *commonv1alpha1.AdoptOptions { return t.Spec.Adopt }

// GetConditions implements crd.Object.
func (t *KongTarget) GetConditions() []metav1.Condition { return t.Status.Conditions }

// SetConditions implements crd.Object.
func (t *KongTarget) SetConditions(conditions []metav1.Condition) { t.Status.Conditions = conditions }

// GetKonnectStatus implements crd.Object.
func (t *KongTarget) GetKonnectStatus() crd.KonnectStatus {
	if t.Status.Konnect == nil {
		return crd.KonnectStatus{}
	}
	status := t.Status.Konnect.KonnectStatus()
	status.ControlPlaneID, status.ParentID = t.Status.Konnect.ControlPlaneID, t.Status.Konnect.UpstreamID
	return status
}

// SetKonnectStatus implements crd.Object.
func (t *KongTarget) SetKonnectStatus(status crd.KonnectStatus) {
	if status == (crd.KonnectStatus{}) {
		t.Status.Konnect = nil
		return
	}
	t.Status.Konnect = &KongTargetKonnectStatus{
		KonnectEntityStatus: commonv1alpha1.NewKonnectEntityStatus(status),
		ControlPlaneID:      status.ControlPlaneID,
		UpstreamID:          status.ParentID,
	}
}
