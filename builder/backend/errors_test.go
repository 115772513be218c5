package backend_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	named := func(namespace, name string) *corev1.Service {
		service := echo()
		service.Namespace, service.Name = namespace, name
		return service
	}
	external := func(host string, ports ...corev1.ServicePort) *corev1.Service {
		service := echo(ports...)
		service.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: host, Ports: ports}
		return service
	}
	portless := echo()
	portless.Spec.Ports = nil
	type S = []discoveryv1.EndpointSlice
	six := func(address string) S {
		return S{slice("a", discoveryv1.AddressTypeIPv6, portOf("", 80), ready(address))}
	}
	for name, tt := range map[string]struct {
		reason  string
		service *corev1.Service
		slices  S
		opt     backend.Option
		want    []string
	}{
		"sctp": {"kong does not speak it", echo(corev1.ServicePort{Port: 80, Protocol: corev1.ProtocolSCTP}), nil, nil,
			[]string{`spec.ports[0].protocol: Unsupported value: "SCTP": supported values: "TCP", "UDP"`}},
		"no ports":  {"there is nothing to connect to", portless, nil, nil, []string{"spec.ports: Required value: a backend needs a port"}},
		"port zero": {"ports start at 1", echo(corev1.ServicePort{}), nil, nil, []string{"spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"}},
		"same port twice": {"both would have the same names", echo(corev1.ServicePort{Port: 80}, corev1.ServicePort{Port: 80, Protocol: corev1.ProtocolUDP}), nil, nil,
			[]string{`spec.ports[1]: Duplicate value: "80"`}},
		"port's name": {"it is part of names", echo(corev1.ServicePort{Port: 80, Name: "a.b"}), nil, nil, []string{"spec.ports[0].name: Invalid value"}},
		"name":        {"it is part of names", named("kong", "Echo"), nil, nil, []string{"metadata.name: Invalid value"}},
		"no name":     {"a service is called something", named("kong", ""), nil, nil, []string{"metadata.name: Invalid value"}},
		"namespace":   {"it is part of names", named("k.ong", "echo"), nil, nil, []string{"metadata.namespace: Invalid value"}},
		"external":    {"kong needs the name of a host", external("a b"), nil, nil, []string{`spec.externalName: Invalid value: "a b"`}},
		"no external": {"kong needs the name of a host", external(""), nil, nil, []string{`spec.externalName: Invalid value: ""`}},
		"external tcp": {"no port is usual for it", external("example.com"), nil, backend.WithProtocol("tcp"),
			[]string{"spec.ports: Required value: protocol tcp has no usual port"}},
		"external port": {"a port that is not there", external("example.com"), nil, backend.WithPorts("web"), []string{`WithPorts: Not found: "web"`}},

		"address": {"it is no address", nil, S{ipv4("a", ready("10.0.0.1"), ready("10.0.0.256"))}, nil,
			[]string{`endpointSlices[a].endpoints[1].addresses[0]: Invalid value: "10.0.0.256": must be an IPv4 address`}},
		"other family":  {"it is in the wrong slice", nil, S{ipv4("a", ready("2001:db8::1"))}, nil, []string{"endpointSlices[a].endpoints[0].addresses[0]: Invalid value"}},
		"wrong in six":  {"it is in the wrong slice", nil, six("10.0.0.1"), nil, []string{`"10.0.0.1": must be an IPv6 address`}},
		"mapped":        {"it is IPv4 in disguise", nil, six("::ffff:10.0.0.1"), nil, []string{"must be an IPv6 address"}},
		"zone":          {"it means something on one host only", nil, six("fe80::1%eth0"), nil, []string{"must be an IPv6 address"}},
		"no address":    {"there is nothing to connect to", nil, S{ipv4("a", ready())}, nil, []string{"endpointSlices[a].endpoints[0].addresses: Required value: an endpoint needs an address"}},
		"bare name":     {"only whole names count", nil, S{slice("a", discoveryv1.AddressTypeFQDN, portOf("", 80), ready("db"))}, nil, []string{`endpointSlices[a].endpoints[0].addresses[0]: Invalid value: "db"`}},
		"address type":  {"it is none of the three", nil, S{slice("a", "IP", portOf("", 80))}, nil, []string{`endpointSlices[a].addressType: Unsupported value: "IP"`}},
		"slice's port":  {"ports start at 1", nil, S{slice("a", discoveryv1.AddressTypeIPv4, portOf("", 0))}, nil, []string{"endpointSlices[a].ports[0].port: Invalid value: 0"}},
		"slices' order": {"mistakes come in the order of names", nil, S{slice("b", "x", portOf("", 1)), slice("a", "x", portOf("", 1))}, nil, []string{"endpointSlices[a].addressType", "endpointSlices[b].addressType"}},

		"protocol": {"konnect does not know it", nil, nil, backend.WithProtocol("ftp"), []string{`WithProtocol: Unsupported value: "ftp"`}},
		"tcp over udp": {"the transport is the service's", echo(corev1.ServicePort{Port: 53, Protocol: corev1.ProtocolUDP}), nil, backend.WithProtocol("tcp"),
			[]string{`spec.ports[0].protocol: Invalid value: "UDP": does not carry tcp; select other ports`}},
		"udp over tcp": {"the transport is the service's", nil, nil, backend.WithProtocol("udp"), []string{`spec.ports[0].protocol: Invalid value: "TCP": does not carry udp`}},
		"no such port": {"names do not match", nil, nil, backend.WithPorts("80", "web"), []string{`WithPorts: Not found: "web"`}},
		"empty port":   {"an unnamed port has a number", nil, nil, backend.WithPorts(""), []string{`WithPorts: Not found: ""`}},
		"prefix":       {"a dot would make names ambiguous", nil, nil, backend.WithNamePrefix("a."), []string{`WithNamePrefix: Invalid value: "a."`}},
		"family":       {"there are two", nil, nil, backend.WithIPFamilies("IPv5"), []string{`WithIPFamilies: Unsupported value: "IPv5"`}},
		"weight":       {"0 at least", nil, nil, backend.WithWeight(-1), []string{"WithWeight: Invalid value: -1"}},
		"heavy":        {"65535 at most", nil, nil, backend.WithWeight(65536), []string{"WithWeight: Invalid value: 65536"}},
		"everything":   {"all mistakes are reported at once", echo(corev1.ServicePort{}), S{slice("a", "x", portOf("", 1))}, backend.WithWeight(-1), []string{"WithWeight", "spec.ports[0].port", "endpointSlices[a].addressType"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := tt.service
			if service == nil {
				service = echo()
			}
			opts := []backend.Option{inGateway}
			if tt.opt != nil {
				opts = append(opts, tt.opt)
			}
			backends, err := backend.FromService(service, tt.slices, opts...)
			var mistakes *builder.Error
			require.ErrorAs(t, err, &mistakes, tt.reason)
			assert.Nil(t, backends)
			assert.Equal(t, crd.Key{Kind: "Service", Namespace: service.Namespace, Name: service.Name}, mistakes.Key)
			require.Len(t, mistakes.Errors, len(tt.want), "%v", err)
			for i, want := range tt.want {
				assert.Contains(t, mistakes.Errors[i].Error(), want, tt.reason)
			}
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestSelectionAvoidsErrors(t *testing.T) {
	t.Parallel()
	service := echo(corev1.ServicePort{Name: "web", Port: 80}, corev1.ServicePort{Name: "voice", Port: 81, Protocol: corev1.ProtocolSCTP})
	assert.Len(t, fromService(t, service, nil, backend.WithPorts("web")), 1, "what is not selected is not translated")
}

// TestErrorsOfObjects has mistakes that show only in what is made.
func TestErrorsOfObjects(t *testing.T) {
	t.Parallel()
	_, err := backend.FromService(echo(), nil)
	require.EqualError(t, err, "build Service kong/echo: WithControlPlane: Required value: a backend needs a control plane")

	slices := []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"))}
	for name, tt := range map[string]struct {
		reason string
		opt    backend.Option
		want   string
	}{
		"control plane": {"a name is needed", backend.WithControlPlane(""), "build KongService kong/echo: spec.controlPlaneRef.konnectNamespacedRef.name: Required value"},
		"label":         {"labels are checked", backend.WithLabels(map[string]string{"a": "b c"}), "build KongService kong/echo: metadata.labels: Invalid value"},
		"tag":           {"tags are checked", backend.WithTags(strings.Repeat("t", 129)), "build KongService kong/echo: spec.tags: Invalid value"},
		"service":       {"mistakes in the configuration are kept", backend.WithService(func(s *builder.Service) { s.Retries(-1) }), "build KongService kong/echo: spec.retries: Invalid value: -1"},
		"upstream":      {"mistakes in the configuration are kept", backend.WithUpstream(func(u *builder.Upstream) { u.Slots(1) }), "build KongUpstream kong/echo: spec.slots: Invalid value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backends, err := backend.FromService(echo(), slices, inGateway, tt.opt)
			require.ErrorContains(t, err, tt.want, tt.reason)
			var mistakes *builder.Error
			require.ErrorAs(t, err, &mistakes)
			assert.Nil(t, backends)
		})
	}
}
