package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// KonnectGatewayControlPlane is the old version of the control plane. It is not
// a crd.Object: it is decoded and converted to v1alpha2 with ConvertTo.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong;konnect
type KonnectGatewayControlPlane struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	//
	// +optional
	Spec KonnectGatewayControlPlaneSpec `json:"spec,omitempty"`

	// Status is the state that was last observed.
	//
	// +optional
	Status KonnectGatewayControlPlaneStatus `json:"status,omitempty"`
}

// KonnectGatewayControlPlaneSpec is the desired state of a
// KonnectGatewayControlPlane. What v1alpha2 keeps in createControlPlaneRequest
// stands directly in the spec here.
type KonnectGatewayControlPlaneSpec struct {
	// Name as in v1alpha2.
	//
	// +optional
	Name *string `json:"name,omitempty"`

	// Description as in v1alpha2.
	//
	// +optional
	Description *string `json:"description,omitempty"`

	// ClusterType as in v1alpha2.
	//
	// +optional
	ClusterType *string `json:"cluster_type,omitempty"`

	// AuthType as in v1alpha2.
	//
	// +optional
	AuthType *string `json:"auth_type,omitempty"`

	// CloudGateway as in v1alpha2.
	//
	// +optional
	CloudGateway *bool `json:"cloud_gateway,omitempty"`

	// ProxyURLs as in v1alpha2.
	//
	// +optional
	ProxyURLs []konnectv1alpha2.ProxyURL `json:"proxy_urls,omitzero"`

	// Labels as in v1alpha2.
	//
	// +optional
	Labels map[string]string `json:"labels,omitzero"`

	// Mirror as in v1alpha2.
	//
	// +optional
	Mirror *konnectv1alpha2.MirrorSpec `json:"mirror,omitempty"`

	// Source as in v1alpha2.
	//
	// +optional
	// +kubebuilder:validation:Enum=Origin;Mirror
	// +kubebuilder:default:=Origin
	Source string `json:"source,omitempty"`

	// Members as in v1alpha2.
	//
	// +optional
	Members []konnectv1alpha2.MemberRef `json:"members,omitzero"`

	// Konnect names the credentials; unset takes those of the client.
	//
	// +optional
	Konnect *KonnectConfiguration `json:"konnect,omitempty"`
}

// KonnectConfiguration names the credentials of a control plane.
type KonnectConfiguration struct {
	// APIAuthConfigurationRef names a KonnectAPIAuthConfiguration.
	APIAuthConfigurationRef KonnectAPIAuthConfigurationRef `json:"authRef"`
}

// KonnectAPIAuthConfigurationRef names a KonnectAPIAuthConfiguration of the same namespace.
type KonnectAPIAuthConfigurationRef struct {
	// Name of the object, at least 1 character.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
}

// KonnectGatewayControlPlaneStatus is the observed state of a KonnectGatewayControlPlane.
type KonnectGatewayControlPlaneStatus struct {
	commonv1alpha1.KonnectEntityStatus `json:",inline"`

	// Endpoints that data planes connect to.
	//
	// +optional
	Endpoints *konnectv1alpha2.KonnectEndpoints `json:"konnectEndpoints,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// KonnectGatewayControlPlaneList is a list of KonnectGatewayControlPlanes.
//
// +kubebuilder:object:root=true
type KonnectGatewayControlPlaneList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KonnectGatewayControlPlane `json:"items"`
}
