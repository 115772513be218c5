// Package cluster reads the objects of a Kubernetes cluster that become Kong's: Ingresses,
// routes of the Gateway API, and what both refer to.
package cluster

import (
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// Objects are those of files.
type Objects struct {
	ingresses      []networkingv1.Ingress
	ingressClasses []networkingv1.IngressClass

	gateways        []gatewayv1.Gateway
	httpRoutes      []gatewayv1.HTTPRoute
	grpcRoutes      []gatewayv1.GRPCRoute
	tlsRoutes       []gatewayv1.TLSRoute
	tcpRoutes       []gatewayv1.TCPRoute
	udpRoutes       []gatewayv1.UDPRoute
	referenceGrants []gatewayv1.ReferenceGrant

	namespaces     []corev1.Namespace
	services       []corev1.Service
	endpointSlices []discoveryv1.EndpointSlice
}

// kinds returns what decodes each kind.
func (o *Objects) kinds() map[schema.GroupKind]func(json []byte) error {
	core := func(kind string) schema.GroupKind { return corev1.SchemeGroupVersion.WithKind(kind).GroupKind() }
	networking := func(kind string) schema.GroupKind { return schema.GroupKind{Group: networkingv1.GroupName, Kind: kind} }
	gateway := func(kind string) schema.GroupKind { return schema.GroupKind{Group: gatewayv1.GroupName, Kind: kind} }
	return map[schema.GroupKind]func([]byte) error{
		networking("Ingress"):      into(&o.ingresses),
		networking("IngressClass"): into(&o.ingressClasses),
		gateway("Gateway"):         into(&o.gateways),
		gateway("HTTPRoute"):       into(&o.httpRoutes),
		gateway("GRPCRoute"):       into(&o.grpcRoutes),
		gateway("TLSRoute"):        into(&o.tlsRoutes),
		gateway("TCPRoute"):        into(&o.tcpRoutes),
		gateway("UDPRoute"):        into(&o.udpRoutes),
		gateway("ReferenceGrant"):  into(&o.referenceGrants),
		core("Namespace"):          into(&o.namespaces),
		core("Service"):            into(&o.services),
		{Group: discoveryv1.GroupName, Kind: "EndpointSlice"}: into(&o.endpointSlices),
	}
}

// Take decodes an object and reports whether its kind is known. One that is known is kept
// even with an error, which is about what of it would be lost. Older versions of the Gateway
// API have the shape of v1 and are read as such.
func (o *Objects) Take(f manifest.Foreign) (known bool, err error) {
	group, version, _ := strings.Cut(f.APIVersion, "/")
	if version == "" {
		group, version = "", group
	}
	decode := o.kinds()[schema.GroupKind{Group: group, Kind: f.Kind}]
	if decode == nil {
		return false, nil
	}
	err = decode(f.JSON)
	if version != "v1" && group != gatewayv1.GroupName {
		err = fmt.Errorf("apiVersion %s is no longer in Kubernetes: write %s/v1", f.APIVersion, group)
	}
	return true, err
}

// into returns what decodes an object and adds it to a list. An unknown field is an error.
func into[T any](list *[]T) func([]byte) error {
	return func(json []byte) error {
		var object T
		if err := yaml.Unmarshal(json, &object); err != nil {
			return errors.New("cannot be decoded: " + reason(err))
		}
		*list = append(*list, object)
		if err := yaml.UnmarshalStrict(json, &object); err != nil {
			return errors.New(reason(err))
		}
		return nil
	}
}

// reason returns what the decoder of JSON says, without what the one of YAML adds.
func reason(err error) string {
	_, text, found := strings.Cut(err.Error(), "json: ")
	if !found {
		return err.Error()
	}
	return text
}
