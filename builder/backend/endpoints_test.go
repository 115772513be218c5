package backend_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/konnectkit/konnectkit/builder/backend"
)

func portOfTarget(number int) intstr.IntOrString { return intstr.FromInt(number) }

func TestConditions(t *testing.T) {
	t.Parallel()
	yes, no := new(true), new(false)
	for name, tt := range map[string]struct {
		reason     string
		conditions discoveryv1.EndpointConditions
		publish    bool
		want       map[string]int
	}{
		"unset":              {"unset is ready", discoveryv1.EndpointConditions{}, false, map[string]int{"10.0.0.1:8080": 100}},
		"ready":              {"full weight", discoveryv1.EndpointConditions{Ready: yes, Serving: yes, Terminating: no}, false, map[string]int{"10.0.0.1:8080": 100}},
		"ready alone counts": {"ready is the summary of the others", discoveryv1.EndpointConditions{Ready: yes, Serving: no, Terminating: yes}, false, map[string]int{"10.0.0.1:8080": 100}},
		"not ready":          {"left out", discoveryv1.EndpointConditions{Ready: no, Serving: no}, false, map[string]int{}},
		"not ready alone":    {"serving matters to what terminates only", discoveryv1.EndpointConditions{Ready: no}, false, map[string]int{}},
		"terminating":        {"it serves until it is gone", discoveryv1.EndpointConditions{Ready: no, Serving: yes, Terminating: yes}, false, map[string]int{"10.0.0.1:8080": 0}},
		"perhaps serving":    {"unset is serving", discoveryv1.EndpointConditions{Ready: no, Terminating: yes}, false, map[string]int{"10.0.0.1:8080": 0}},
		"terminated":         {"left out", discoveryv1.EndpointConditions{Ready: no, Serving: no, Terminating: yes}, false, map[string]int{}},
		"published":          {"publishNotReadyAddresses makes all ready", discoveryv1.EndpointConditions{Ready: no, Serving: no}, true, map[string]int{"10.0.0.1:8080": 100}},
		"published at last":  {"to the end", discoveryv1.EndpointConditions{Ready: no, Serving: no, Terminating: yes}, true, map[string]int{"10.0.0.1:8080": 100}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := echo()
			service.Spec.PublishNotReadyAddresses = tt.publish
			b := fromService(t, service, []discoveryv1.EndpointSlice{ipv4("a", endpoint("10.0.0.1", tt.conditions), ready("10.0.0.9"))})[0]
			tt.want["10.0.0.9:8080"] = 100
			assert.Equal(t, tt.want, weights(b), tt.reason)
		})
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	const four, six, names = discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6, discoveryv1.AddressTypeFQDN
	web := portOf("", 8080)
	dual := []discoveryv1.EndpointSlice{slice("a", four, web, ready("10.0.0.1")), slice("b", six, web, ready("2001:db8::1"))}
	foreign, elsewhere, unlabelled, portless := ipv4("a", ready("10.0.0.1")), ipv4("b", ready("10.0.0.2")), ipv4("c", ready("10.0.0.3")), ipv4("d", ready("10.0.0.4"))
	foreign.Labels[discoveryv1.LabelServiceName], elsewhere.Namespace, unlabelled.Labels, portless.Ports = "other", "other", nil, nil
	all := ipv4("e", ready("10.0.0.5"))
	all.Ports[0].Port = nil
	unnamed := ipv4("f", ready("10.0.0.6"))
	unnamed.Ports[0].Name, unnamed.Ports[0].Protocol = nil, new(corev1.Protocol)
	udp := ipv4("g", ready("10.0.0.7"))
	udp.Ports[0].Protocol = new(corev1.ProtocolUDP)

	for name, tt := range map[string]struct {
		reason   string
		families []corev1.IPFamily
		slices   []discoveryv1.EndpointSlice
		opts     []backend.Option
		want     map[string]int
	}{
		"none":             {"a service may have no endpoints", nil, nil, nil, map[string]int{}},
		"several slices":   {"they add up", nil, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1")), ipv4("b", ready("10.0.0.2"))}, nil, map[string]int{"10.0.0.1:8080": 100, "10.0.0.2:8080": 100}},
		"duplicates":       {"the most ready counts", nil, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"), notReady("10.0.0.2")), ipv4("b", draining("10.0.0.1"), draining("10.0.0.2"), draining("10.0.0.1"))}, nil, map[string]int{"10.0.0.1:8080": 100, "10.0.0.2:8080": 0}},
		"only draining":    {"better they than nobody", nil, []discoveryv1.EndpointSlice{ipv4("a", draining("10.0.0.1"), notReady("10.0.0.2"))}, nil, map[string]int{"10.0.0.1:8080": 100}},
		"addresses":        {"one pod is one target", nil, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1", "10.0.0.2"))}, nil, map[string]int{"10.0.0.1:8080": 100}},
		"named targetPort": {"it may differ from pod to pod", nil, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1")), slice("b", four, portOf("", 9090), ready("10.0.0.1"), ready("10.0.0.2"))}, nil, map[string]int{"10.0.0.1:8080": 100, "10.0.0.1:9090": 100, "10.0.0.2:9090": 100}},
		"other port":       {"its name is none of the service's", nil, []discoveryv1.EndpointSlice{slice("a", four, portOf("metrics", 9090), ready("10.0.0.1"))}, nil, map[string]int{}},
		"foreign":          {"slices of others are passed over", nil, []discoveryv1.EndpointSlice{foreign, elsewhere, unlabelled}, nil, map[string]int{}},
		"without ports":    {"there is nothing to connect to", nil, []discoveryv1.EndpointSlice{portless, all}, nil, map[string]int{}},
		"defaults of port": {"unset is unnamed and tcp", nil, []discoveryv1.EndpointSlice{unnamed}, nil, map[string]int{"10.0.0.6:8080": 100}},
		"other transport":  {"a port is a name and a protocol", nil, []discoveryv1.EndpointSlice{udp}, nil, map[string]int{}},
		"dual-stack":       {"the first family is preferred", []corev1.IPFamily{"IPv4", "IPv6"}, dual, nil, map[string]int{"10.0.0.1:8080": 100}},
		"six first":        {"whichever it is", []corev1.IPFamily{"IPv6", "IPv4"}, dual, nil, map[string]int{"[2001:db8::1]:8080": 100}},
		"first is empty":   {"the second is not for filling in, or targets would change twice", []corev1.IPFamily{"IPv4", "IPv6"}, dual[1:], nil, map[string]int{}},
		"unknown families": {"IPv4 where there is some", nil, dual, nil, map[string]int{"10.0.0.1:8080": 100}},
		"only six":         {"else IPv6", nil, dual[1:], nil, map[string]int{"[2001:db8::1]:8080": 100}},
		"family by option": {"the option wins", []corev1.IPFamily{"IPv4", "IPv6"}, dual, []backend.Option{backend.WithIPFamilies("IPv6")}, map[string]int{"[2001:db8::1]:8080": 100}},
		"both families":    {"all addresses on request", []corev1.IPFamily{"IPv4"}, dual, []backend.Option{backend.WithIPFamilies("IPv4", "IPv6")}, map[string]int{"10.0.0.1:8080": 100, "[2001:db8::1]:8080": 100}},
		"names":            {"host names have no family", []corev1.IPFamily{"IPv4"}, []discoveryv1.EndpointSlice{slice("a", names, web, ready("Db.example.com.")), dual[0]}, nil, map[string]int{"db.example.com:8080": 100, "10.0.0.1:8080": 100}},
		"address as name":  {"it is the same target", nil, []discoveryv1.EndpointSlice{slice("a", names, web, ready("10.0.0.1")), dual[0]}, nil, map[string]int{"10.0.0.1:8080": 100}},
		"same IPv6":        {"however it is written", nil, []discoveryv1.EndpointSlice{slice("a", six, web, ready("2001:DB8:0::1")), dual[1]}, nil, map[string]int{"[2001:db8::1]:8080": 100}},
		"weight":           {"for those that are ready", nil, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"), draining("10.0.0.2"))}, []backend.Option{backend.WithWeight(7)}, map[string]int{"10.0.0.1:8080": 7, "10.0.0.2:8080": 0}},
		"no weight":        {"everything can be taken out of use", nil, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"))}, []backend.Option{backend.WithWeight(0)}, map[string]int{"10.0.0.1:8080": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := echo()
			service.Spec.IPFamilies = tt.families
			b := fromService(t, service, tt.slices, tt.opts...)[0]
			assert.Equal(t, tt.want, weights(b), tt.reason)
			assert.Len(t, b.Targets, len(tt.want), "no address twice")
		})
	}
}

func TestHeadless(t *testing.T) {
	t.Parallel()
	service := echo()
	service.Spec.ClusterIP = corev1.ClusterIPNone
	b := fromService(t, service, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"))})[0]
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 100}, weights(b), "kong needs no cluster ip")
}

func TestTargetsOfEachPort(t *testing.T) {
	t.Parallel()
	s := slice("a", discoveryv1.AddressTypeIPv4, portOf("web", 8080), ready("10.0.0.1"), draining("10.0.0.2"))
	s.Ports = append(s.Ports, portOf("grpc", 9000))
	more := slice("b", discoveryv1.AddressTypeIPv4, portOf("grpc", 9001), draining("10.0.0.3"))
	backends := fromService(t, echo(webAndRPC()...), []discoveryv1.EndpointSlice{s, more})
	assert.Equal(t, map[string]int{"10.0.0.1:9000": 100, "10.0.0.2:9000": 0, "10.0.0.3:9001": 0}, weights(backends[0]))
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 100, "10.0.0.2:8080": 0}, weights(backends[1]))
}

func TestTargetsAreSorted(t *testing.T) {
	t.Parallel()
	slices := []discoveryv1.EndpointSlice{
		slice("a", discoveryv1.AddressTypeFQDN, portOf("", 1), ready("b.example.com"), ready("a.example.com")),
		slice("b", discoveryv1.AddressTypeIPv6, portOf("", 1), ready("2001:db8::1")),
		slice("c", discoveryv1.AddressTypeIPv4, portOf("", 2), ready("10.0.0.10"), ready("10.0.0.9")),
		slice("d", discoveryv1.AddressTypeIPv4, portOf("", 1), ready("10.0.0.10")),
	}
	var order []string
	for _, target := range fromService(t, echo(), slices, backend.WithIPFamilies("IPv4", "IPv6"))[0].Targets {
		order = append(order, target.Spec.Target)
	}
	assert.Equal(t, []string{"10.0.0.9:2", "10.0.0.10:1", "10.0.0.10:2", "[2001:db8::1]:1", "a.example.com:1", "b.example.com:1"}, order)
}
