package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongService describes a service of a gateway: where requests are proxied to.
//
// +kubebuilder:object:root=true
// +konnectkit:plugins
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Host",type=string,JSONPath=`.spec.host`
// +kubebuilder:printcolumn:name="Protocol",type=string,JSONPath=`.spec.protocol`
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="!has(self.status) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
// +kubebuilder:validation:XValidation:rule="has(self.spec.id) ? has(oldSelf.spec.id) && self.spec.id == oldSelf.spec.id : !has(oldSelf.spec.id)",message="spec.id is immutable"
type KongService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongServiceSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongServiceStatus `json:"status,omitempty"`
}

// KongServiceSpec is the desired state of a KongService.
//
// +kubebuilder:validation:XValidation:rule="self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongServiceSpec struct {
	// ControlPlaneRef names the control plane that holds the service; required.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over a service that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// ID is the UUID that the service is created with; unset lets the library
	// derive one. It is immutable.
	//
	// +optional
	ID *string `json:"id,omitempty"`

	// Name is unique in the control plane; unset leaves the service unnamed.
	//
	// +optional
	Name *string `json:"name,omitempty"`

	// URL is short for protocol, host, port and path, all of which it replaces.
	// Konnect never returns it.
	//
	// +optional
	URL *string `json:"url,omitempty"`

	// Host is the host of the upstream server, or the name of a KongUpstream of
	// the same control plane; required, case-sensitive.
	Host string `json:"host"`

	// Protocol spoken with the upstream server, one of grpc, grpcs, http, https,
	// tcp, tls, tls_passthrough, udp, ws and wss; unset means http.
	//
	// +optional
	Protocol *string `json:"protocol,omitempty"`

	// Port of the upstream server, 0 to 65535; unset means 80.
	//
	// +optional
	Port *int64 `json:"port,omitempty"`

	// Path put before that of each request; unset means none.
	//
	// +optional
	Path *string `json:"path,omitempty"`

	// Retries after a failed attempt to proxy, 0 to 32767; unset means 5.
	//
	// +optional
	Retries *int64 `json:"retries,omitempty"`

	// ConnectTimeout is in milliseconds; unset means 60000.
	//
	// +optional
	ConnectTimeout *int64 `json:"connect_timeout,omitempty"`

	// ReadTimeout is the pause between two reads in milliseconds; unset means 60000.
	//
	// +optional
	ReadTimeout *int64 `json:"read_timeout,omitempty"`

	// WriteTimeout is the pause between two writes in milliseconds; unset means 60000.
	//
	// +optional
	WriteTimeout *int64 `json:"write_timeout,omitempty"`

	// Enabled is false for a service whose routes answer 404; unset means true.
	//
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// TLSVerify checks the upstream server's certificate; unset leaves it to the gateway.
	//
	// +optional
	TLSVerify *bool `json:"tls_verify,omitempty"`

	// TLSVerifyDepth is the longest chain accepted, 0 to 64; unset leaves it to the gateway.
	//
	// +optional
	TLSVerifyDepth *int64 `json:"tls_verify_depth,omitempty"`

	// ClientCertificateRef names a KongCertificate to present to the upstream
	// server; unset presents none.
	//
	// +optional
	// +konnectkit:refers:kind=KongCertificate
	ClientCertificateRef *commonv1alpha1.NamespacedRef `json:"clientCertificateRef,omitempty"`

	// CACertificateRefs name the KongCACertificates to check the upstream server
	// with; none leaves it to the gateway.
	//
	// +optional
	// +listType=atomic
	// +konnectkit:refers:kind=KongCACertificate
	CACertificateRefs []commonv1alpha1.NamespacedRef `json:"caCertificateRefs,omitzero"`

	// Tags of the service.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}

// KongServiceKonnectStatus identifies a service and what it refers to in Konnect.
type KongServiceKonnectStatus struct {
	commonv1alpha1.KonnectEntityStatus `json:",inline"`

	// ControlPlaneID is the Konnect ID of the control plane.
	//
	// +optional
	ControlPlaneID string `json:"controlPlaneID,omitempty"`

	// CertificateID is the Konnect ID of the client certificate.
	//
	// +optional
	CertificateID string `json:"certificateID,omitempty"`

	// CACertificateIDs are the Konnect IDs of the CA certificates.
	//
	// +optional
	// +listType=set
	CACertificateIDs []string `json:"caCertificateIDs,omitzero"`
}
