package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongUpstream describes an upstream of a gateway: how requests are balanced
// over targets. A KongService uses it by naming it as its host.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
type KongUpstream struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongUpstreamSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	Status KongUpstreamStatus `json:"status,omitempty"`
}

// KongUpstreamSpec is the desired state of a KongUpstream.
type KongUpstreamSpec struct {
	// ControlPlaneRef names the control plane that holds the upstream; required.
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// Adopt takes over an upstream that exists in Konnect; nil creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// Name is a host name that is unique in the control plane. The CRD lets it be
	// left out; Konnect requires it.
	//
	// +optional
	Name *string `json:"name,omitempty"`

	// Algorithm is round-robin, consistent-hashing, least-connections, latency or
	// sticky-sessions; nil means round-robin.
	//
	// +optional
	Algorithm *string `json:"algorithm,omitempty"`

	// HashOn says what consistent hashing looks at: none, consumer, ip, header,
	// cookie, path, query_arg or uri_capture; nil means none.
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

	// HashOnCookiePath is required with hash_on or hash_fallback: cookie; nil means /.
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
	// hash_on, nil means none.
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

	// Healthchecks of the targets; nil means Konnect's default, which checks nothing.
	//
	// +optional
	Healthchecks *Healthchecks `json:"healthchecks,omitempty"`

	// HostHeader is sent to the targets in place of the service's host; nil sends that.
	//
	// +optional
	HostHeader *string `json:"host_header,omitempty"`

	// Slots of the balancer, 10 to 65536; nil means 10000.
	//
	// +optional
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=65536
	Slots *int64 `json:"slots,omitempty"`

	// StickySessionsCookie is required with algorithm: sticky-sessions.
	//
	// +optional
	StickySessionsCookie *string `json:"sticky_sessions_cookie,omitempty"`

	// StickySessionsCookiePath of that cookie; nil means /.
	//
	// +optional
	StickySessionsCookiePath *string `json:"sticky_sessions_cookie_path,omitempty"`

	// UseSrvName takes the Host header from DNS SRV records; nil means false.
	//
	// +optional
	UseSrvName *bool `json:"use_srv_name,omitempty"`

	// ClientCertificateRef names a KongCertificate to present to the targets. It
	// excludes client_certificate.
	//
	// +optional
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

// KongUpstreamStatus is the observed state of a KongUpstream.
type KongUpstreamStatus struct {
	// Konnect identifies the entity; nil before it exists.
	//
	// +optional
	Konnect *KongUpstreamKonnectStatus `json:"konnect,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`
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

// KongUpstreamList is a list of KongUpstreams.
//
// +kubebuilder:object:root=true
type KongUpstreamList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KongUpstream `json:"items"`
}

// GVK implements crd.Object.
func (*KongUpstream) GVK() schema.GroupVersionKind { return GroupVersion.WithKind("KongUpstream") }

// References implements crd.Object.
func (u *KongUpstream) References() []crd.Reference {
	var refs []crd.Reference
	if ref, ok := u.Spec.ControlPlaneRef.Reference(crd.NamespaceOf(u)); ok {
		refs = append(refs, ref)
	}
	if ref := u.Spec.ClientCertificateRef; ref != nil {
		refs = append(refs, certificateReference(u, ref))
	}
	return refs
}

// GetAdopt returns spec.adopt.
func (u *KongUpstream) GetAdopt() *commonv1alpha1.AdoptOptions { return u.Spec.Adopt }

// GetConditions implements crd.Object.
func (u *KongUpstream) GetConditions() []metav1.Condition { return u.Status.Conditions }

// SetConditions implements crd.Object.
func (u *KongUpstream) SetConditions(conditions []metav1.Condition) { u.Status.Conditions = conditions }

// GetKonnectStatus implements crd.Object.
func (u *KongUpstream) GetKonnectStatus() crd.KonnectStatus {
	if u.Status.Konnect == nil {
		return crd.KonnectStatus{}
	}
	status := u.Status.Konnect.KonnectStatus()
	status.ControlPlaneID = u.Status.Konnect.ControlPlaneID
	return status
}

// SetKonnectStatus implements crd.Object.
func (u *KongUpstream) SetKonnectStatus(status crd.KonnectStatus) {
	if status == (crd.KonnectStatus{}) {
		u.Status.Konnect = nil
		return
	}
	if u.Status.Konnect == nil {
		u.Status.Konnect = &KongUpstreamKonnectStatus{}
	}
	u.Status.Konnect.KonnectEntityStatus = commonv1alpha1.NewKonnectEntityStatus(status)
	u.Status.Konnect.ControlPlaneID = status.ControlPlaneID
}
