package builder_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
)

// specOf returns the JSON of obj's spec.
func specOf(t *testing.T, obj crd.Object) string {
	t.Helper()
	data, err := json.Marshal(obj)
	require.NoError(t, err)
	var object struct {
		Spec json.RawMessage `json:"spec"`
	}
	require.NoError(t, json.Unmarshal(data, &object))
	return string(object.Spec)
}

func TestSpecs(t *testing.T) {
	t.Parallel()
	const toControlPlane = `"controlPlaneRef": {"type": "konnectNamespacedRef", "konnectNamespacedRef": {"name": "cp"}}`
	cases := map[string]struct {
		reason string
		obj    crd.Object
		want   string
	}{
		"control plane": {
			reason: "the name is that of the request too",
			obj:    builder.NewGatewayControlPlane("cp").MustBuild(),
			want:   `{"source": "Origin", "createControlPlaneRequest": {"name": "cp"}}`,
		},
		"control plane in full": {
			reason: "labels in Konnect are not those of the object",
			obj: builder.NewGatewayControlPlane("cp").SpecName("Shop").Description("shop").AuthTypePKIClientCerts().
				CloudGateway(true).ProxyURL("https", "gw.example.com", 8443).KonnectLabel("team", "a").Label("app", "b").
				AuthIn("keys", "auth").MustBuild(),
			want: `{"source": "Origin", "createControlPlaneRequest": {"name": "Shop", "description": "shop",
				"auth_type": "pki_client_certs", "cloud_gateway": true, "labels": {"team": "a"},
				"proxy_urls": [{"host": "gw.example.com", "port": 8443, "protocol": "https"}]},
				"konnect": {"authRef": {"name": "auth", "namespace": "keys"}}}`,
		},
		"group": {
			reason: "members make a control plane a group",
			obj:    builder.NewGatewayControlPlane("all").Members("a", "b").MustBuild(),
			want: `{"source": "Origin", "members": [{"name": "a"}, {"name": "b"}],
				"createControlPlaneRequest": {"name": "all", "cluster_type": "CLUSTER_TYPE_CONTROL_PLANE_GROUP"}}`,
		},
		"ingress controller": {
			reason: "the short form of a cluster type",
			obj:    builder.NewGatewayControlPlane("cp").IngressController().MustBuild(),
			want: `{"source": "Origin",
				"createControlPlaneRequest": {"name": "cp", "cluster_type": "CLUSTER_TYPE_K8S_INGRESS_CONTROLLER"}}`,
		},
		"mirror": {
			reason: "a mirror has nothing that it is created with, not even a name",
			obj:    builder.NewGatewayControlPlane("cp").Mirror("0190e4a8-0000-7000-8000-000000000001").Auth("auth").MustBuild(),
			want: `{"source": "Mirror", "mirror": {"konnect": {"id": "0190e4a8-0000-7000-8000-000000000001"}},
				"konnect": {"authRef": {"name": "auth"}}}`,
		},
		"auth by token": {
			reason: "the type follows from the token, the server from the region",
			obj:    builder.NewAPIAuth("auth").Token("kpat_example").Region("us").MustBuild(),
			want:   `{"type": "token", "token": "kpat_example", "serverURL": "us.api.konghq.com"}`,
		},
		"auth by secret": {
			reason: "the type follows from the reference",
			obj:    builder.NewAPIAuth("auth").SecretIn("keys", "konnect").ServerURL("https://eu.api.konghq.com").MustBuild(),
			want: `{"type": "secretRef", "secretRef": {"name": "konnect", "namespace": "keys"},
				"serverURL": "https://eu.api.konghq.com"}`,
		},
		"service": {
			reason: "Konnect's defaults stay out of the object",
			obj:    builder.NewService("service").Host("echo.kong.svc.cluster.local").Port(1027).ControlPlane("cp").MustBuild(),
			want:   `{"name": "service", "host": "echo.kong.svc.cluster.local", "port": 1027, ` + toControlPlane + `}`,
		},
		"service by URL": {
			reason: "the URL fills the required host; timeouts are in milliseconds",
			obj: builder.NewService("service").URL("https://Echo.example:8443/v1").ConnectTimeout(5 * time.Second).
				ReadTimeout(time.Minute).WriteTimeout(1500 * time.Millisecond).ControlPlane("cp").MustBuild(),
			want: `{"name": "service", "url": "https://Echo.example:8443/v1", "host": "Echo.example",
				"connect_timeout": 5000, "read_timeout": 60000, "write_timeout": 1500, ` + toControlPlane + `}`,
		},
		"URL and what it says": {
			reason: "repeating a part of the URL is no contradiction, in either order",
			obj: builder.NewService("service").Port(80).Host("a.example").URL("http://a.example/x").
				Protocol("http").Path("/x").ControlPlane("cp").MustBuild(),
			want: `{"name": "service", "url": "http://a.example/x", "host": "a.example", "port": 80,
				"protocol": "http", "path": "/x", ` + toControlPlane + `}`,
		},
		"unnamed service": {
			reason: "an empty SpecName leaves the name out",
			obj:    builder.NewService("service").SpecName("").Host("a").Adopt("an-id").Tags("x").Tag("y").ControlPlane("cp").MustBuild(),
			want: `{"host": "a", "tags": ["x", "y"], "adopt": {"from": "konnect", "mode": "override", "konnect": {"id": "an-id"}},
				` + toControlPlane + `}`,
		},
		"service in another namespace": {
			reason: "references name it, certificates too",
			obj: builder.NewService("service").Host("a").ControlPlaneIn("infra", "cp").
				CACertificateRefs(builder.Ref("ca"), builder.RefIn("certs", "other")).MustBuild(),
			want: `{"name": "service", "host": "a", "caCertificateRefs": [{"name": "ca"}, {"name": "other", "namespace": "certs"}],
				"controlPlaneRef": {"type": "konnectNamespacedRef", "konnectNamespacedRef": {"name": "cp", "namespace": "infra"}}}`,
		},
		"route": {
			reason: "the how-to's route",
			obj:    builder.NewRoute("route").Protocols("http").Paths("/echo").Service("service").MustBuild(),
			want: `{"name": "route", "protocols": ["http"], "paths": ["/echo"],
				"serviceRef": {"type": "namespacedRef", "namespacedRef": {"name": "service"}}}`,
		},
		"route by short forms": {
			reason: "singular forms add, and a protocol is added once",
			obj: builder.NewRoute("route").HTTP().HTTPS().HTTP().Path("/a").Path("/b").Host("a.example").Method("GET").
				Header("x-a", "1", "2").StripPath(false).ServiceIn("shop", "service").MustBuild(),
			want: `{"name": "route", "protocols": ["http", "https"], "paths": ["/a", "/b"], "hosts": ["a.example"],
				"methods": ["GET"], "headers": {"x-a": ["1", "2"]}, "strip_path": false,
				"serviceRef": {"type": "namespacedRef", "namespacedRef": {"name": "service", "namespace": "shop"}}}`,
		},
		"stream route": {
			reason: "an empty address and port 0 match any; a route can do without a service",
			obj: builder.NewRoute("route").Protocols("tcp").Source("10.0.0.0/8", 0).Source("", 9000).
				Destination("10.1.1.1", 443).SNI("a.example").ControlPlane("cp").MustBuild(),
			want: `{"name": "route", "protocols": ["tcp"], "sources": [{"ip": "10.0.0.0/8"}, {"port": 9000}],
				"destinations": [{"ip": "10.1.1.1", "port": 443}], "snis": ["a.example"], ` + toControlPlane + `}`,
		},
		"hash on a cookie": {
			reason: "the CRD requires the path of the cookie",
			obj:    builder.NewUpstream("up").ConsistentHashingOnCookie("sid").ControlPlane("cp").MustBuild(),
			want: `{"name": "up", "algorithm": "consistent-hashing", "hash_on": "cookie", "hash_on_cookie": "sid",
				"hash_on_cookie_path": "/", ` + toControlPlane + `}`,
		},
		"hash with a fallback": {
			reason: "a later choice clears the names of an earlier one",
			obj: builder.NewUpstream("up").ConsistentHashingOnHeader("x-a").ConsistentHashingOnQueryArg("q").
				FallbackToHeader("x-b").FallbackToCookie("sid").HashOnCookiePath("/c").ControlPlane("cp").MustBuild(),
			want: `{"name": "up", "algorithm": "consistent-hashing", "hash_on": "query_arg", "hash_on_query_arg": "q",
				"hash_fallback": "cookie", "hash_on_cookie": "sid", "hash_on_cookie_path": "/c", ` + toControlPlane + `}`,
		},
		"sticky sessions": {
			reason: "the path is Konnect's own default where it is not given",
			obj:    builder.NewUpstream("up").StickySessions("sid", "").ControlPlane("cp").MustBuild(),
			want:   `{"name": "up", "algorithm": "sticky-sessions", "sticky_sessions_cookie": "sid", ` + toControlPlane + `}`,
		},
		"target": {
			reason: "the address is not the name; the weight is the default of the CRD schema",
			obj:    builder.NewTarget("a").HostPort("2001:db8::1", 8000).Weight(0).UpstreamIn("infra", "up").MustBuild(),
			want:   `{"target": "[2001:db8::1]:8000", "weight": 0, "upstreamRef": {"name": "up", "namespace": "infra"}}`,
		},
		"grant": {
			reason: "without names all of a kind, with names each of them",
			obj: builder.NewReferenceGrant("grant").FromRoutes("shop").FromAPIAuths("infra").
				ToServices().ToSecrets("a", "b").MustBuild(),
			want: `{"from": [{"group": "configuration.konghq.com", "kind": "KongRoute", "namespace": "shop"},
				{"group": "konnect.konghq.com", "kind": "KonnectAPIAuthConfiguration", "namespace": "infra"}],
				"to": [{"group": "configuration.konghq.com", "kind": "KongService"},
				{"group": "core", "kind": "Secret", "name": "a"}, {"group": "core", "kind": "Secret", "name": "b"}]}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.JSONEq(t, tc.want, specOf(t, tc.obj), tc.reason)
			assert.Equal(t, tc.obj.GVK(), tc.obj.GetObjectKind().GroupVersionKind(), "apiVersion and kind are filled in")
			assert.Empty(t, tc.obj.Validate(), "what Build returns is valid")
		})
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	service := builder.NewService("service").Labels(map[string]string{"dropped": "x"}).Labels(map[string]string{"a": "1"}).Label("b", "2").
		Annotation("c", "3").Annotations(map[string]string{"d": "4"}).Annotation("e", "5").
		Host("a").ControlPlane("cp")
	obj := service.MustBuild()
	assert.Equal(t, "service", obj.GetName())
	assert.Equal(t, "default", obj.GetNamespace())
	assert.Equal(t, map[string]string{"a": "1", "b": "2"}, obj.GetLabels(), "a plural replaces, a singular adds")
	assert.Equal(t, map[string]string{"d": "4", "e": "5"}, obj.GetAnnotations(), "a plural replaces, a singular adds")
	assert.Equal(t, "kong", service.Namespace("kong").MustBuild().GetNamespace())
}

func TestHealthchecks(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason   string
		upstream *builder.Upstream
		want     string
	}{
		"short form": {
			reason:   "probing is on",
			upstream: builder.NewUpstream("up").ActiveHTTP("/healthz"),
			want: `{"threshold": 0, "active": {"type": "http", "concurrency": 10, "timeout": 1, "http_path": "/healthz",
				"https_verify_certificate": true, "healthy": {"interval": 5, "successes": 2},
				"unhealthy": {"interval": 5, "http_failures": 3, "tcp_failures": 3, "timeouts": 3}}}`,
		},
		"only what is required": {
			reason:   "Konnect's defaults fill what the CRD requires, and no more",
			upstream: builder.NewUpstream("up").ActiveHealthchecks(builder.ActiveTCPChecks()),
			want: `{"threshold": 0, "active": {"type": "tcp", "concurrency": 10, "timeout": 1, "http_path": "/",
				"https_verify_certificate": true}}`,
		},
		"sections": {
			reason: "one number of a section brings the others that the CRD requires",
			upstream: builder.NewUpstream("up").Threshold(12.5).
				ActiveHealthchecks(builder.ActiveHTTPSChecks("/").HTTPSSNI("a.example").Header("x-a", "1").Timeout(500 * time.Millisecond).
					HealthySuccesses(1).UnhealthyTimeouts(2)).
				PassiveHealthchecks(builder.PassiveHTTPChecks().HealthyHTTPStatuses(200, 201).UnhealthyHTTPFailures(4)),
			want: `{"threshold": 12.5,
				"active": {"type": "https", "concurrency": 10, "timeout": 0.5, "http_path": "/", "https_verify_certificate": true,
					"https_sni": "a.example", "headers": {"x-a": ["1"]}, "healthy": {"interval": 0, "successes": 1},
					"unhealthy": {"interval": 0, "http_failures": 0, "tcp_failures": 0, "timeouts": 2}},
				"passive": {"type": "http", "healthy": {"http_statuses": [200, 201], "successes": 0},
					"unhealthy": {"http_failures": 4, "tcp_failures": 0, "timeouts": 0}}}`,
		},
		"removed": {
			reason: "nil removes a part",
			upstream: builder.NewUpstream("up").ActiveHTTP("/").PassiveHealthchecks(builder.PassiveTCPChecks().Unhealthy(1)).
				ActiveHealthchecks(nil),
			want: `{"threshold": 0, "passive": {"type": "tcp", "unhealthy": {"http_failures": 1, "tcp_failures": 1, "timeouts": 1}}}`,
		},
		"none": {
			reason:   "removing what is not there makes no section",
			upstream: builder.NewUpstream("up").ActiveHealthchecks(nil).PassiveHealthchecks(nil),
			want:     `null`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			obj, err := tc.upstream.ControlPlane("cp").Build()
			require.NoError(t, err, tc.reason)
			got, err := json.Marshal(obj.Spec.Healthchecks)
			require.NoError(t, err)
			assert.JSONEq(t, tc.want, string(got), tc.reason)
		})
	}
}
