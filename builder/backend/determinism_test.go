package backend_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/konnectkit/konnectkit/builder/backend"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// crowd is a service of two ports with overlapping slices of both families.
func crowd() (*corev1.Service, []discoveryv1.EndpointSlice) {
	slices := make([]discoveryv1.EndpointSlice, 4)
	for i := range slices {
		four := netip.AddrFrom4([4]byte{10, 0, byte(i), 0})
		slices[i] = slice(string(rune('a'+i)), discoveryv1.AddressTypeIPv4, portOf("web", 8080+int32(i%2)))
		slices[i].Ports = append(slices[i].Ports, portOf("grpc", 9000))
		for range 5 {
			four = four.Next()
			slices[i].Endpoints = append(slices[i].Endpoints, ready(four.String()), notReady("10.1.0.1"), draining("10.1.0.2"))
		}
	}
	six := slice("six", discoveryv1.AddressTypeIPv6, portOf("web", 8080), ready("2001:db8::1"), ready("2001:db8::2"))
	return echo(webAndRPC()...), append(slices, six)
}

// shuffle puts everything whose order means nothing into another one.
func shuffle(random *rand.Rand, service *corev1.Service, slices []discoveryv1.EndpointSlice) {
	swap(random, service.Spec.Ports)
	swap(random, slices)
	for i := range slices {
		swap(random, slices[i].Ports)
		swap(random, slices[i].Endpoints)
	}
}

func swap[E any](random *rand.Rand, list []E) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	service, slices := crowd()
	want := fromService(t, service, slices, backend.WithIPFamilies("IPv4", "IPv6"))
	assert.Len(t, want[0].Targets, 21)
	assert.Len(t, want[1].Targets, 24, "one address has two ports, and there are two of IPv6")
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		shuffle(random, service, slices)
		assert.Equal(t, want, fromService(t, service, slices, backend.WithIPFamilies("IPv6", "IPv4")))
	}
}

// TestOthersStayTheSame takes endpoints away one by one.
func TestOthersStayTheSame(t *testing.T) {
	t.Parallel()
	service, slices := crowd()
	before := fromService(t, service, slices)
	byName := map[string]*configurationv1alpha1.KongTarget{}
	for _, b := range before {
		for _, target := range b.Targets {
			byName[target.Name] = target
		}
	}
	for len(slices[0].Endpoints) > 0 {
		slices[0].Endpoints = slices[0].Endpoints[1:]
		after := fromService(t, service, slices)
		for i, b := range after {
			assert.Equal(t, before[i].Service, b.Service)
			assert.Equal(t, before[i].Upstream, b.Upstream)
			for _, target := range b.Targets {
				assert.Equal(t, byName[target.Name], target)
			}
		}
	}
}

// TestArgumentsAreOnlyRead changes the result and looks at the arguments, and the reverse.
func TestArgumentsAreOnlyRead(t *testing.T) {
	t.Parallel()
	service, slices := crowd()
	unchanged, same := crowd()
	tags, labels := []string{"a"}, map[string]string{"a": "1"}
	opts := []backend.Option{inGateway, backend.WithTags(tags...), backend.WithLabels(labels)}
	first := fromService(t, service, slices, opts...)
	assert.Equal(t, unchanged, service)
	assert.Equal(t, same, slices)
	want := fromService(t, service, slices, opts...)
	for _, obj := range first.Objects() {
		obj.GetLabels()["a"] = "changed"
	}
	first[0].Service.Spec.Tags[0] = "changed"
	*first[0].Targets[0].Spec.Weight = 1
	first[0].Upstream.Spec.ControlPlaneRef.KonnectNamespacedRef.Name = "changed"
	assert.Equal(t, want, fromService(t, service, slices, opts...), "a result reaches neither another nor the options")
	labels["b"] = "2"
	fromService(t, service, slices, backend.WithLabels(map[string]string{"c": "3"}))
	assert.NotContains(t, fromService(t, service, slices, backend.WithLabels(labels))[0].Service.Labels, "c")
}
