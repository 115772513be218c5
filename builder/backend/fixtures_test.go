package backend_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder/backend"
)

// echo is a Service kong/echo with the given ports, or one of number 80.
func echo(ports ...corev1.ServicePort) *corev1.Service {
	if ports == nil {
		ports = []corev1.ServicePort{{Port: 80}}
	}
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "kong", Name: "echo"},
		Spec:       corev1.ServiceSpec{Ports: ports},
	}
}

// slice is one of kong/echo with one port.
func slice(name string, addressType discoveryv1.AddressType, port discoveryv1.EndpointPort, endpoints ...discoveryv1.Endpoint) discoveryv1.EndpointSlice {
	return discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "kong", Name: name,
			Labels: map[string]string{discoveryv1.LabelServiceName: "echo"},
		},
		AddressType: addressType,
		Ports:       []discoveryv1.EndpointPort{port},
		Endpoints:   endpoints,
	}
}

// ipv4 is a slice of kong/echo with port 8080 for the unnamed port.
func ipv4(name string, endpoints ...discoveryv1.Endpoint) discoveryv1.EndpointSlice {
	return slice(name, discoveryv1.AddressTypeIPv4, portOf("", 8080), endpoints...)
}

func portOf(name string, number int32) discoveryv1.EndpointPort {
	return discoveryv1.EndpointPort{Name: &name, Port: &number}
}

// ready is an endpoint without conditions, which is ready.
func ready(addresses ...string) discoveryv1.Endpoint {
	return discoveryv1.Endpoint{Addresses: addresses}
}

func endpoint(address string, conditions discoveryv1.EndpointConditions) discoveryv1.Endpoint {
	return discoveryv1.Endpoint{Addresses: []string{address}, Conditions: conditions}
}

func draining(address string) discoveryv1.Endpoint {
	return endpoint(address, discoveryv1.EndpointConditions{Ready: new(false), Serving: new(true), Terminating: new(true)})
}

func notReady(address string) discoveryv1.Endpoint {
	return endpoint(address, discoveryv1.EndpointConditions{Ready: new(false), Serving: new(false)})
}

var inGateway = backend.WithControlPlane("gateway")

// fromService translates with control plane "gateway".
func fromService(t *testing.T, service *corev1.Service, slices []discoveryv1.EndpointSlice, opts ...backend.Option) backend.Backends {
	t.Helper()
	backends, err := backend.FromService(service, slices, append(opts, inGateway)...)
	require.NoError(t, err)
	return backends
}

// weights returns the weight of each target by its address.
func weights(b backend.Backend) map[string]int {
	found := map[string]int{}
	for _, target := range b.Targets {
		found[target.Spec.Target] = *target.Spec.Weight
	}
	return found
}
