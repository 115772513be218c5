package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongVault describes a store of secrets to which other entities refer by its prefix, as
// in {vault://prefix/name}. It lies in no namespace.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=kv,categories=kong
// +kubebuilder:printcolumn:name="Backend Type",type=string,JSONPath=`.spec.backend`
// +kubebuilder:printcolumn:name="Prefix",type=string,JSONPath=`.spec.prefix`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Description",type=string,JSONPath=`.spec.description`,priority=1
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`
// +kubebuilder:validation:XValidation:rule="self.spec.prefix == oldSelf.spec.prefix",message="spec.prefix is immutable"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec.controlPlaneRef) || has(self.spec.controlPlaneRef)",message="spec.controlPlaneRef must not be removed"
// +kubebuilder:validation:XValidation:rule="!has(self.status) || !has(self.spec.controlPlaneRef) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongVault struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongVaultSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	Status KongVaultStatus `json:"status,omitzero"`
}

// KongVaultSpec is the desired state of a KongVault.
//
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || has(self.controlPlaneRef) && self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongVaultSpec struct {
	// ControlPlaneRef names the control plane that holds the vault, with its namespace,
	// where a KongReferenceGrant is needed. The CRD takes type kic and none at all, which
	// are for ingress controllers.
	//
	// +optional
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a vault that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Backend is the kind of store, such as env, aws, gcp, azure, hcv, conjur or konnect;
	// required.
	//
	// +kubebuilder:validation:MinLength=1
	Backend string `json:"backend"`

	// Prefix by which the vault is referred to, unique in the control plane and immutable;
	// required. Konnect wants lower-case letters, digits and inner hyphens, at least two.
	//
	// +kubebuilder:validation:MinLength=1
	Prefix string `json:"prefix"`

	// Description for people; unset means none.
	//
	// +optional
	Description string `json:"description,omitempty"`

	// Config of the backend, an object; Konnect fills in the defaults of what it leaves out.
	//
	// +optional
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:pruning:PreserveUnknownFields
	Config crd.JSON `json:"config,omitzero"`

	// Tags of the vault.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}

// KongVaultStatus is the observed state of a KongVault.
type KongVaultStatus struct {
	// Konnect identifies the entity; unset before it exists.
	//
	// +optional
	Konnect *KongVaultKonnectStatus `json:"konnect,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +required
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:default={{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}
	Conditions []metav1.Condition `json:"conditions,omitzero"`
}

// Default implements crd.Object. A status that says nothing at all stays so.
func (v *KongVault) Default() {
	v.SetGroupVersionKind(v.GVK())
	v.Namespace = ""
	v.Spec.ControlPlaneRef.Default()
	if v.Status.Konnect != nil && v.Status.Conditions == nil {
		v.Status.Conditions = crd.PendingConditions()
	}
}
