package builder_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

// failure returns the error of Build.
func failure[T any](obj T, err error) error {
	if err == nil {
		return fmt.Errorf("nothing wrong with %+v", obj)
	}
	return err
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	service := func() *builder.Service { return builder.NewService("service").Host("a").ControlPlane("cp") }
	byURL := func(url string) *builder.Service { return builder.NewService("service").URL(url).ControlPlane("cp") }
	route := func() *builder.Route { return builder.NewRoute("route").Path("/").Service("service") }
	target := func(address string) *builder.Target {
		return builder.NewTarget("target").Upstream("up").Address(address)
	}
	upstream := func() *builder.Upstream { return builder.NewUpstream("up").ControlPlane("cp") }
	active := func(checks *builder.ActiveChecks) error {
		return failure(upstream().ActiveHealthchecks(checks).Build())
	}
	cases := map[string]struct {
		reason string
		err    error
		fields []string
	}{
		"no name":                   {"one error, not two", failure(builder.NewService("").Host("a").ControlPlane("cp").Build()), []string{"metadata.name"}},
		"name of no object":         {"a cluster would not take it", failure(builder.NewRoute("My Route").Path("/").Service("s").Build()), []string{"metadata.name"}},
		"namespace of no object":    {"a cluster would not take it", failure(service().Namespace("a/b").Build()), []string{"metadata.namespace"}},
		"bad label":                 {"a cluster would not take it", failure(service().Label("a b", "c").Build()), []string{"metadata.labels"}},
		"no host":                   {"neither Host nor URL", failure(builder.NewService("service").ControlPlane("cp").Build()), []string{"spec.host"}},
		"host with a port":          {"Port is for that", failure(service().Host("a:80").Build()), []string{"spec.host"}},
		"port above":                {"65536", failure(service().Port(65536).Build()), []string{"spec.port"}},
		"port below":                {"-1", failure(service().Port(-1).Build()), []string{"spec.port"}},
		"retries":                   {"32768", failure(service().Retries(32768).Build()), []string{"spec.retries"}},
		"depth":                     {"65", failure(service().TLSVerifyDepth(65).Build()), []string{"spec.tls_verify_depth"}},
		"no unit":                   {"a number without a unit is nanoseconds", failure(service().ConnectTimeout(5000).Build()), []string{"spec.connect_timeout"}},
		"negative timeout":          {"nothing to wait for", failure(service().ReadTimeout(-time.Second).Build()), []string{"spec.read_timeout"}},
		"no timeout at all":         {"Konnect starts at 1", failure(service().ReadTimeout(0).Build()), []string{"spec.read_timeout"}},
		"endless timeout":           {"does not fit", failure(service().WriteTimeout(25 * 24 * time.Hour).Build()), []string{"spec.write_timeout"}},
		"part of a millisecond":     {"would be cut off", failure(service().WriteTimeout(1500 * time.Microsecond).Build()), []string{"spec.write_timeout"}},
		"URL that does not parse":   {"no error on the host on top", failure(byURL("http://a b/").Build()), []string{"spec.url"}},
		"URL without a scheme":      {"not absolute", failure(byURL("a.example/x").Build()), []string{"spec.url"}},
		"URL without a host":        {"nothing to connect to", failure(byURL("http:///x").Build()), []string{"spec.url"}},
		"URL of another scheme":     {"no protocol of a service", failure(byURL("ftp://a.example").Build()), []string{"spec.url"}},
		"URL with a port too high":  {"99999", failure(byURL("http://a.example:99999").Build()), []string{"spec.url"}},
		"URL with user info":        {"Konnect would drop it", failure(byURL("http://user:secret@a.example").Build()), []string{"spec.url"}},
		"URL with a query":          {"Konnect would drop it", failure(byURL("http://a.example/?x=1").Build()), []string{"spec.url"}},
		"URL and another host":      {"a later Host", failure(byURL("http://a.example").Host("b.example").Build()), []string{"spec.host"}},
		"host and another URL":      {"an earlier Host", failure(service().URL("http://b.example").Build()), []string{"spec.host"}},
		"URL and other parts":       {"all of them", failure(byURL("https://a.example/x").Protocol("http").Port(80).Path("/y").Build()), []string{"spec.protocol", "spec.path", "spec.port"}},
		"URL of unknown port":       {"the port would be lost", failure(byURL("grpc://a.example").Port(9000).Build()), []string{"spec.port"}},
		"header without values":     {"matches nothing", failure(route().Header("x-a").Build()), []string{"spec.headers[x-a]"}},
		"empty source":              {"an address or a port", failure(route().Source("10.0.0.1", 0).Source("", 0).Build()), []string{"spec.sources[1]"}},
		"bad addresses":             {"each with its index", failure(route().Source("a.example", 70000).Destination("10.0.0.0/99", 0).Build()), []string{"spec.sources[0].ip", "spec.sources[0].port", "spec.destinations[0].ip"}},
		"no address":                {"neither Address nor HostPort", failure(builder.NewTarget("target").Upstream("up").Build()), []string{"spec.target"}},
		"no upstream":               {"required", failure(builder.NewTarget("target").Address("a").Build()), []string{"spec.upstreamRef.name"}},
		"target with a scheme":      {"a URL is no address", failure(target("http://a.example").Build()), []string{"spec.target"}},
		"target with a bad port":    {"a name is no port", failure(target("a.example:http").Build()), []string{"spec.target"}},
		"target with a path":        {"a path is no address", failure(target("a.example/x").Build()), []string{"spec.target"}},
		"target in bad brackets":    {"brackets are for IPv6", failure(target("[a.example]").Build()), []string{"spec.target"}},
		"port of a target":          {"65536", failure(target("").HostPort("a", 65536).Build()), []string{"spec.target", "spec.target"}},
		"interval without a unit":   {"5 nanoseconds", active(builder.ActiveHTTPChecks("/").HealthyInterval(5)), []string{"spec.healthchecks.active.healthy.interval"}},
		"interval too long":         {"above 65535 s", active(builder.ActiveHTTPChecks("/").UnhealthyInterval(24 * time.Hour)), []string{"spec.healthchecks.active.unhealthy.interval"}},
		"counts":                    {"above 255", active(builder.ActiveHTTPChecks("/").Healthy(256).UnhealthyTimeouts(-1)), []string{"spec.healthchecks.active.healthy.successes", "spec.healthchecks.active.unhealthy.timeouts"}},
		"statuses":                  {"with the index", active(builder.ActiveHTTPChecks("/").HealthyHTTPStatuses(200, 20)), []string{"spec.healthchecks.active.healthy.http_statuses[1]"}},
		"concurrency":               {"at least 1", active(builder.ActiveHTTPChecks("/").Concurrency(0)), []string{"spec.healthchecks.active.concurrency"}},
		"passive counts":            {"below 0", failure(upstream().PassiveHealthchecks(builder.PassiveTCPChecks().UnhealthyTCPFailures(-1)).Build()), []string{"spec.healthchecks.passive.unhealthy.tcp_failures"}},
		"mirror with a description": {"a mirror is only read", failure(builder.NewGatewayControlPlane("cp").Description("x").Mirror("0190e4a8-0000-7000-8000-000000000001").SpecName("y").Build()), []string{"spec.createControlPlaneRequest.description", "spec.createControlPlaneRequest.name"}},
		"empty control plane name":  {"Konnect requires one", failure(builder.NewGatewayControlPlane("cp").SpecName("").Build()), []string{"spec.createControlPlaneRequest.name"}},
		"empty proxy":               {"Konnect requires both", failure(builder.NewGatewayControlPlane("cp").ProxyURL("", "", 1).Build()), []string{"spec.createControlPlaneRequest.proxy_urls[0].host", "spec.createControlPlaneRequest.proxy_urls[0].protocol"}},
		"port of a proxy":           {"with the index", failure(builder.NewGatewayControlPlane("cp").ProxyURL("http", "a", 0).Build()), []string{"spec.createControlPlaneRequest.proxy_urls[0].port"}},
		"no region":                 {"not a label of two letters", failure(builder.NewAPIAuth("auth").Secret("s").Region("europe").Build()), []string{"spec.serverURL"}},
		"neither token nor server":  {"both reported", failure(builder.NewAPIAuth("auth").Build()), []string{"spec.type", "spec.serverURL"}},
		"grant for no names":        {"an empty list is not all", failure(builder.NewReferenceGrant("g").FromRoutes("a").ToServices([]string{}...).Build()), []string{"spec.to"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var failed *builder.Error
			require.ErrorAs(t, tc.err, &failed, tc.reason)
			var fields []string
			for _, err := range failed.Errors {
				fields = append(fields, err.Field)
			}
			assert.Equal(t, tc.fields, fields, "%s: %v", tc.reason, tc.err)
		})
	}
}

// TestSchemaMistakes holds what the CRD schema finds, not the builder.
func TestSchemaMistakes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		err    error
		field  string
	}{
		"no control plane": {"required by the CRD", failure(builder.NewService("service").Host("a").Build()), "spec.controlPlaneRef"},
		"slots":            {"10 to 65536", failure(builder.NewUpstream("up").Slots(9).ControlPlane("cp").Build()), "spec.slots"},
		"weight":           {"0 to 65535", failure(builder.NewTarget("t").Address("a").Upstream("up").Weight(65536).Build()), "spec.weight"},
		"members":          {"only groups have them", failure(builder.NewGatewayControlPlane("cp").IngressController().Members("a").Build()), "spec"},
		"empty grant":      {"at least one from", failure(builder.NewReferenceGrant("g").ToServices().Build()), "spec.from"},
		"long tag":         {"128 characters", failure(builder.NewRoute("r").Path("/").Service("s").Tags(fmt.Sprintf("%0129d", 0)).Build()), "spec.tags"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var failed *builder.Error
			require.ErrorAs(t, tc.err, &failed, tc.reason)
			require.Len(t, failed.Errors, 1, tc.reason)
			assert.Equal(t, tc.field, failed.Errors[0].Field, tc.reason)
		})
	}
}

func TestErrorNamesEveryMistake(t *testing.T) {
	t.Parallel()
	chain := builder.NewService("service").Namespace("kong").Host("a").Port(70000).ConnectTimeout(-1).ControlPlane("cp")
	obj, err := chain.Build()
	assert.Nil(t, obj)
	require.EqualError(t, err, `build KongService kong/service: `+
		`spec.port: Invalid value: 70000: must be between 0 and 65535, inclusive; `+
		`spec.connect_timeout: Invalid value: "-1ns": must be a whole number of milliseconds, from 1ms to 2147483646ms`)

	failed, ok := errors.AsType[*builder.Error](err)
	require.True(t, ok)
	assert.Equal(t, crd.Key{Group: "configuration.konghq.com", Kind: "KongService", Namespace: "kong", Name: "service"}, failed.Key)
	fieldError, ok := errors.AsType[*field.Error](err)
	require.True(t, ok)
	assert.Equal(t, "spec.port", fieldError.Field)

	_, again := chain.Build()
	assert.Equal(t, err, again, "a second Build reports the same")
	assert.PanicsWithError(t, err.Error(), func() { chain.MustBuild() })
}

func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "example-secret-value"
	cases := map[string]struct {
		reason string
		err    error
	}{
		"token without its prefix": {"the token is wrong itself", failure(builder.NewAPIAuth("auth").Token(secret).Region("us").Build())},
		"token and secret":         {"the spec as a whole is wrong", failure(builder.NewAPIAuth("auth").Token("kpat_" + secret).Secret("s").Region("us").Build())},
		"no server":                {"another field is wrong", failure(builder.NewAPIAuth("auth").Token("kpat_" + secret).Build())},
		"user info":                {"a password in a URL", failure(builder.NewService("s").URL("http://user:" + secret + "@a").ControlPlane("cp").Build())},
		"user info that is wrong":  {"a URL that does not parse", failure(builder.NewService("s").URL("http://user:" + secret + "%zz@a").ControlPlane("cp").Build())},
		"query":                    {"a key in a URL", failure(builder.NewService("s").URL("http://a/?key=" + secret).ControlPlane("cp").Build())},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var failed *builder.Error
			require.ErrorAs(t, tc.err, &failed)
			for _, text := range []string{tc.err.Error(), fmt.Sprintf("%+v", failed.Errors), fmt.Sprintf("%#v", failed.Errors.ToAggregate())} {
				assert.NotContains(t, text, secret, tc.reason)
			}
		})
	}
}

func TestBuildersShowNoSecret(t *testing.T) {
	t.Parallel()
	auth := builder.NewAPIAuth("auth").Token("kpat_example").Region("us")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, auth), "kpat_example")
		assert.NotContains(t, fmt.Sprintf(verb, auth.MustBuild()), "kpat_example")
	}
}
