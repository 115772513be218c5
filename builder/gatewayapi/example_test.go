package gatewayapi_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// shop is a cluster with a Gateway, an HTTPRoute and the Service that it names.
func shop() gatewayapi.Input {
	gateway := gatewayv1.Gateway{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "public"},
		Spec:       gatewayv1.GatewaySpec{Listeners: []gatewayv1.Listener{{Name: "http", Port: 80, Protocol: gatewayv1.HTTPProtocolType}}},
	}
	route := gatewayv1.HTTPRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "echo"}}
	route.Spec.ParentRefs = []gatewayv1.ParentReference{{Name: "public"}}
	route.Spec.Hostnames = []gatewayv1.Hostname{"shop.example.com"}
	route.Spec.Rules = []gatewayv1.HTTPRouteRule{{
		Name:    new(gatewayv1.SectionName("all")),
		Matches: []gatewayv1.HTTPRouteMatch{{Path: &gatewayv1.HTTPPathMatch{Value: new("/echo")}}},
		BackendRefs: []gatewayv1.HTTPBackendRef{{BackendRef: gatewayv1.BackendRef{
			BackendObjectReference: gatewayv1.BackendObjectReference{Name: "echo", Port: new(gatewayv1.PortNumber(80))},
		}}},
	}}
	return gatewayapi.Input{
		Gateways:   []gatewayv1.Gateway{gateway},
		HTTPRoutes: []gatewayv1.HTTPRoute{route},
		Services: []corev1.Service{{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "echo"},
			Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
		}},
		EndpointSlices: []discoveryv1.EndpointSlice{{
			ObjectMeta:  metav1.ObjectMeta{Namespace: "shop", Name: "echo-1", Labels: map[string]string{discoveryv1.LabelServiceName: "echo"}},
			AddressType: discoveryv1.AddressTypeIPv4,
			Ports:       []discoveryv1.EndpointPort{{Name: new(""), Port: new(int32(8080))}},
			Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{"10.0.0.1"}}},
		}},
		ControlPlane: func(*gatewayv1.Gateway) crd.Key {
			return crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: "kong", Name: "gateway"}
		},
	}
}

func ExampleTranslate() {
	result, err := gatewayapi.Translate(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, object := range result.Objects {
		fmt.Println(crd.KeyOf(object))
		if route, ok := object.(*configurationv1alpha1.KongRoute); ok {
			fmt.Println("  hosts", route.Spec.Hosts, "paths", route.Spec.Paths, "to", route.Spec.ServiceRef.NamespacedRef.Name)
		}
	}
	for _, route := range result.Routes {
		for _, condition := range route.Parents[0].Conditions {
			fmt.Println(route.Key, condition.Type, condition.Status, condition.Reason)
		}
	}
	// Output:
	// KongUpstream kong/gateway.service.shop.echo.80
	// KongTarget kong/gateway.service.shop.echo.80.10-0-0-1.8080
	// KongService kong/gateway.service.shop.echo.80
	// KongRoute kong/gateway.http.shop.echo.all.0
	//   hosts [shop.example.com] paths [~/echo(?:/|$)] to gateway.service.shop.echo.80
	// HTTPRoute shop/echo Accepted True Accepted
	// HTTPRoute shop/echo ResolvedRefs True ResolvedRefs
}

// Labels tell what objects were made of, and so what is left over once a route is gone.
func ExampleSourceLabels() {
	labels := gatewayapi.SourceLabels(crd.Key{Kind: "HTTPRoute", Namespace: "shop", Name: "echo"})
	fmt.Println(labels["konnectkit/source-kind"], labels["konnectkit/source-namespace"], labels["konnectkit/source-name"])
	// Output: HTTPRoute shop echo
}

// What the gateway cannot do keeps its rule from being translated, by name.
func ExampleRefusal() {
	in := shop()
	in.HTTPRoutes[0].Spec.Rules[0].Matches[0].QueryParams = []gatewayv1.HTTPQueryParamMatch{{Name: "version", Value: "2"}}
	result, err := gatewayapi.Translate(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, refusal := range result.Routes[0].Refused {
		fmt.Println(refusal)
	}
	fmt.Println(result.Routes[0].Parents[0].Conditions[0].Reason)
	// Output:
	// spec.rules[0].matches[0].queryParams: routes of the gateway cannot match query parameters
	// UnsupportedValue
}
