package ingress

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Input is what a cluster holds. It is only read, and the order of its lists does not
// matter. An object without a namespace is in the default one.
type Input struct {
	Ingresses []networkingv1.Ingress
	// IngressClasses are needed to know the default one.
	IngressClasses []networkingv1.IngressClass

	// Services are those that Ingresses name. One that is missing does not exist.
	Services       []corev1.Service
	EndpointSlices []discoveryv1.EndpointSlice
	// Secrets are those that Ingresses and Services name; their values are not looked at.
	// One that is missing does not exist.
	Secrets []corev1.Secret

	// KongPlugins and KongClusterPlugins are those that Ingresses and Services name. One
	// that is missing does not exist.
	KongPlugins        []configurationv1.KongPlugin
	KongClusterPlugins []configurationv1.KongClusterPlugin
	// KongReferenceGrants let the control plane's namespace refer to KongPlugins and
	// Secrets of others.
	KongReferenceGrants []configurationv1alpha1.KongReferenceGrant

	// ControlPlane says which KonnectGatewayControlPlane an Ingress class stands for; the
	// zero Key where it is none of the caller's. The class is empty for Ingresses that name
	// none where there is no default. Required.
	ControlPlane func(class string) crd.Key
}

// Option changes what Translate does.
type Option func(*options)

type options struct{ strict bool }

// Strict refuses what Translate would warn of otherwise, such as a wildcard host.
func Strict() Option { return func(o *options) { o.strict = true } }
