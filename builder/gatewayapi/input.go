package gatewayapi

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Input is what a cluster holds. It is only read, and the order of its lists does not
// matter. What a field is missing in, such as a namespace or a type that the API server
// fills in, has the default of its CRD. Objects in older versions of their API have the
// same shape, and are converted by their apiVersion.
type Input struct {
	Gateways        []gatewayv1.Gateway
	HTTPRoutes      []gatewayv1.HTTPRoute
	GRPCRoutes      []gatewayv1.GRPCRoute
	TLSRoutes       []gatewayv1.TLSRoute
	TCPRoutes       []gatewayv1.TCPRoute
	UDPRoutes       []gatewayv1.UDPRoute
	ReferenceGrants []gatewayv1.ReferenceGrant

	// Namespaces are needed where a listener selects the routes of some by their labels.
	Namespaces []corev1.Namespace
	// Services are those that routes name. One that is missing does not exist.
	Services       []corev1.Service
	EndpointSlices []discoveryv1.EndpointSlice
	// Secrets are those that listeners name; their values are not looked at. One that is
	// missing does not exist.
	Secrets []corev1.Secret

	// KongPlugins are those that routes name. One that is missing does not exist.
	KongPlugins []configurationv1.KongPlugin
	// KongReferenceGrants let the control plane's namespace refer to KongPlugins and
	// Secrets of others.
	KongReferenceGrants []configurationv1alpha1.KongReferenceGrant

	// ControlPlane says which KonnectGatewayControlPlane a Gateway stands for; the zero
	// Key where it is none of the caller's. Required.
	ControlPlane func(gateway *gatewayv1.Gateway) crd.Key
}
