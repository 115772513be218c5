package backend_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/golden"
)

// webAndRPC are two ports, in the order that is not that of their names.
func webAndRPC() []corev1.ServicePort {
	return []corev1.ServicePort{{Name: "web", Port: 80}, {Name: "grpc", Port: 9000}}
}

func TestNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("l", 63)
	longest := echo(corev1.ServicePort{Name: long, Port: 80}, corev1.ServicePort{Name: "b", Port: 81})
	longest.Name, longest.Namespace = long, long
	nowhere := echo()
	nowhere.Namespace = ""
	external := echo([]corev1.ServicePort{}...)
	external.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "example.com"}

	for name, tt := range map[string]struct {
		reason                    string
		service                   *corev1.Service
		opts                      []backend.Option
		object, konnect, upstream []string
	}{
		"one port": {
			"objects are called like the service", echo(), nil,
			[]string{"echo"}, []string{"kong.echo.80"}, []string{"echo.kong.80.svc"},
		},
		"one named port": {
			"its name shows in konnect only", echo(corev1.ServicePort{Name: "http", Port: 80}), nil,
			[]string{"echo"}, []string{"kong.echo.http"}, []string{"echo.kong.http.svc"},
		},
		"several ports": {
			"backends are sorted", echo(webAndRPC()...), nil,
			[]string{"echo.grpc", "echo.web"}, []string{"kong.echo.grpc", "kong.echo.web"}, []string{"echo.kong.grpc.svc", "echo.kong.web.svc"},
		},
		"selected by name": {
			"names do not depend on the selection", echo(webAndRPC()...), []backend.Option{backend.WithPorts("web")},
			[]string{"echo.web"}, []string{"kong.echo.web"}, []string{"echo.kong.web.svc"},
		},
		"selected by number": {
			"a number will do", echo(webAndRPC()...), []backend.Option{backend.WithPorts("9000")},
			[]string{"echo.grpc"}, []string{"kong.echo.grpc"}, []string{"echo.kong.grpc.svc"},
		},
		"selected twice": {
			"a port is one backend", echo(), []backend.Option{backend.WithPorts("80"), backend.WithPorts("80")},
			[]string{"echo"}, []string{"kong.echo.80"}, []string{"echo.kong.80.svc"},
		},
		"same number": {
			"the transport may differ",
			echo(corev1.ServicePort{Name: "dns", Port: 53, Protocol: "UDP"}, corev1.ServicePort{Name: "dns-tcp", Port: 53}),
			[]backend.Option{backend.WithPorts("53")},
			[]string{"echo.dns", "echo.dns-tcp"}, []string{"kong.echo.dns", "kong.echo.dns-tcp"}, []string{"echo.kong.dns.svc", "echo.kong.dns-tcp.svc"},
		},
		"port in name": {
			"what a second port would rename has the longer name at once", echo(), []backend.Option{backend.WithPortInName()},
			[]string{"echo.80"}, []string{"kong.echo.80"}, []string{"echo.kong.80.svc"},
		},
		"prefix": {
			"it is part of all names", echo(), []backend.Option{backend.WithNamePrefix("blue-")},
			[]string{"blue-echo"}, []string{"kong.blue-echo.80"}, []string{"blue-echo.kong.80.svc"},
		},
		"no namespace": {
			"it is the default one", nowhere, nil,
			[]string{"echo"}, []string{"default.echo.80"}, []string{"echo.default.80.svc"},
		},
		"too long": {
			"a service's name in konnect is cut at 128", longest, []backend.Option{backend.WithPorts(long)},
			[]string{long + "." + long}, []string{long + "." + long[:53] + "-e23863fea3"}, []string{long + "." + long + "." + long + ".svc"},
		},
		"external name": {
			"it has no upstream", external, []backend.Option{backend.WithPortInName()},
			[]string{"echo"}, []string{"kong.echo"}, []string{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object, konnect, upstream := []string{}, []string{}, []string{}
			for _, b := range fromService(t, tt.service, nil, tt.opts...) {
				object, konnect = append(object, b.Service.Name), append(konnect, *b.Service.Spec.Name)
				if b.Upstream != nil {
					assert.Equal(t, b.Service.Name, b.Upstream.Name)
					upstream = append(upstream, *b.Upstream.Spec.Name)
					assert.Equal(t, *b.Upstream.Spec.Name, b.Service.Spec.Host, "konnect matches the host with the upstream's name")
				}
			}
			assert.Equal(t, tt.object, object, tt.reason)
			assert.Equal(t, tt.konnect, konnect, tt.reason)
			assert.Equal(t, tt.upstream, upstream, tt.reason)
		})
	}
}

// TestNamesAreNotShared has a port and a service of which the joined names could meet.
func TestNamesAreNotShared(t *testing.T) {
	t.Parallel()
	other := echo()
	other.Name = "echo-web"
	var objects []crd.Object
	objects = append(objects, fromService(t, echo(webAndRPC()...), nil).Objects()...)
	objects = append(objects, fromService(t, other, nil).Objects()...)
	keys := map[crd.Key]bool{}
	for _, obj := range objects {
		keys[crd.KeyOf(obj)] = true
	}
	assert.Len(t, keys, len(objects))
}

func TestTargetNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("l", 60)
	longest := strings.Join([]string{long, long, long, long + "l"}, ".")
	for address, tt := range map[string]struct {
		reason      string
		addressType discoveryv1.AddressType
		name        string
	}{
		"10.0.0.1":       {"dots would be parts of the name", discoveryv1.AddressTypeIPv4, "echo.10-0-0-1.8080"},
		"2001:db8::1":    {"no label starts or ends with a dash", discoveryv1.AddressTypeIPv6, "echo.2001-0db8-0000-0000-0000-0000-0000-0001.8080"},
		"2001:DB8:0::1":  {"however it is written", discoveryv1.AddressTypeIPv6, "echo.2001-0db8-0000-0000-0000-0000-0000-0001.8080"},
		"Db.example.com": {"host names are in lower case", discoveryv1.AddressTypeFQDN, "echo.db.example.com.8080"},
		"example.com.":   {"and do not end in a dot", discoveryv1.AddressTypeFQDN, "echo.example.com.8080"},
		"10.0.0.2":       {"an address may pose as a name", discoveryv1.AddressTypeFQDN, "echo.10-0-0-2.8080"},
		longest:          {"253 characters at most", discoveryv1.AddressTypeFQDN, "echo." + long + "." + long + "." + long + "." + strings.Repeat("l", 54) + "-580374ddf6"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			backends := fromService(t, echo(), []discoveryv1.EndpointSlice{slice("a", tt.addressType, portOf("", 8080), ready(address))})
			require.Len(t, backends[0].Targets, 1)
			assert.Equal(t, tt.name, backends[0].Targets[0].Name)
			assert.LessOrEqual(t, len(backends[0].Targets[0].Name), 253)
			assert.Empty(t, backends[0].Targets[0].Validate())
		})
	}
}

func TestExternalName(t *testing.T) {
	t.Parallel()
	service := echo(corev1.ServicePort{Name: "https", Port: 8443, TargetPort: portOfTarget(1)})
	service.Spec.Type, service.Spec.ExternalName = corev1.ServiceTypeExternalName, "API.example.com."
	backends := fromService(t, service, []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"))})
	require.Len(t, backends, 1)
	spec := backends[0].Service.Spec
	assert.Equal(t, "api.example.com", spec.Host)
	assert.Equal(t, "https", *spec.Protocol)
	assert.Equal(t, int64(8443), *spec.Port, "nobody translates the port on the way")
	assert.Nil(t, backends[0].Upstream)
	assert.Len(t, backends.Objects(), 1, "endpoints of an external name mean nothing")

	service.Spec.Ports = nil
	for protocol, port := range map[string]int64{"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "ws": 80, "wss": 443} {
		spec := fromService(t, service, nil, backend.WithProtocol(protocol))[0].Service.Spec
		assert.Equal(t, port, *spec.Port, "without ports it is the usual one of %s", protocol)
	}
	assert.Equal(t, "http", *fromService(t, service, nil)[0].Service.Spec.Protocol)
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	service := echo()
	service.UID = "0190e4a8-0000-7000-8000-000000000001"
	service.Labels = map[string]string{"app": "echo"}
	slices := []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"))}
	objects := fromService(t, service, slices,
		backend.WithLabels(map[string]string{"team": "shop"}),
		backend.WithLabels(map[string]string{backend.LabelServiceName: "another", backend.LabelManagedBy: "shop-controller"}),
		backend.WithTags("shop"), backend.WithTags("eu"),
	).Objects()
	require.Len(t, objects, 3)
	for _, obj := range objects {
		assert.Equal(t, "kong", obj.GetNamespace())
		assert.Equal(t, map[string]string{
			"team": "shop", "konnectkit/service-name": "echo", "app.kubernetes.io/managed-by": "shop-controller",
		}, obj.GetLabels(), "what finds the objects again cannot be replaced")
		assert.Equal(t, []metav1.OwnerReference{{
			APIVersion: "v1", Kind: "Service", Name: "echo", UID: service.UID, Controller: new(true), BlockOwnerDeletion: new(true),
		}}, obj.GetOwnerReferences())
	}
	backends := fromService(t, echo(), slices, backend.WithTags("shop", "eu"))
	for _, obj := range backends.Objects() {
		assert.Empty(t, obj.GetOwnerReferences(), "a service that is not stored owns nothing")
		assert.Equal(t, "konnectkit", obj.GetLabels()[backend.LabelManagedBy])
	}
	for _, tags := range [][]string{backends[0].Service.Spec.Tags, backends[0].Upstream.Spec.Tags, backends[0].Targets[0].Spec.Tags} {
		assert.Equal(t, []string{"shop", "eu"}, tags)
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	slices := []discoveryv1.EndpointSlice{ipv4("a", ready("10.0.0.1"))}
	b := fromService(t, echo(), slices,
		backend.WithTags("all"),
		backend.WithService(func(s *builder.Service) {
			s.Retries(2).Tag("mine").Label("tier", "web").Host("elsewhere").SpecName("x").Namespace("x").ControlPlane("x")
		}),
		backend.WithUpstream(func(u *builder.Upstream) { u.ActiveHTTP("/healthz").HostHeader("echo.example.com").SpecName("x") }),
		backend.WithUpstream(func(u *builder.Upstream) { u.Slots(100).Tag("mine") }),
	)[0]
	assert.Equal(t, int64(2), *b.Service.Spec.Retries)
	assert.Equal(t, []string{"mine", "all"}, []string(b.Service.Spec.Tags))
	assert.Equal(t, "web", b.Service.Labels["tier"])
	assert.Equal(t, "/healthz", *b.Upstream.Spec.Healthchecks.Active.HTTPPath)
	assert.Equal(t, int64(100), *b.Upstream.Spec.Slots, "each function is called")
	assert.Equal(t, "echo.example.com", *b.Upstream.Spec.HostHeader)
	b.Service.Spec.Retries, b.Service.Spec.Tags, b.Service.Labels = nil, nil, nil
	plain := fromService(t, echo(), slices)[0].Service
	plain.Labels = nil
	assert.Equal(t, plain, b.Service, "what is derived from the service wins")
}

func TestHostHeader(t *testing.T) {
	t.Parallel()
	names := slice("b", discoveryv1.AddressTypeFQDN, portOf("", 8080), ready("db.example.com"))
	b := fromService(t, echo(), nil, backend.WithNamePrefix("blue-"))[0]
	assert.Equal(t, "echo.kong.svc", *b.Upstream.Spec.HostHeader, "as clients in the cluster say")
	b = fromService(t, echo(), []discoveryv1.EndpointSlice{names})[0]
	assert.Nil(t, b.Upstream.Spec.HostHeader, "kong sends the target's name")
}

// TestGolden shows a dual-stack service of two ports in full.
func TestGolden(t *testing.T) {
	t.Parallel()
	service := echo(corev1.ServicePort{Name: "https", Port: 443, TargetPort: portOfTarget(8443)}, corev1.ServicePort{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP})
	service.UID = "0190e4a8-0000-7000-8000-000000000001"
	service.Spec.IPFamilies = []corev1.IPFamily{corev1.IPv6Protocol, corev1.IPv4Protocol}
	six := slice("echo-6", discoveryv1.AddressTypeIPv6, portOf("https", 8443), ready("2001:db8::1"), draining("2001:db8::2"), notReady("2001:db8::3"))
	six.Ports = append(six.Ports, discoveryv1.EndpointPort{Name: new("dns"), Port: new(int32(5353)), Protocol: new(corev1.ProtocolUDP)})
	four := slice("echo-4", discoveryv1.AddressTypeIPv4, portOf("https", 8443), ready("10.0.0.1"), draining("10.0.0.2"), notReady("10.0.0.3"))
	backends := fromService(t, service, []discoveryv1.EndpointSlice{four, six}, backend.WithTags("shop"))
	var text bytes.Buffer
	require.NoError(t, manifest.Encode(&text, backends.Objects()...))
	golden.Equal(t, "testdata/dual-stack.golden.yaml", text.Bytes())
}
