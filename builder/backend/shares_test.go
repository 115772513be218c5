package backend_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/backend"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// share is one of Service kong/<name> with endpoints at port 8080.
func share(name string, weight int, endpoints ...discoveryv1.Endpoint) backend.Share {
	service := echo()
	service.Name = name
	slice := ipv4(name, endpoints...)
	slice.Labels = map[string]string{discoveryv1.LabelServiceName: name}
	return backend.Share{Service: service, EndpointSlices: []discoveryv1.EndpointSlice{slice}, Weight: weight}
}

// addresses are n ready endpoints of 10.<network>.0.0/16.
func addresses(network, n int) []discoveryv1.Endpoint {
	var endpoints []discoveryv1.Endpoint
	for i := range n {
		endpoints = append(endpoints, ready(fmt.Sprintf("10.%d.%d.%d", network, i/256, i%256)))
	}
	return endpoints
}

func fromServices(t *testing.T, shares []backend.Share, opts ...backend.Option) backend.Backend {
	t.Helper()
	b, err := backend.FromServices("split", shares, append(opts, inGateway)...)
	require.NoError(t, err)
	return b
}

func TestFromServices(t *testing.T) {
	t.Parallel()
	blue, green := share("blue", 3, ready("10.0.0.1"), ready("10.0.0.2"), draining("10.0.0.3"), notReady("10.0.0.4")), share("green", 1, ready("10.0.1.1"))
	blue.Service.UID, green.Service.UID = "uid-blue", "uid-green"
	b := fromServices(t, []backend.Share{blue, green}, backend.WithNamePrefix("a-"), backend.WithTags("t"))
	assert.Equal(t, corev1.ServicePort{}, b.Port)
	assert.Equal(t, "KongService kong/a-split", crd.KeyOf(b.Service).String())
	assert.Equal(t, "kong.a-split", *b.Service.Spec.Name)
	assert.Equal(t, "a-split.kong.svc", b.Service.Spec.Host)
	assert.Equal(t, "a-split.kong.svc", *b.Upstream.Spec.Name)
	assert.Nil(t, b.Upstream.Spec.HostHeader, "the Services have several names")
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 22680, "10.0.0.2:8080": 22680, "10.0.0.3:8080": 0, "10.0.1.1:8080": 15120}, weights(b))
	for _, obj := range b.Objects() {
		assert.Empty(t, obj.Validate())
		assert.Equal(t, map[string]string{backend.LabelBackendName: "split", backend.LabelManagedBy: "konnectkit"}, obj.GetLabels())
		assert.Equal(t, []metav1.OwnerReference{
			{APIVersion: "v1", Kind: "Service", Name: "blue", UID: "uid-blue"}, {APIVersion: "v1", Kind: "Service", Name: "green", UID: "uid-green"},
		}, obj.GetOwnerReferences())
	}
}

func TestSharesOfTraffic(t *testing.T) {
	t.Parallel()
	type shares = []backend.Share
	for name, c := range map[string]struct {
		reason string
		shares shares
		want   []float64 // part of each network 10.<index>
		exact  bool
	}{
		"even":           {"parts do not depend on how many endpoints there are", shares{share("a", 1, addresses(0, 9)...), share("b", 1, addresses(1, 2)...)}, []float64{.5, .5}, true},
		"percent":        {"percentages are usual", shares{share("a", 90, addresses(0, 10)...), share("b", 10, addresses(1, 7)...)}, []float64{.9, .1}, true},
		"canary":         {"a small part of a large program", shares{share("a", 99, addresses(0, 50)...), share("b", 1, addresses(1, 3)...)}, []float64{.99, .01}, false},
		"many endpoints": {"each gets at least something", shares{share("a", 1, addresses(0, 1000)...), share("b", 1, addresses(1, 1)...)}, []float64{.5, .5}, false},
		"great weights":  {"numbers of the Gateway API", shares{share("a", 999_999, addresses(0, 3)...), share("b", 1_000_000, addresses(1, 3)...)}, []float64{.5, .5}, false},
		"nothing":        {"a share of 0", shares{share("a", 0, addresses(0, 3)...), share("b", 7, addresses(1, 2)...)}, []float64{0, 1}, true},
		"not ready":      {"what a share cannot take goes to the others", shares{share("a", 1, notReady("10.0.0.1")), share("b", 1, addresses(1, 2)...)}, []float64{0, 1}, true},
		"one":            {"a single share has all", shares{share("a", 5, addresses(0, 3)...)}, []float64{1}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := fromServices(t, c.shares)
			sums, sum := make([]float64, len(c.want)), 0.0
			for address, weight := range weights(b) {
				var network, i, j, port int
				_, err := fmt.Sscanf(address, "10.%d.%d.%d:%d", &network, &i, &j, &port)
				require.NoError(t, err)
				sums[network] += float64(weight)
				sum += float64(weight)
			}
			for network, want := range c.want {
				got := sums[network] / sum
				tolerance := 0.01
				if c.exact {
					tolerance = 1e-12
				}
				assert.LessOrEqual(t, math.Abs(got-want), tolerance, "%s: network %d gets %f", c.reason, network, got)
			}
		})
	}
}

func TestSharesOverlap(t *testing.T) {
	t.Parallel()
	b := fromServices(t, []backend.Share{share("a", 1, ready("10.0.0.1"), ready("10.0.0.2")), share("b", 1, ready("10.0.0.1")), share("c", 0, ready("10.0.0.1"))})
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 41580, "10.0.0.2:8080": 13860}, weights(b), "one target, the sum of its parts")

	none := fromServices(t, []backend.Share{share("a", 0, ready("10.0.0.1"))})
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 0}, weights(none))
}

// A change of endpoints concerns its own share alone.
func TestSharesAreStable(t *testing.T) {
	t.Parallel()
	before := weights(fromServices(t, []backend.Share{share("a", 2, addresses(0, 3)...), share("b", 1, addresses(1, 3)...)}))
	after := weights(fromServices(t, []backend.Share{share("a", 2, addresses(0, 7)...), share("b", 1, addresses(1, 3)...)}))
	for i := range 3 {
		address := fmt.Sprintf("10.1.0.%d:8080", i)
		assert.Equal(t, before[address], after[address])
	}
}

func TestSharesInAnyOrderOfEndpoints(t *testing.T) {
	t.Parallel()
	a, b := addresses(0, 9), addresses(1, 4)
	want := fromServices(t, []backend.Share{share("a", 2, a...), share("b", 1, b...)})
	slices.Reverse(a)
	slices.Reverse(b)
	assert.Equal(t, want, fromServices(t, []backend.Share{share("a", 2, a...), share("b", 1, b...)}))
}

func TestSharesOfOneService(t *testing.T) {
	t.Parallel()
	service := echo(corev1.ServicePort{Name: "old", Port: 80}, corev1.ServicePort{Name: "new", Port: 81})
	slice := ipv4("a", ready("10.0.0.1"))
	slice.Ports = []discoveryv1.EndpointPort{portOf("old", 8080), portOf("new", 8081)}
	all := []discoveryv1.EndpointSlice{slice}
	service.UID = types.UID("uid")
	b := fromServices(t, []backend.Share{{Service: service, EndpointSlices: all, Port: "old", Weight: 1}, {Service: service, EndpointSlices: all, Port: "81", Weight: 4}})
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 10080, "10.0.0.1:8081": 40320}, weights(b), "each port has its own weight")
	assert.Equal(t, "echo.kong.svc", *b.Upstream.Spec.HostHeader)
	assert.Equal(t, int64(80), *b.Service.Spec.Port)
	assert.Len(t, b.Service.OwnerReferences, 1)
}

func TestSharesWithExternalName(t *testing.T) {
	t.Parallel()
	external := echo()
	external.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "Old.example.com."}
	b := fromServices(t, []backend.Share{{Service: external, Weight: 1}, share("echo", 1, ready("10.0.0.1"))})
	assert.Equal(t, map[string]int{"old.example.com:80": 27720, "10.0.0.1:8080": 27720}, weights(b))
	assert.Nil(t, b.Upstream.Spec.HostHeader, "Kong sends the names of hosts by itself")
}

func TestOneShareHasNothingToBeWeighedAgainst(t *testing.T) {
	t.Parallel()
	one := fromServices(t, []backend.Share{share("echo", 7, ready("10.0.0.1"))})
	two := fromServices(t, []backend.Share{share("echo", 7, ready("10.0.0.1"), ready("10.0.0.2"), draining("10.0.0.3"))})
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 100}, weights(one))
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 100, "10.0.0.2:8080": 100, "10.0.0.3:8080": 0}, weights(two))
	none := fromServices(t, []backend.Share{share("echo", 0, ready("10.0.0.1"))})
	assert.Equal(t, map[string]int{"10.0.0.1:8080": 0}, weights(none), "a share of nothing gets nothing")
}

func TestSharesOfNamespaces(t *testing.T) {
	t.Parallel()
	first, second := share("echo", 1, ready("10.0.0.1")), share("echo", 1, ready("10.0.0.2"))
	first.Service.UID, second.Service.Namespace = "1", "other"
	second.EndpointSlices[0].Namespace = "other"
	name := "shop.echo." + strings.Repeat("x", 60)
	b, err := backend.FromServices(name, []backend.Share{first, second}, backend.WithNamespace("gateways"), inGateway)
	require.NoError(t, err)
	require.Len(t, b.Targets, 2)
	for _, object := range b.Objects() {
		assert.Equal(t, "gateways", object.GetNamespace())
		assert.Empty(t, object.GetOwnerReferences(), "they cannot cross namespaces")
		assert.Len(t, object.GetLabels()[backend.LabelBackendName], 63, "labels are shorter than names")
	}
	assert.Equal(t, name, b.Service.Name)
	assert.Nil(t, b.Upstream.Spec.HostHeader, "two Services of one name are two")

	single, err := backend.FromServices("b", []backend.Share{second}, backend.WithNamespace("gateways"), inGateway)
	require.NoError(t, err)
	assert.Equal(t, "echo.other.svc", *single.Upstream.Spec.HostHeader, "it is the Service's")
}

func TestErrorsOfShares(t *testing.T) {
	t.Parallel()
	good := share("a", 1, ready("10.0.0.1"))
	elsewhere := share("b", 1, ready("10.0.0.2"))
	elsewhere.Service.Namespace = "other"
	udp := share("b", 1)
	udp.Service.Spec.Ports[0].Protocol = corev1.ProtocolUDP
	many := share("b", 1)
	many.Service.Spec.Ports = []corev1.ServicePort{{Name: "x", Port: 80}, {Name: "y", Port: 81}}
	unknown := share("b", 1)
	unknown.Port = "web"
	type S = []backend.Share
	for name, c := range map[string]struct {
		reason, name string
		shares       S
		opts         []backend.Option
		want         []string
	}{
		"name":         {"it is part of names", "a_b", S{good}, nil, []string{"name: Invalid value: \"a_b\""}},
		"nothing":      {"there is nothing to split", "", nil, nil, []string{"name: Invalid value", "shares: Required value: a backend needs a Service"}},
		"no Service":   {"a share is one of a Service", "s", S{good, {Weight: 1}}, nil, []string{"shares[1].service: Required value"}},
		"weights":      {"0 to a million", "s", S{share("a", -1), share("b", 1_000_001)}, nil, []string{"shares[0].weight: Invalid value: -1", "shares[1].weight: Invalid value: 1000001"}},
		"namespaces":   {"that would need a grant", "s", S{good, elsewhere}, nil, []string{`shares[1].service.metadata.namespace: Invalid value: "other": must be that of the first share, kong`}},
		"protocols":    {"Kong speaks one with an upstream", "s", S{good, udp}, nil, []string{`shares[1].port: Invalid value: "udp": must have the protocol of the first share, http`}},
		"ports":        {"which one is not told", "s", S{many}, nil, []string{"shares[0].port: Required value: the Service has 2 ports"}},
		"port":         {"there is none of that name", "s", S{unknown}, nil, []string{`shares[0].port: Not found: "web"`}},
		"endpoint":     {"the place is that of the share", "s", S{good, share("b", 1, ready("10.0.0.256"))}, nil, []string{"shares[1].endpointSlices[b].endpoints[0].addresses[0]: Invalid value"}},
		"Service":      {"so it is for the Service's own", "s", S{share("B", 1)}, nil, []string{"shares[0].service.metadata.name: Invalid value"}},
		"options":      {"shares say these", "s", S{good}, []backend.Option{backend.WithPorts("80"), backend.WithPortInName(), backend.WithWeight(1)}, []string{"WithPortInName: Forbidden", "WithPorts: Forbidden", "WithWeight: Forbidden"}},
		"WithProtocol": {"options are checked once", "s", S{good, good}, []backend.Option{backend.WithProtocol("ftp")}, []string{`WithProtocol: Unsupported value: "ftp"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := backend.FromServices(c.name, c.shares, append(c.opts, inGateway)...)
			var mistakes *builder.Error
			require.ErrorAs(t, err, &mistakes, c.reason)
			assert.Zero(t, b)
			require.Len(t, mistakes.Errors, len(c.want), "%v", err)
			for i, want := range c.want {
				assert.Contains(t, mistakes.Errors[i].Error(), want, c.reason)
			}
		})
	}
	_, err := backend.FromServices("s", []backend.Share{good})
	require.EqualError(t, err, "build KongUpstream kong/s: WithControlPlane: Required value: a backend needs a control plane")
}

func TestPortOfBackend(t *testing.T) {
	t.Parallel()
	protocol := "http"
	ports := []corev1.ServicePort{{Name: "web", Port: 80, AppProtocol: &protocol}, {Name: "admin", Port: 8001}}
	backends := fromService(t, echo(ports...), nil)
	require.Len(t, backends, 2)
	assert.Equal(t, ports[1], backends[0].Port, "backends are sorted by name")
	assert.Equal(t, ports[0], backends[1].Port)
	assert.NotSame(t, &protocol, backends[1].Port.AppProtocol, "nothing is shared with the Service")
	unnamed := fromService(t, echo(), nil)
	assert.Equal(t, int32(80), unnamed[0].Port.Port)
}

func TestEnsureShares(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	ensure := func(shares ...backend.Share) int {
		objects := append(fromServices(t, shares).Objects(), builder.NewGatewayControlPlane("gateway").Namespace("kong").MustBuild())
		report, err := g.client.Ensure(t.Context(), objects, konnect.WithPrune())
		require.NoError(t, err)
		return report.Writes
	}
	assert.Equal(t, 5, ensure(share("a", 9, ready("10.0.0.1")), share("b", 1, ready("10.0.1.1"))))
	assert.Zero(t, ensure(share("a", 9, ready("10.0.0.1")), share("b", 1, ready("10.0.1.1"))))
	assert.Equal(t, 2, ensure(share("a", 9, ready("10.0.0.1"), ready("10.0.0.2")), share("b", 1, ready("10.0.1.1"))), "the targets of one share")
	assert.Len(t, g.entities(t, "upstreams"), 1)
}
