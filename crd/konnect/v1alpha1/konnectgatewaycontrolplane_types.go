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
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="ID",type=string,JSONPath=`.status.id`
// +kubebuilder:printcolumn:name="OrgID",type=string,JSONPath=`.status.organizationID`
// +kubebuilder:deprecatedversion:warning="KonnectGatewayControlPlane v1alpha1 is deprecated, use v1alpha2"
// +kubebuilder:validation:XValidation:rule="!has(self.status) || !has(self.status.conditions) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.konnect.authRef == oldSelf.spec.konnect.authRef : true",message="spec.konnect.authRef is immutable once the control plane is Programmed"
// +kubebuilder:validation:XValidation:rule="!has(self.status) || !has(self.status.conditions) ? true : self.status.conditions.exists(c, c.type == 'APIAuthValid' && c.status == 'True') ? self.spec.konnect.authRef == oldSelf.spec.konnect.authRef : true",message="spec.konnect.authRef is immutable once its credentials are valid"
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
//
// +kubebuilder:validation:XValidation:rule="!has(self.labels) || size(self.labels) <= 40",message="labels must have at most 40 entries"
// +kubebuilder:validation:XValidation:rule="!has(self.labels) || self.labels.all(key, size(key) >= 1 && size(key) <= 63)",message="labels keys must have 1 to 63 characters"
// +kubebuilder:validation:XValidation:rule="!has(self.labels) || self.labels.all(key, size(self.labels[key]) >= 1 && size(self.labels[key]) <= 63)",message="labels values must have 1 to 63 characters"
// +kubebuilder:validation:XValidation:rule="!has(self.labels) || self.labels.all(key, !key.startsWith('k8s') && !key.startsWith('kong') && !key.startsWith('konnect') && !key.startsWith('mesh') && !key.startsWith('kic') && !key.startsWith('_') && !key.startsWith('insomnia'))",message="labels keys must not start with k8s, kong, konnect, mesh, kic, _ or insomnia"
// +kubebuilder:validation:XValidation:rule="!has(self.labels) || self.labels.all(key, key.matches('^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'))",message="labels keys must be letters, digits, - , _ and . between letters or digits"
// +kubebuilder:validation:XValidation:rule="!has(self.cluster_type) || self.cluster_type in ['CLUSTER_TYPE_CONTROL_PLANE', 'CLUSTER_TYPE_CONTROL_PLANE_GROUP', 'CLUSTER_TYPE_K8S_INGRESS_CONTROLLER']",message="cluster_type must be CLUSTER_TYPE_CONTROL_PLANE, CLUSTER_TYPE_CONTROL_PLANE_GROUP or CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"
// +kubebuilder:validation:XValidation:rule="!has(self.cluster_type) || self.cluster_type == 'CLUSTER_TYPE_CONTROL_PLANE_GROUP' || !has(self.members)",message="members must not be set unless the control plane is a group"
// +kubebuilder:validation:XValidation:rule="!has(self.cluster_type) || self.cluster_type != 'CLUSTER_TYPE_K8S_INGRESS_CONTROLLER' || !has(self.cloud_gateway)",message="cloud_gateway must not be set for cluster_type CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"
// +kubebuilder:validation:XValidation:rule="has(self.cluster_type) ? self.cluster_type == oldSelf.cluster_type : !has(oldSelf.cluster_type)",message="cluster_type is immutable"
// +kubebuilder:validation:XValidation:rule="self.source != 'Mirror' || !has(self.name) && !has(self.description) && !has(self.cluster_type) && !has(self.auth_type) && !has(self.cloud_gateway) && !has(self.proxy_urls) && !has(self.labels)",message="name, description, cluster_type, auth_type, cloud_gateway, proxy_urls and labels must not be set when source is Mirror"
// +kubebuilder:validation:XValidation:rule="self.source == oldSelf.source",message="source is immutable"
// +kubebuilder:validation:XValidation:rule="self.source != 'Mirror' || has(self.mirror)",message="mirror must be set when source is Mirror"
// +kubebuilder:validation:XValidation:rule="self.source != 'Origin' || !has(self.mirror)",message="mirror must not be set when source is Origin"
// +kubebuilder:validation:XValidation:rule="self.source != 'Origin' || has(self.name)",message="name must be set when source is Origin"
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
	Source string `json:"source,omitempty" crd:"nonempty"`

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
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:default={{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}
	Conditions []metav1.Condition `json:"conditions,omitzero"`
}
