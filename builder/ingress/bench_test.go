package ingress_test

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder/ingress"
)

// many are Ingresses with three paths each, one in ten with methods, their Services, and
// three endpoints of each.
func many(count int, host func(i int) string) ingress.Input {
	in := ingress.Input{ControlPlane: planeOf}
	for i := range count {
		name := fmt.Sprintf("app-%d", i)
		to := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: name, Port: networkingv1.ServiceBackendPort{Number: 80}}}
		object := networkingv1.Ingress{}
		object.Namespace, object.Name = "shop", name
		if i%10 == 0 {
			object.Annotations = map[string]string{"konghq.com/methods": "GET"}
		}
		rule := networkingv1.IngressRule{Host: host(i), IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{}}}
		for _, path := range []string{"", "/api", "/api/v1"} {
			rule.HTTP.Paths = append(rule.HTTP.Paths, networkingv1.HTTPIngressPath{Path: "/" + name + path, PathType: new(networkingv1.PathTypePrefix), Backend: to})
		}
		object.Spec.Rules = []networkingv1.IngressRule{rule}
		in.Ingresses = append(in.Ingresses, object)
		service := corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80}}}}
		service.Namespace, service.Name = "shop", name
		in.Services = append(in.Services, service)
		slice := discoveryv1.EndpointSlice{AddressType: discoveryv1.AddressTypeIPv4, Ports: []discoveryv1.EndpointPort{{Name: new("http"), Port: new(int32(8080))}}}
		slice.Namespace, slice.Name, slice.Labels = "shop", name, map[string]string{discoveryv1.LabelServiceName: name}
		for e := range 3 {
			slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{Addresses: []string{fmt.Sprintf("10.%d.%d.%d", e, i/256, i%256)}})
		}
		in.EndpointSlices = append(in.EndpointSlices, slice)
	}
	return in
}

func hosts() map[string]func(int) string {
	return map[string]func(int) string{
		"hosts":   func(i int) string { return fmt.Sprintf("app-%d.example.com", i) },
		"onehost": func(int) string { return "example.com" },
		"nohost":  func(int) string { return "" },
	}
}

// BenchmarkTranslate is for 5000 Ingresses with a host each, with one host for all, and
// with none.
func BenchmarkTranslate(b *testing.B) {
	for name, host := range hosts() {
		b.Run(name, func(b *testing.B) {
			in := many(5000, host)
			b.ReportAllocs()
			for b.Loop() {
				result, err := ingress.Translate(in)
				if err != nil || result.Err() != nil {
					b.Fatal(err, result.Err())
				}
				b.ReportMetric(float64(len(result.Objects)), "objects")
			}
		})
	}
}

// TestManyStayFew pins how many routes a large input takes.
func TestManyStayFew(t *testing.T) {
	t.Parallel()
	for name, host := range hosts() {
		result, err := ingress.Translate(many(200, host))
		require.NoError(t, err, name)
		require.NoError(t, result.Err(), name)
		assert.Len(t, result.Objects, 200*(3+1+1+3), "%s: a route for each path, and a service, an upstream and three targets for each Service", name)
	}
}
