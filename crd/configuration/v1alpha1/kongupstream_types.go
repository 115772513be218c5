package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongUpstream describes an upstream of a gateway: how requests are balanced
// over targets. A KongService uses it by naming it as its host.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
type KongUpstream struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongUpstreamSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongUpstreamStatus `json:"status,omitempty"`
}

// KongUpstreamSpec is the desired state of a KongUpstream.
//
// +kubebuilder:validation:XValidation:rule="self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_on) || self.hash_on != 'header' || has(self.hash_on_header)",message="hash_on_header is required when hash_on is header"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_on) || self.hash_on != 'cookie' || has(self.hash_on_cookie)",message="hash_on_cookie is required when hash_on is cookie"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_on) || self.hash_on != 'cookie' || has(self.hash_on_cookie_path)",message="hash_on_cookie_path is required when hash_on is cookie"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_on) || self.hash_on != 'query_arg' || has(self.hash_on_query_arg)",message="hash_on_query_arg is required when hash_on is query_arg"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_on) || self.hash_on != 'uri_capture' || has(self.hash_on_uri_capture)",message="hash_on_uri_capture is required when hash_on is uri_capture"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_fallback) || self.hash_fallback != 'header' || has(self.hash_fallback_header)",message="hash_fallback_header is required when hash_fallback is header"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_fallback) || self.hash_fallback != 'cookie' || has(self.hash_on_cookie)",message="hash_on_cookie is required when hash_fallback is cookie"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_fallback) || self.hash_fallback != 'cookie' || has(self.hash_on_cookie_path)",message="hash_on_cookie_path is required when hash_fallback is cookie"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_fallback) || self.hash_fallback != 'query_arg' || has(self.hash_fallback_query_arg)",message="hash_fallback_query_arg is required when hash_fallback is query_arg"
// +kubebuilder:validation:XValidation:rule="!has(self.hash_fallback) || self.hash_fallback != 'uri_capture' || has(self.hash_fallback_uri_capture)",message="hash_fallback_uri_capture is required when hash_fallback is uri_capture"
// +kubebuilder:validation:XValidation:rule="!has(self.algorithm) || self.algorithm != 'sticky-sessions' || has(self.sticky_sessions_cookie)",message="sticky_sessions_cookie is required when algorithm is sticky-sessions"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
// +kubebuilder:validation:XValidation:rule="!has(self.client_certificate) || !has(self.clientCertificateRef)",message="client_certificate and clientCertificateRef exclude each other"
type KongUpstreamSpec struct {
	// ControlPlaneRef names the control plane that holds the upstream; required.
	//
	// +required
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over an upstream that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Name is a host name that is unique in the control plane. The CRD lets it be
	// left out; Konnect requires it.
	//
	// +optional
	Name *string `json:"name,omitempty"`

	// Algorithm is round-robin, consistent-hashing, least-connections, latency or
	// sticky-sessions; unset means round-robin.
	//
	// +optional
	Algorithm *string `json:"algorithm,omitempty"`

	// HashOn says what consistent hashing looks at: none, consumer, ip, header,
	// cookie, path, query_arg or uri_capture; unset means none.
	//
	// +optional
	HashOn *string `json:"hash_on,omitempty"`

	// HashOnHeader is required with hash_on: header.
	//
	// +optional
	HashOnHeader *string `json:"hash_on_header,omitempty"`

	// HashOnCookie is required with hash_on or hash_fallback: cookie.
	//
	// +optional
	HashOnCookie *string `json:"hash_on_cookie,omitempty"`

	// HashOnCookiePath is required with hash_on or hash_fallback: cookie; unset means /.
	//
	// +optional
	HashOnCookiePath *string `json:"hash_on_cookie_path,omitempty"`

	// HashOnQueryArg is required with hash_on: query_arg.
	//
	// +optional
	HashOnQueryArg *string `json:"hash_on_query_arg,omitempty"`

	// HashOnURICapture is required with hash_on: uri_capture.
	//
	// +optional
	HashOnURICapture *string `json:"hash_on_uri_capture,omitempty"`

	// HashFallback is looked at where hash_on finds nothing; values as for
	// hash_on, unset means none.
	//
	// +optional
	HashFallback *string `json:"hash_fallback,omitempty"`

	// HashFallbackHeader is required with hash_fallback: header.
	//
	// +optional
	HashFallbackHeader *string `json:"hash_fallback_header,omitempty"`

	// HashFallbackQueryArg is required with hash_fallback: query_arg.
	//
	// +optional
	HashFallbackQueryArg *string `json:"hash_fallback_query_arg,omitempty"`

	// HashFallbackURICapture is required with hash_fallback: uri_capture.
	//
	// +optional
	HashFallbackURICapture *string `json:"hash_fallback_uri_capture,omitempty"`

	// Healthchecks of the targets; unset means Konnect's default, which checks nothing.
	//
	// +optional
	Healthchecks *Healthchecks `json:"healthchecks,omitempty"`

	// HostHeader is sent to the targets in place of the service's host; unset sends that.
	//
	// +optional
	HostHeader *string `json:"host_header,omitempty"`

	// Slots of the balancer, 10 to 65536; unset means 10000.
	//
	// +optional
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=65536
	Slots *int64 `json:"slots,omitempty"`

	// StickySessionsCookie is required with algorithm: sticky-sessions.
	//
	// +optional
	StickySessionsCookie *string `json:"sticky_sessions_cookie,omitempty"`

	// StickySessionsCookiePath of that cookie; unset means /.
	//
	// +optional
	StickySessionsCookiePath *string `json:"sticky_sessions_cookie_path,omitempty"`

	// UseSrvName takes the Host header from DNS SRV records; unset means false.
	//
	// +optional
	UseSrvName *bool `json:"use_srv_name,omitempty"`

	// ClientCertificateRef names a KongCertificate to present to the targets. It
	// excludes client_certificate.
	//
	// +optional
	// +konnectkit:refers:kind=KongCertificate
	ClientCertificateRef *commonv1alpha1.NamespacedRef `json:"clientCertificateRef,omitempty"`

	// ClientCertificate is a certificate to present to the targets, by its
	// Konnect ID. It excludes clientCertificateRef.
	//
	// +optional
	ClientCertificate *UpstreamClientCertificate `json:"client_certificate,omitempty"`

	// Tags of the upstream.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}

// UpstreamClientCertificate is a certificate by its Konnect ID.
type UpstreamClientCertificate struct {
	// ID is the Konnect ID of the certificate.
	//
	// +optional
	ID *string `json:"id,omitempty"`
}

// KongUpstreamKonnectStatus identifies an upstream and its certificate in Konnect.
type KongUpstreamKonnectStatus struct {
	commonv1alpha1.KonnectEntityStatus `json:",inline"`

	// ControlPlaneID is the Konnect ID of the control plane.
	//
	// +optional
	ControlPlaneID string `json:"controlPlaneID,omitempty"`

	// CertificateID is the Konnect ID of the client certificate.
	//
	// +optional
	CertificateID string `json:"certificateID,omitempty"`
}
