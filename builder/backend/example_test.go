package backend_test

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// checkout is a Service shop/checkout with the endpoints of its pods.
func checkout(endpoints ...discoveryv1.Endpoint) (*corev1.Service, []discoveryv1.EndpointSlice) {
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "checkout"},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80}}},
	}
	return service, []discoveryv1.EndpointSlice{{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: "checkout-x7k2p",
			Labels: map[string]string{discoveryv1.LabelServiceName: "checkout"},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{portOf("http", 8080)},
		Endpoints:   endpoints,
	}}
}

func ExampleFromService() {
	service, slices := checkout(ready("10.0.0.1"), draining("10.0.0.2"))
	backends, err := backend.FromService(service, slices,
		backend.WithControlPlane("gateway-control-plane"),
		backend.WithUpstream(func(u *builder.Upstream) { u.ActiveHTTP("/healthz") }),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range backends {
		fmt.Println("port", b.Port.Name, b.Port.Port)
		fmt.Println(crd.KeyOf(b.Service), *b.Service.Spec.Protocol, b.Service.Spec.Host)
		fmt.Println(crd.KeyOf(b.Upstream), *b.Upstream.Spec.Name)
		for _, target := range b.Targets {
			fmt.Println(crd.KeyOf(target), target.Spec.Target, *target.Spec.Weight)
		}
	}
	// Output:
	// port http 80
	// KongService shop/checkout http checkout.shop.http.svc
	// KongUpstream shop/checkout checkout.shop.http.svc
	// KongTarget shop/checkout.10-0-0-1.8080 10.0.0.1:8080 100
	// KongTarget shop/checkout.10-0-0-2.8080 10.0.0.2:8080 0
}

func ExampleFromService_errors() {
	service, slices := checkout(ready("10.0.0.256"))
	service.Spec.Ports[0].Protocol = corev1.ProtocolSCTP
	_, err := backend.FromService(service, slices, backend.WithControlPlane("gateway-control-plane"))
	fmt.Println(err)
	// Output:
	// build Service shop/checkout: spec.ports[0].protocol: Unsupported value: "SCTP": supported values: "TCP", "UDP"; endpointSlices[checkout-x7k2p].endpoints[0].addresses[0]: Invalid value: "10.0.0.256": must be an IPv4 address
}

// A controller hands the objects to Ensure whenever endpoints change. Only what
// differs is written, and with WithPrune the targets of old endpoints go.
func ExampleBackends_Objects() {
	server := konnecttest.NewServer()
	stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithOwner("shop"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	ensure := func(endpoints ...discoveryv1.Endpoint) {
		service, slices := checkout(endpoints...)
		backends, err := backend.FromService(service, slices, backend.WithControlPlane("gateway"))
		if err != nil {
			fmt.Println(err)
			return
		}
		objects := append(backends.Objects(), builder.NewGatewayControlPlane("gateway").Namespace("shop").MustBuild())
		report, err := client.Ensure(context.Background(), objects, konnect.WithPrune())
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, change := range report.Changes {
			if change.Action != konnect.ActionUnchanged {
				fmt.Println(change.Action, change.Key)
			}
		}
		fmt.Println(report.Writes, "writes")
	}
	ensure(ready("10.0.0.1"), ready("10.0.0.2"))
	ensure(ready("10.0.0.2"), ready("10.0.0.3"))
	// Output:
	// created KonnectGatewayControlPlane shop/gateway
	// created KongService shop/checkout
	// created KongUpstream shop/checkout
	// created KongTarget shop/checkout.10-0-0-1.8080
	// created KongTarget shop/checkout.10-0-0-2.8080
	// 5 writes
	// created KongTarget shop/checkout.10-0-0-3.8080
	// deleted KongTarget shop/checkout.10-0-0-1.8080
	// 2 writes
}

func ExampleBackend_Objects() {
	service, slices := checkout(ready("10.0.0.1"))
	backends, err := backend.FromService(service, slices, backend.WithControlPlane("gateway"), backend.WithPorts("http"))
	if err != nil {
		fmt.Println(err)
		return
	}
	route := builder.NewRoute("checkout").Namespace("shop").HTTP().Path("/checkout").
		Service(backends[0].Service.Name).MustBuild()
	for _, obj := range append(backends[0].Objects(), route) {
		fmt.Println(crd.KeyOf(obj))
	}
	// Output:
	// KongService shop/checkout
	// KongUpstream shop/checkout
	// KongTarget shop/checkout.10-0-0-1.8080
	// KongRoute shop/checkout
}

// Two versions of a program share the traffic, nine to one, however many pods each has.
// A route leads to the backend as to any other.
func ExampleFromServices() {
	stable, stableSlices := checkout(ready("10.0.0.1"), ready("10.0.0.2"), ready("10.0.0.3"))
	canary, canarySlices := checkout(ready("10.0.1.1"))
	canary.Name = "checkout-canary"
	canarySlices[0].Labels[discoveryv1.LabelServiceName] = canary.Name

	split, err := backend.FromServices("checkout-split", []backend.Share{
		{Service: stable, EndpointSlices: stableSlices, Port: "http", Weight: 90},
		{Service: canary, EndpointSlices: canarySlices, Port: "http", Weight: 10},
	}, backend.WithControlPlane("gateway"))
	if err != nil {
		fmt.Println(err)
		return
	}
	route := builder.NewRoute("checkout").Namespace("shop").HTTP().Path("/checkout").Service(split.Service.Name).MustBuild()
	for _, obj := range append(split.Objects(), route) {
		fmt.Println(crd.KeyOf(obj))
	}
	for _, target := range split.Targets {
		fmt.Println(target.Spec.Target, *target.Spec.Weight)
	}
	// Output:
	// KongService shop/checkout-split
	// KongUpstream shop/checkout-split
	// KongTarget shop/checkout-split.10-0-0-1.8080
	// KongTarget shop/checkout-split.10-0-0-2.8080
	// KongTarget shop/checkout-split.10-0-0-3.8080
	// KongTarget shop/checkout-split.10-0-1-1.8080
	// KongRoute shop/checkout
	// 10.0.0.1:8080 15120
	// 10.0.0.2:8080 15120
	// 10.0.0.3:8080 15120
	// 10.0.1.1:8080 5040
}
