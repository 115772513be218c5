package gatewayapi_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// texts returns the JSON of objects by key.
func texts(t *testing.T, result *gatewayapi.Result) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, object := range result.Objects {
		text, err := json.Marshal(object)
		require.NoError(t, err)
		found[crd.KeyOf(object).String()] = string(text)
	}
	require.Len(t, found, len(result.Objects), "no key comes twice")
	return found
}

func shuffle[T any](r *rand.Rand, list []T) []T {
	shuffled := slices.Clone(list)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return shuffled
}

// TestOrderOfInput: it does not matter, and neither does what else runs.
func TestOrderOfInput(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		in := newGenerator(seed).trial().input()
		in.GRPCRoutes = []gatewayv1.GRPCRoute{grpcRoute("g", "", "a/b", "a/")}
		before, err := json.Marshal(in.HTTPRoutes)
		require.NoError(t, err)
		first := translate(t, in)
		random := rand.New(rand.NewPCG(seed, 3))
		again := in
		again.HTTPRoutes, again.Gateways = shuffle(random, in.HTTPRoutes), shuffle(random, in.Gateways)
		again.Services, again.EndpointSlices = shuffle(random, in.Services), shuffle(random, in.EndpointSlices)
		assert.Equal(t, first, translate(t, again))
		after, err := json.Marshal(in.HTTPRoutes)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after), "the input is only read")
	}
}

// TestObjectsAreValid: Konnect takes all of them.
func TestObjectsAreValid(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		in := newGenerator(seed).trial().input()
		for _, object := range translate(t, in).Objects {
			assert.Empty(t, object.Validate(), crd.KeyOf(object))
			switch o := object.(type) {
			case *configurationv1alpha1.KongRoute:
				assert.Empty(t, konnectrules.CheckRoute(o), crd.KeyOf(o))
			case *configurationv1alpha1.KongService:
				assert.Empty(t, konnectrules.CheckService(o), crd.KeyOf(o))
			}
		}
	}
}

// TestChangesAreLocal: a rule that changes changes its own objects, and those of rules that
// overlap it.
func TestChangesAreLocal(t *testing.T) {
	t.Parallel()
	in := world(
		httpRoute("a", "a.com", rule("/a"), rule("/a/b GET"), rule("x:1")),
		httpRoute("b", "b.com", rule("/a"), rule("GET")),
		httpRoute("c", "", rule("/c"), rule("/a POST")),
		httpRoute("d", "a.com", rule("/d"), rule("/d/e x:1 y:2")),
	)
	before := texts(t, translate(t, in))
	in.HTTPRoutes[0].Spec.Rules[1] = rule("/a/c PUT", "=/a/d z:1")
	after := texts(t, translate(t, in))
	for key, text := range after {
		if before[key] == text {
			delete(before, key)
			continue
		}
		assert.True(t, strings.HasPrefix(key, "KongRoute kong/gateway.http.shop.a."), "%s is new or another one", key)
		delete(before, key)
	}
	for key := range maps.Keys(before) {
		assert.True(t, strings.HasPrefix(key, "KongRoute kong/gateway.http.shop.a.1."), "%s is gone", key)
	}
}

// TestNamedRules: a rule with a name keeps its objects wherever it stands.
func TestNamedRules(t *testing.T) {
	t.Parallel()
	named := func(name string, r gatewayv1.HTTPRouteRule) gatewayv1.HTTPRouteRule {
		r.Name = new(gatewayv1.SectionName(name))
		return r
	}
	first, second := named("read", rule("/a GET")), named("write", toAll(rule("/b"), to("echo*1"), to("echo*2")))
	one := translate(t, world(httpRoute("r", "", first, second)))
	other := translate(t, world(httpRoute("r", "", second, first)))
	assert.Equal(t, texts(t, one), texts(t, other))
	assert.NotNil(t, find[*configurationv1alpha1.KongRoute](t, one, "gateway.http.shop.r.read.0"))
	dots := translate(t, world(httpRoute("a", "a.com", named("b.c", filters(rule(), headerFilter("x", "1")))), httpRoute("a.b", "b.com", named("c", filters(rule(), headerFilter("x", "2"))))))
	assert.NotEqual(t, pluginsOf(t, dots)["gateway.http.shop.a.b.c.0"], pluginsOf(t, dots)["gateway.http.shop.a.b-c-"+hashOf(t, dots)+".0"], "a dot in a name is none between names")
	digits := translate(t, world(httpRoute("r", "", named("1", rule("/a")), rule("/b"))))
	assert.Len(t, hostsOf(digits), 2, "a name that is a number is none, so that it is not the index of another rule")
}

// hashOf returns the hash in the name of the route that is not http.shop.a.b.c.0.
func hashOf(t *testing.T, result *gatewayapi.Result) string {
	t.Helper()
	for name := range hostsOf(result) {
		if hash, ok := strings.CutPrefix(strings.TrimSuffix(name, ".0"), "gateway.http.shop.a.b-c-"); ok {
			return hash
		}
	}
	require.Fail(t, "no hash", "%v", hostsOf(result))
	return ""
}

// TestLongNames: they end in a hash, and stay distinct.
func TestLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 240)
	result := translate(t, world(httpRoute(long+"1", "", rule("/a")), httpRoute(long+"2", "", rule("/b"))))
	require.Len(t, hostsOf(result), 2)
	for name := range hostsOf(result) {
		assert.LessOrEqual(t, len(name), 253)
		route := find[*configurationv1alpha1.KongRoute](t, result, name)
		assert.LessOrEqual(t, len(*route.Spec.Name), 128)
		assert.LessOrEqual(t, len(route.Labels["konnectkit/source-name"]), 63)
	}
	// Names of different things that come out alike are told apart.
	alike := translate(t, world(httpRoute("r", "", rule("=/a GET", "/ x:1"), rule("=/ab GET"), rule("= /"), rule("=/x/y", "=/x-y"), rule("/ GET z:1", "/x z:1"))))
	assert.Len(t, alike.Objects, len(texts(t, alike)))
}
