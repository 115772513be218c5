package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// KongRoute describes a route of a gateway: which requests reach a service.
//
// +kubebuilder:object:root=true
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

// KongRouteStatus is the observed state of a KongRoute.
type KongRouteStatus struct {
	// Konnect identifies the entity; unset before it exists.
	//
	// +optional
	Konnect *KongRouteKonnectStatus `json:"konnect,omitempty"`

	// Conditions of the object, at most 8, one per type.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty" crd:"nonempty"`
}

// KongRouteKonnectStatus identifies a route and its service in Konnect.
type KongRouteKonnectStatus struct {
	commonv1alpha1.KonnectEntityStatus `json:",inline"`

	// ControlPlaneID is the Konnect ID of the control plane.
	//
	// +optional
	ControlPlaneID string `json:"controlPlaneID,omitempty"`

	// ServiceID is the Konnect ID of the service; empty for a route without one.
	//
	// +optional
	ServiceID string `json:"serviceID,omitempty"`
}

// KongRouteList is a list of KongRoutes.
//
// +kubebuilder:object:root=true
type KongRouteList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KongRoute `json:"items"`
}

// GVK implements crd.Object.
func (*KongRoute) GVK() schema.GroupVersionKind { return GroupVersion.WithKind("KongRoute") }

// References implements crd.Object.
func (r *KongRoute) References() []crd.Reference {
	var refs []crd.Reference
	namespace := crd.NamespaceOf(r)
	if ref, ok := r.Spec.ControlPlaneRef.Reference(namespace); ok {
		refs = append(refs, ref)
	}
	if ref := r.Spec.ServiceRef; ref != nil && ref.NamespacedRef != nil {
		refs = append(refs, crd.Reference{
			Field: ServiceRefField,
			To:    ref.NamespacedRef.Key("KongService", namespace),
			Role:  crd.RoleParent,
		})
	}
	return refs
}

// ServiceRefField is the path of the reference from a route to its service.
const ServiceRefField = "spec.serviceRef.namespacedRef"

// GetAdopt returns spec.adopt.
func (r *KongRoute) GetAdopt() *commonv1alpha1.AdoptOptions { return r.Spec.Adopt }

// GetConditions implements crd.Object.
func (r *KongRoute) GetConditions() []metav1.Condition { return r.Status.Conditions }

// SetConditions implements crd.Object.
func (r *KongRoute) SetConditions(conditions []metav1.Condition) { r.Status.Conditions = conditions }

// GetKonnectStatus implements crd.Object.
func (r *KongRoute) GetKonnectStatus() crd.KonnectStatus {
	if r.Status.Konnect == nil {
		return crd.KonnectStatus{}
	}
	status := r.Status.Konnect.KonnectStatus()
	status.ControlPlaneID, status.ParentID = r.Status.Konnect.ControlPlaneID, r.Status.Konnect.ServiceID
	return status
}

// SetKonnectStatus implements crd.Object.
func (r *KongRoute) SetKonnectStatus(status crd.KonnectStatus) {
	if status == (crd.KonnectStatus{}) {
		r.Status.Konnect = nil
		return
	}
	r.Status.Konnect = &KongRouteKonnectStatus{
		KonnectEntityStatus: commonv1alpha1.NewKonnectEntityStatus(status),
		ControlPlaneID:      status.ControlPlaneID,
		ServiceID:           status.ParentID,
	}
}
