package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongRoute describes a route of a gateway: which requests reach a service.
//
// +kubebuilder:object:root=true
// +konnectkit:plugins
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,categories=kong
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=='Programmed')].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="!has(self.spec.protocols) || !('http' in self.spec.protocols) || has(self.spec.hosts) || has(self.spec.methods) || has(self.spec.paths) || has(self.spec.headers)",message="spec.protocols with http needs one of hosts, methods, paths and headers"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.spec.controlPlaneRef) || has(self.spec.controlPlaneRef)",message="spec.controlPlaneRef must not be removed"
// +kubebuilder:validation:XValidation:rule="!has(self.spec.controlPlaneRef) || !has(self.status) ? true : self.status.conditions.exists(c, c.type == 'Programmed' && c.status == 'True') ? self.spec.controlPlaneRef == oldSelf.spec.controlPlaneRef : true",message="spec.controlPlaneRef is immutable once the object is Programmed"
// +kubebuilder:validation:XValidation:rule="has(self.spec.id) ? has(oldSelf.spec.id) && self.spec.id == oldSelf.spec.id : !has(oldSelf.spec.id)",message="spec.id is immutable"
type KongRoute struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the desired state.
	Spec KongRouteSpec `json:"spec"`

	// Status is the state that was last observed.
	//
	// +optional
	// +kubebuilder:default={conditions: {{type: "Programmed", status: "Unknown", reason: "Pending", message: "Waiting for controller", lastTransitionTime: "1970-01-01T00:00:00Z"}}}
	Status KongRouteStatus `json:"status,omitempty"`
}

// KongRouteSpec is the desired state of a KongRoute. A route belongs to a
// service, and through it to a control plane, or to a control plane alone.
//
// +kubebuilder:validation:XValidation:rule="!has(self.controlPlaneRef) || self.controlPlaneRef.type != 'kic'",message="controlPlaneRef must not be of type kic, the default"
// +kubebuilder:validation:XValidation:rule="!has(self.adopt) || has(self.serviceRef) || has(self.controlPlaneRef) && self.controlPlaneRef.type == 'konnectNamespacedRef'",message="adopt needs a serviceRef or a controlPlaneRef of type konnectNamespacedRef"
// +kubebuilder:validation:XValidation:rule="has(self.adopt) == has(oldSelf.adopt)",message="adopt must be neither added nor removed"
type KongRouteSpec struct {
	// ControlPlaneRef names the control plane of a route without a service; unset
	// takes that of ServiceRef.
	//
	// +optional
	ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:"controlPlaneRef,omitempty"`

	// ServiceRef names the service that requests go to; unset makes a route
	// without a service.
	//
	// +optional
	// +konnectkit:refers:kind=KongService,role=parent
	ServiceRef *ServiceRef `json:"serviceRef,omitempty"`

	// Adopt takes over a route that exists in Konnect; unset creates one.
	//
	// +optional
	Adopt *commonv1alpha1.AdoptOptions `json:"adopt,omitempty"`

	// ID is the UUID that the route is created with; unset lets the library
	// derive one. It is immutable.
	//
	// +optional
	ID *string `json:"id,omitempty"`

	// Name is unique in the control plane; unset leaves the route unnamed.
	//
	// +optional
	Name *string `json:"name,omitempty"`

	// Protocols that the route accepts, all of one family: http and https; grpc
	// and grpcs; ws and wss; tcp, tls and udp; or tls_passthrough. Empty means
	// https on creation, and later what Konnect holds.
	//
	// +optional
	Protocols []string `json:"protocols,omitzero"`

	// Hosts that match the Host header; one * may stand for the first or last label.
	//
	// +optional
	Hosts []string `json:"hosts,omitzero"`

	// Paths that match: prefixes that start with /, regular expressions that
	// start with ~/.
	//
	// +optional
	Paths []string `json:"paths,omitzero"`

	// Methods that match, in upper case.
	//
	// +optional
	Methods []string `json:"methods,omitzero"`

	// Headers that match: per name the values accepted. Host is not allowed here.
	//
	// +optional
	Headers map[string][]string `json:"headers,omitzero"`

	// SNIs that match, for protocols over TLS.
	//
	// +optional
	SNIs []string `json:"snis,omitzero"`

	// Sources are the client addresses that match, for stream protocols.
	//
	// +optional
	Sources []RouteEndpoint `json:"sources,omitzero"`

	// Destinations are the local addresses that match, for stream protocols.
	//
	// +optional
	Destinations []RouteEndpoint `json:"destinations,omitzero"`

	// HTTPSRedirectStatusCode answers plain http where only https is accepted:
	// 301, 302, 307, 308 or 426; unset means 426.
	//
	// +optional
	HTTPSRedirectStatusCode *int64 `json:"https_redirect_status_code,omitempty"`

	// PathHandling joins the service's and the request's path: v0 or v1; unset means v0.
	//
	// +optional
	PathHandling *string `json:"path_handling,omitempty"`

	// PreserveHost sends the request's Host header on; unset means false.
	//
	// +optional
	PreserveHost *bool `json:"preserve_host,omitempty"`

	// RegexPriority orders routes with regular expressions, higher first; unset means 0.
	//
	// +optional
	RegexPriority *int64 `json:"regex_priority,omitempty"`

	// RequestBuffering reads a request whole before it is sent on; unset means true.
	//
	// +optional
	RequestBuffering *bool `json:"request_buffering,omitempty"`

	// ResponseBuffering reads a response whole before it is sent on; unset means true.
	//
	// +optional
	ResponseBuffering *bool `json:"response_buffering,omitempty"`

	// StripPath removes the matching prefix from the request; unset means true,
	// and false for grpc and grpcs, which do not allow it.
	//
	// +optional
	StripPath *bool `json:"strip_path,omitempty"`

	// Tags of the route.
	//
	// +optional
	Tags commonv1alpha1.Tags `json:"tags,omitzero"`
}

// ServiceRefNamespacedRef is the only value of ServiceRef.Type.
const ServiceRefNamespacedRef = "namespacedRef"

// ServiceRef names the KongService of a route.
//
// +kubebuilder:validation:XValidation:rule="has(self.type) && has(self.namespacedRef)",message="type and namespacedRef must be set"
type ServiceRef struct {
	// Type is namespacedRef.
	//
	// +optional
	// +kubebuilder:validation:Enum=namespacedRef
	Type string `json:"type,omitempty" crd:"nonempty"`

	// NamespacedRef names the KongService; required with type: namespacedRef.
	//
	// +optional
	NamespacedRef *commonv1alpha1.NamespacedRef `json:"namespacedRef,omitempty"`
}

// RouteEndpoint is an address that a stream route matches; one of IP and Port
// must be set for Konnect.
type RouteEndpoint struct {
	// IP is an address or a CIDR range; unset matches any.
	//
	// +optional
	IP *string `json:"ip,omitempty"`

	// Port is 0 to 65535; unset matches any.
	//
	// +optional
	Port *int64 `json:"port,omitempty"`
}
