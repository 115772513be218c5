package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// KongReferenceGrant permits objects of other namespaces to refer to objects of
// its own namespace. It has no status and no entity in Konnect.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type KongReferenceGrant struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec says who may refer to what.
	//
	// +optional
	Spec KongReferenceGrantSpec `json:"spec,omitzero"`
}

// KongReferenceGrantSpec permits each referrer of From to refer to each target of To.
type KongReferenceGrantSpec struct {
	// From are the referrers, 1 to 16.
	//
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	From []ReferenceGrantFrom `json:"from"`

	// To are the targets in the grant's namespace, 1 to 16.
	//
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	To []ReferenceGrantTo `json:"to"`
}

// ReferenceGrantFrom is a kind of referrer in a namespace.
//
// +kubebuilder:validation:XValidation:rule="self.group != 'configuration.konghq.com' || self.kind in ['KongCACertificate', 'KongCertificate', 'KongConsumer', 'KongConsumerGroup', 'KongDataPlaneClientCertificate', 'KongKey', 'KongKeySet', 'KongPluginBinding', 'KongRoute', 'KongSNI', 'KongService', 'KongTarget', 'KongUpstream', 'KongVault']",message="kind of group configuration.konghq.com must be one of KongCACertificate, KongCertificate, KongConsumer, KongConsumerGroup, KongDataPlaneClientCertificate, KongKey, KongKeySet, KongPluginBinding, KongRoute, KongSNI, KongService, KongTarget, KongUpstream, KongVault"
// +kubebuilder:validation:XValidation:rule="self.group != 'gateway-operator.konghq.com' || self.kind == 'GatewayConfiguration'",message="kind of group gateway-operator.konghq.com must be GatewayConfiguration"
// +kubebuilder:validation:XValidation:rule=`(self.kind == 'KongVault') == (self.__namespace__ == "")`,message="namespace must be empty for kind KongVault and set for every other kind"
type ReferenceGrantFrom struct {
	// Group of the referrer, such as configuration.konghq.com.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	Group string `json:"group"`

	// Kind of the referrer, such as KongRoute.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`
	Kind string `json:"kind"`

	// Namespace of the referrer; empty for cluster-scoped kinds (KongVault) only.
	//
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Namespace string `json:"namespace"`
}

// ReferenceGrantTo is a kind of target, or one target by name.
//
// +kubebuilder:validation:XValidation:rule="self.group != 'core' || self.kind == 'Secret'",message="kind of group core must be Secret"
// +kubebuilder:validation:XValidation:rule="self.group != 'konnect.konghq.com' || self.kind in ['EventGatewayBackendCluster', 'EventGatewayListener', 'EventGatewayVirtualCluster', 'KonnectAPIAuthConfiguration', 'KonnectEventGateway', 'KonnectGatewayControlPlane', 'Portal']",message="kind of group konnect.konghq.com must be one of EventGatewayBackendCluster, EventGatewayListener, EventGatewayVirtualCluster, KonnectAPIAuthConfiguration, KonnectEventGateway, KonnectGatewayControlPlane, Portal"
// +kubebuilder:validation:XValidation:rule="self.group != 'configuration.konghq.com' || self.kind in ['KongCACertificate', 'KongCertificate', 'KongPlugin', 'KongService', 'KongUpstream']",message="kind of group configuration.konghq.com must be one of KongCACertificate, KongCertificate, KongPlugin, KongService, KongUpstream"
type ReferenceGrantTo struct {
	// Group of the target; core for Secrets.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	Group string `json:"group"`

	// Kind of the target, such as KongService.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`
	Kind string `json:"kind"`

	// Name of the target; unset means every object of the kind in the namespace.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name *string `json:"name,omitempty"`
}
