package builder_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
)

// TestBalancing compares upstreams by the fields that each short form sets.
func TestBalancing(t *testing.T) {
	t.Parallel()
	upstream := func() *builder.Upstream { return builder.NewUpstream("up") }
	cases := map[string]struct {
		reason string
		short  *builder.Upstream
		long   *builder.Upstream
	}{
		"round robin":          {"algorithm alone", upstream().RoundRobin(), upstream().Algorithm("round-robin")},
		"least connections":    {"algorithm alone", upstream().LeastConnections(), upstream().Algorithm("least-connections")},
		"latency":              {"algorithm alone", upstream().Latency(), upstream().Algorithm("latency")},
		"sticky":               {"cookie and path", upstream().StickySessions("a", "/b"), upstream().Algorithm("sticky-sessions").StickySessionsCookie("a").StickySessionsCookiePath("/b")},
		"consumer":             {"needs no name", upstream().ConsistentHashingOnConsumer(), upstream().Algorithm("consistent-hashing").HashOn("consumer")},
		"ip":                   {"needs no name", upstream().ConsistentHashingOnIP(), upstream().Algorithm("consistent-hashing").HashOn("ip")},
		"path":                 {"needs no name", upstream().ConsistentHashingOnPath(), upstream().Algorithm("consistent-hashing").HashOn("path")},
		"header":               {"names the header", upstream().ConsistentHashingOnHeader("a"), upstream().Algorithm("consistent-hashing").HashOn("header").HashOnHeader("a")},
		"query argument":       {"names the argument", upstream().ConsistentHashingOnQueryArg("a"), upstream().Algorithm("consistent-hashing").HashOn("query_arg").HashOnQueryArg("a")},
		"capture":              {"names the capture", upstream().ConsistentHashingOnURICapture("a"), upstream().Algorithm("consistent-hashing").HashOn("uri_capture").HashOnURICapture("a")},
		"fallback to consumer": {"needs no name", upstream().FallbackToConsumer(), upstream().HashFallback("consumer")},
		"fallback to ip":       {"needs no name", upstream().FallbackToIP(), upstream().HashFallback("ip")},
		"fallback to path":     {"needs no name", upstream().FallbackToPath(), upstream().HashFallback("path")},
		"fallback to header":   {"names the header", upstream().FallbackToHeader("a"), upstream().HashFallback("header").HashFallbackHeader("a")},
		"fallback to argument": {"names the argument", upstream().FallbackToQueryArg("a"), upstream().HashFallback("query_arg").HashFallbackQueryArg("a")},
		"fallback to capture":  {"names the capture", upstream().FallbackToURICapture("a"), upstream().HashFallback("uri_capture").HashFallbackURICapture("a")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.long.ControlPlane("cp").MustBuild(), tc.short.ControlPlane("cp").MustBuild(), tc.reason)
		})
	}
}

func TestGrantShortForms(t *testing.T) {
	t.Parallel()
	const gateway, konnect = "configuration.konghq.com", "konnect.konghq.com"
	short := builder.NewReferenceGrant("grant").
		FromControlPlanes("a").FromAPIAuths("b").FromServices("c").FromRoutes("d").FromUpstreams("e").FromTargets("f").
		FromKeySets("g").FromKeys("h").FromConsumers("i").FromConsumerGroups("j").FromVaults().FromPluginBindings("k").FromDataPlaneClientCertificates("k").
		FromCertificates("l").FromCACertificates("m").FromSNIs("n").
		ToControlPlanes("a").ToAPIAuths("b").ToServices("c").ToUpstreams("d").ToSecrets("e").
		ToCertificates("f").ToCACertificates("g").
		MustBuild()
	long := builder.NewReferenceGrant("grant").
		From(konnect, "KonnectGatewayControlPlane", "a").From(konnect, "KonnectAPIAuthConfiguration", "b").
		From(gateway, "KongService", "c").From(gateway, "KongRoute", "d").
		From(gateway, "KongUpstream", "e").From(gateway, "KongTarget", "f").
		From(gateway, "KongKeySet", "g").From(gateway, "KongKey", "h").From(gateway, "KongConsumer", "i").From(gateway, "KongConsumerGroup", "j").From(gateway, "KongVault", "").From(gateway, "KongPluginBinding", "k").
		From(gateway, "KongDataPlaneClientCertificate", "k").
		From(gateway, "KongCertificate", "l").From(gateway, "KongCACertificate", "m").From(gateway, "KongSNI", "n").
		To(konnect, "KonnectGatewayControlPlane", "a").To(konnect, "KonnectAPIAuthConfiguration", "b").
		To(gateway, "KongService", "c").To(gateway, "KongUpstream", "d").To("core", "Secret", "e").
		To(gateway, "KongCertificate", "f").To(gateway, "KongCACertificate", "g").
		MustBuild()
	assert.Equal(t, long, short)
}

func TestHealthcheckTypes(t *testing.T) {
	t.Parallel()
	active := map[string]*builder.ActiveChecks{
		"http": builder.ActiveHTTPChecks("/"), "https": builder.ActiveHTTPSChecks("/"),
		"tcp": builder.ActiveTCPChecks(), "grpc": builder.ActiveGRPCChecks(), "grpcs": builder.ActiveGRPCChecks().Type("grpcs"),
	}
	for kind, checks := range active {
		obj := builder.NewUpstream("up").ControlPlane("cp").ActiveHealthchecks(checks).MustBuild()
		assert.Equal(t, kind, *obj.Spec.Healthchecks.Active.Type)
	}
	passive := map[string]*builder.PassiveChecks{
		"http": builder.PassiveHTTPChecks(), "https": builder.PassiveHTTPSChecks(),
		"tcp": builder.PassiveTCPChecks(), "grpc": builder.PassiveGRPCChecks(), "grpcs": builder.PassiveGRPCChecks().Type("grpcs"),
	}
	for kind, checks := range passive {
		obj := builder.NewUpstream("up").ControlPlane("cp").PassiveHealthchecks(checks.Healthy(2)).MustBuild()
		assert.Equal(t, kind, *obj.Spec.Healthchecks.Passive.Type)
		assert.Equal(t, int64(2), *obj.Spec.Healthchecks.Passive.Healthy.Successes)
	}
}

func TestOtherShortForms(t *testing.T) {
	t.Parallel()
	route := builder.NewRoute("route").GRPC().GRPCS().Host("a").Service("service").AdoptMatch("an-id").MustBuild()
	assert.Equal(t, []string{"grpc", "grpcs"}, route.Spec.Protocols)
	adopt, err := json.Marshal(route.Spec.Adopt)
	require.NoError(t, err)
	assert.JSONEq(t, `{"from": "konnect", "mode": "match", "konnect": {"id": "an-id"}}`, string(adopt))

	request := builder.NewGatewayControlPlane("cp").Group().AuthTypePinnedClientCerts().MustBuild().Spec.CreateControlPlaneRequest
	assert.Equal(t, "CLUSTER_TYPE_CONTROL_PLANE_GROUP", *request.ClusterType)
	assert.Equal(t, "pinned_client_certs", *request.AuthType)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"a.example", "a.example:80", "10.0.0.1", "10.0.0.1:0", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:65535"} {
		obj, err := builder.NewTarget("target").Upstream("up").Address(address).Build()
		require.NoError(t, err, address)
		assert.Equal(t, address, obj.Spec.Target, "the address is kept as it is given")
	}
}
