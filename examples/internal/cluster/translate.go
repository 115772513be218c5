package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/builder/ingress"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/core"
)

// Translation is what the objects of a cluster become.
type Translation struct {
	Objects  []crd.Object
	Warnings []string
}

// Classes returns the classes of Ingresses and Gateways, sorted.
func (o *Objects) Classes() []string {
	var classes []string
	_, _ = ingress.Translate(ingress.Input{
		Ingresses: o.ingresses, IngressClasses: o.ingressClasses,
		ControlPlane: func(class string) crd.Key {
			classes = append(classes, class)
			return crd.Key{}
		},
	})
	for i := range o.gateways {
		classes = append(classes, string(o.gateways[i].Spec.GatewayClassName))
	}
	slices.Sort(classes)
	return slices.Compact(classes)
}

// Translate makes Kong's objects for the classes that have a control plane; others are
// objects of Kong's in the same files. The error has all that is refused. With strict, what
// would be warned of is refused too.
func (o *Objects) Translate(planes map[string]crd.Key, others []crd.Object, strict bool) (*Translation, error) {
	k := kongsOf(others)
	result := &Translation{}
	err := errors.Join(o.translateIngresses(result, planes, k, strict), o.translateRoutes(result, planes, k, strict))
	if err != nil {
		return nil, err
	}
	return result, nil
}

func (o *Objects) translateIngresses(to *Translation, planes map[string]crd.Key, k kongs, strict bool) error {
	var opts []ingress.Option
	if strict {
		opts = append(opts, ingress.Strict())
	}
	result, err := ingress.Translate(ingress.Input{
		Ingresses: o.ingresses, IngressClasses: o.ingressClasses, Services: o.services, EndpointSlices: o.endpointSlices,
		Secrets: k.secrets, KongPlugins: k.plugins, KongClusterPlugins: k.clusterPlugins, KongReferenceGrants: k.grants,
		ControlPlane: func(class string) crd.Key { return planes[class] },
	}, opts...)
	if err != nil {
		return err
	}
	to.Objects = append(to.Objects, result.Objects...)
	for _, warning := range result.Warnings {
		to.Warnings = append(to.Warnings, warning.String())
	}
	return result.Err()
}

func (o *Objects) translateRoutes(to *Translation, planes map[string]crd.Key, k kongs, strict bool) error {
	var opts []gatewayapi.Option
	if strict {
		opts = append(opts, gatewayapi.Strict())
	}
	result, err := gatewayapi.Translate(gatewayapi.Input{
		Gateways: o.gateways, HTTPRoutes: o.httpRoutes, GRPCRoutes: o.grpcRoutes, TLSRoutes: o.tlsRoutes,
		TCPRoutes: o.tcpRoutes, UDPRoutes: o.udpRoutes, ReferenceGrants: o.referenceGrants,
		Namespaces: o.namespaces, Services: o.services, EndpointSlices: o.endpointSlices,
		Secrets: k.secrets, KongPlugins: k.plugins, KongReferenceGrants: k.grants,
		ControlPlane: func(g *gatewayv1.Gateway) crd.Key { return planes[string(g.Spec.GatewayClassName)] },
	}, opts...)
	if err != nil {
		return err
	}
	to.Objects = append(to.Objects, result.Objects...)
	for _, warning := range result.Warnings {
		to.Warnings = append(to.Warnings, warning.String())
	}
	var refused []error
	for _, route := range result.Routes {
		refused = append(refused, refusals(route)...)
	}
	return errors.Join(refused...)
}

// refusals are what a route's result says of what was not translated.
func refusals(route gatewayapi.RouteResult) []error {
	var refused []error
	for _, r := range route.Refused {
		refused = append(refused, fmt.Errorf("%s: %s", route.Key, r))
	}
	for _, parent := range route.Parents {
		for _, condition := range parent.Conditions {
			if condition.Status == metav1.ConditionFalse && len(route.Refused) == 0 {
				refused = append(refused, fmt.Errorf("%s: %s: %s", route.Key, condition.Reason, cmp.Or(condition.Message, condition.Type)))
			}
		}
	}
	return refused
}

// kongs are the objects of a batch that translations look at.
type kongs struct {
	secrets        []corev1.Secret
	plugins        []configurationv1.KongPlugin
	clusterPlugins []configurationv1.KongClusterPlugin
	grants         []configurationv1alpha1.KongReferenceGrant
}

func kongsOf(objects []crd.Object) kongs {
	k := kongs{
		plugins:        all[configurationv1.KongPlugin](objects),
		clusterPlugins: all[configurationv1.KongClusterPlugin](objects),
		grants:         all[configurationv1alpha1.KongReferenceGrant](objects),
	}
	for _, secret := range all[core.Secret](objects) {
		k.secrets = append(k.secrets, secret.Secret)
	}
	return k
}

// all returns the objects of a type.
func all[T any](objects []crd.Object) []T {
	var found []T
	for _, object := range objects {
		if typed, ok := any(object).(*T); ok {
			found = append(found, *typed)
		}
	}
	return found
}
