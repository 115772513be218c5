package v1alpha2

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// Values of KonnectGatewayControlPlaneSpec.Source.
const (
	SourceOrigin = "Origin"
	SourceMirror = "Mirror"
)

// Values of CreateControlPlaneRequest.ClusterType that the CRD accepts.
const (
	ClusterTypeControlPlane      = "CLUSTER_TYPE_CONTROL_PLANE"
	ClusterTypeIngressController = "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"
	ClusterTypeControlPlaneGroup = "CLUSTER_TYPE_CONTROL_PLANE_GROUP"
)

// KonnectGatewayControlPlane describes a control plane: one that is created, a
// group of others, or a mirror of one that something else looks after.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong;konnect
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="ID",type=string,JSONPath=`.status.id`
// +kubebuilder:printcolumn:name="OrgID",type=string,JSONPath=`.status.organizationID`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="!has(self.status) || !has(self.status.conditions) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.konnect.authRef == oldSelf.spec.konnect.authRef : true",message="spec.konnect.authRef is immutable once the control plane is Programmed"
// +kubebuilder:validation:XValidation:rule="!has(self.status) || !has(self.status.conditions) ? true : self.status.conditions.exists(c, c.type == 'APIAuthValid' && c.status == 'True') ? self.spec.konnect.authRef == oldSelf.spec.konnect.authRef : true",message="spec.konnect.authRef is immutable once its credentials are valid"
// +kubebuilder:storageversion
type KonnectGatewayControlPlane struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KonnectGatewayControlPlaneSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	Status KonnectGatewayControlPlaneStatus `json:"status,omitempty"`
}

// KonnectGatewayControlPlaneSpec is the desired state of a KonnectGatewayControlPlane.
//
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.labels) || size(self.createControlPlaneRequest.labels) <= 40",message="createControlPlaneRequest.labels must have at most 40 entries"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.labels) || self.createControlPlaneRequest.labels.all(key, size(key) >= 1 && size(key) <= 63)",message="createControlPlaneRequest.labels keys must have 1 to 63 characters"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.labels) || self.createControlPlaneRequest.labels.all(key, size(self.createControlPlaneRequest.labels[key]) >= 1 && size(self.createControlPlaneRequest.labels[key]) <= 63)",message="createControlPlaneRequest.labels values must have 1 to 63 characters"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.labels) || self.createControlPlaneRequest.labels.all(key, !key.startsWith('k8s') && !key.startsWith('kong') && !key.startsWith('konnect') && !key.startsWith('mesh') && !key.startsWith('kic') && !key.startsWith('_') && !key.startsWith('insomnia'))",message="createControlPlaneRequest.labels keys must not start with k8s, kong, konnect, mesh, kic, _ or insomnia"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.labels) || self.createControlPlaneRequest.labels.all(key, key.matches('^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'))",message="createControlPlaneRequest.labels keys must be letters, digits, - , _ and . between letters or digits"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.cluster_type) || self.createControlPlaneRequest.cluster_type in ['CLUSTER_TYPE_CONTROL_PLANE', 'CLUSTER_TYPE_CONTROL_PLANE_GROUP', 'CLUSTER_TYPE_K8S_INGRESS_CONTROLLER']",message="createControlPlaneRequest.cluster_type must be CLUSTER_TYPE_CONTROL_PLANE, CLUSTER_TYPE_CONTROL_PLANE_GROUP or CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.cluster_type) || self.createControlPlaneRequest.cluster_type == 'CLUSTER_TYPE_CONTROL_PLANE_GROUP' || !has(self.members)",message="members must not be set unless the control plane is a group"
// +kubebuilder:validation:XValidation:rule="!has(self.createControlPlaneRequest) || !has(self.createControlPlaneRequest.cluster_type) || self.createControlPlaneRequest.cluster_type != 'CLUSTER_TYPE_K8S_INGRESS_CONTROLLER' || !has(self.createControlPlaneRequest.cloud_gateway)",message="createControlPlaneRequest.cloud_gateway must not be set for cluster_type CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"
// +kubebuilder:validation:XValidation:rule="has(self.createControlPlaneRequest) ? has(oldSelf.createControlPlaneRequest) && (has(self.createControlPlaneRequest.cluster_type) ? self.createControlPlaneRequest.cluster_type == oldSelf.createControlPlaneRequest.cluster_type : !has(oldSelf.createControlPlaneRequest.cluster_type)) : !has(oldSelf.createControlPlaneRequest)",message="createControlPlaneRequest.cluster_type is immutable, and createControlPlaneRequest is neither added nor removed"
// +kubebuilder:validation:XValidation:rule="self.source != 'Mirror' || !has(self.createControlPlaneRequest)",message="createControlPlaneRequest must not be set when source is Mirror"
// +kubebuilder:validation:XValidation:rule="self.source == oldSelf.source",message="source is immutable"
// +kubebuilder:validation:XValidation:rule="self.source != 'Mirror' || has(self.mirror)",message="mirror must be set when source is Mirror"
// +kubebuilder:validation:XValidation:rule="self.source != 'Origin' || !has(self.mirror)",message="mirror must not be set when source is Origin"
// +kubebuilder:validation:XValidation:rule="self.source != 'Origin' || has(self.createControlPlaneRequest)",message="createControlPlaneRequest must be set when source is Origin"
type KonnectGatewayControlPlaneSpec struct {
	// CreateControlPlaneRequest is what the control plane is created with;
	// required with source: Origin, and excluded by source: Mirror.
	//
	// +optional
	CreateControlPlaneRequest *CreateControlPlaneRequest `json:"createControlPlaneRequest,omitempty"`

	// Mirror names a control plane that exists; required with source: Mirror,
	// and excluded by source: Origin.
	//
	// +optional
	Mirror *MirrorSpec `json:"mirror,omitempty"`

	// Source is Origin (the control plane is created and kept as the spec says)
	// or Mirror (it is only read); empty means Origin. It is immutable.
	//
	// +optional
	// +kubebuilder:validation:Enum=Origin;Mirror
	// +kubebuilder:default:=Origin
	Source string `json:"source,omitempty" crd:"nonempty"`

	// Members are the control planes of a group, by name in the same namespace.
	// A group has exactly these members.
	//
	// +optional
	Members []MemberRef `json:"members,omitzero"`

	// Konnect names the credentials; unset takes those of the client, which a
	// cluster does not have.
	//
	// +optional
	Konnect *KonnectConfiguration `json:"konnect,omitempty"`
}

// CreateControlPlaneRequest is what a control plane is created with.
type CreateControlPlaneRequest struct {
	// Name is unique in the organisation, 2 to 256 characters.
	Name string `json:"name"`

	// Description is at most 2048 characters; unset means empty.
	//
	// +optional
	Description *string `json:"description,omitempty"`

	// ClusterType is CLUSTER_TYPE_CONTROL_PLANE, CLUSTER_TYPE_CONTROL_PLANE_GROUP
	// or CLUSTER_TYPE_K8S_INGRESS_CONTROLLER; unset means the first. It is immutable.
	//
	// +optional
	ClusterType *string `json:"cluster_type,omitempty"`

	// AuthType of data planes is pinned_client_certs or pki_client_certs; unset
	// means pinned_client_certs.
	//
	// +optional
	AuthType *string `json:"auth_type,omitempty"`

	// CloudGateway tells whether data planes run in Konnect's own cloud; unset
	// means false. Konnect does not let it change.
	//
	// +optional
	CloudGateway *bool `json:"cloud_gateway,omitempty"`

	// ProxyURLs tell where the data planes can be reached, at most 5.
	//
	// +optional
	ProxyURLs []ProxyURL `json:"proxy_urls,omitzero"`

	// Labels of the control plane, at most 40. Labels in Konnect under other
	// keys are left alone.
	//
	// +optional
	Labels map[string]string `json:"labels,omitzero"`
}

// ProxyURL tells where data planes can be reached.
type ProxyURL struct {
	// Host, 1 to 120 characters.
	Host string `json:"host"`

	// Port, from 1.
	Port int64 `json:"port"`

	// Protocol, 1 to 32 characters.
	Protocol string `json:"protocol"`
}

// MirrorSpec names a control plane that something else looks after.
type MirrorSpec struct {
	// Konnect identifies the control plane.
	Konnect MirrorKonnect `json:"konnect"`
}

// MirrorKonnect identifies a control plane in Konnect.
type MirrorKonnect struct {
	// ID is the UUID of the control plane, in lower case.
	//
	// +kubebuilder:validation:MaxLength=36
	// +kubebuilder:validation:Pattern=`^[0-9a-f]{8}(?:\-[0-9a-f]{4}){3}-[0-9a-f]{12}$`
	ID string `json:"id"`
}

// MemberRef names a control plane of the same namespace.
//
// +structType=atomic
type MemberRef struct {
	// Name of the object.
	//
	// +optional
	// +kubebuilder:default:=""
	Name string `json:"name,omitempty"`
}

// KonnectConfiguration names the credentials of a control plane.
type KonnectConfiguration struct {
	// APIAuthConfigurationRef names a KonnectAPIAuthConfiguration.
	APIAuthConfigurationRef KonnectAPIAuthConfigurationRef `json:"authRef"`
}

// KonnectAPIAuthConfigurationRef names a KonnectAPIAuthConfiguration.
type KonnectAPIAuthConfigurationRef struct {
	// Name of the object, at least 1 character.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// Namespace of the object, at least 1 character; unset means the referrer's.
	// Another namespace needs a KongReferenceGrant there.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	Namespace *string `json:"namespace,omitempty"`
}

// KonnectGatewayControlPlaneStatus is the observed state of a KonnectGatewayControlPlane.
type KonnectGatewayControlPlaneStatus struct {
	commonv1alpha1.KonnectEntityStatus `json:",inline"`

	// ClusterType as Konnect reports it.
	//
	// +optional
	ClusterType string `json:"clusterType,omitempty"`

	// Endpoints that data planes connect to; unset while unknown.
	//
	// +optional
	Endpoints *KonnectEndpoints `json:"konnectEndpoints,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:default={{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}
	Conditions []metav1.Condition `json:"conditions,omitzero"`
}

// KonnectEndpoints are what data planes connect to.
type KonnectEndpoints struct {
	// ControlPlane serves the configuration.
	//
	// +kubebuilder:validation:MinLength=1
	ControlPlane string `json:"controlPlane"`

	// Telemetry takes telemetry.
	//
	// +kubebuilder:validation:MinLength=1
	Telemetry string `json:"telemetry"`
}

// References implements crd.Object.
func (c *KonnectGatewayControlPlane) References() []crd.Reference {
	var refs []crd.Reference
	namespace := crd.NamespaceOf(c)
	if c.Spec.Konnect != nil {
		auth := c.Spec.Konnect.APIAuthConfigurationRef
		to := crd.Key{Group: crd.KonnectGroup, Kind: crd.APIAuthKind, Namespace: namespace, Name: auth.Name}
		if auth.Namespace != nil {
			to.Namespace = *auth.Namespace
		}
		refs = append(refs, crd.Reference{Field: "spec.konnect.authRef", To: to, Role: crd.RoleCredential})
	}
	for i, member := range c.Spec.Members {
		refs = append(refs, crd.Reference{
			Field: fmt.Sprintf("spec.members[%d]", i),
			To:    crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: namespace, Name: member.Name},
			Role:  crd.RoleUses,
		})
	}
	return refs
}

// IsMirror tells whether the control plane is only read.
func (c *KonnectGatewayControlPlane) IsMirror() bool { return c.Spec.Source == SourceMirror }

// ClusterType returns the cluster type that the spec asks for; empty for a
// mirror, whose type Konnect knows.
func (c *KonnectGatewayControlPlane) ClusterType() string {
	request := c.Spec.CreateControlPlaneRequest
	switch {
	case request == nil:
		return ""
	case request.ClusterType == nil:
		return ClusterTypeControlPlane
	default:
		return *request.ClusterType
	}
}

// GetKonnectStatus implements crd.Object.
func (c *KonnectGatewayControlPlane) GetKonnectStatus() crd.KonnectStatus {
	return c.Status.KonnectStatus()
}

// SetKonnectStatus implements crd.Object. A zero ID clears the cluster type and
// the endpoints too.
func (c *KonnectGatewayControlPlane) SetKonnectStatus(status crd.KonnectStatus) {
	c.Status.KonnectEntityStatus = commonv1alpha1.NewKonnectEntityStatus(status)
	if status.ID == "" {
		c.Status.ClusterType, c.Status.Endpoints = "", nil
	}
}

// GetKonnectLabels returns spec.createControlPlaneRequest.labels.
func (c *KonnectGatewayControlPlane) GetKonnectLabels() map[string]string {
	if c.Spec.CreateControlPlaneRequest == nil {
		return nil
	}
	return c.Spec.CreateControlPlaneRequest.Labels
}
