package gatewayapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

func TestHeaderModifiers(t *testing.T) {
	t.Parallel()
	spec := &gatewayv1.HTTPHeaderFilter{
		Set: []gatewayv1.HTTPHeader{{Name: "a", Value: "1:2"}, {Name: "A", Value: "of one name the first counts"}},
		Add: []gatewayv1.HTTPHeader{{Name: "b", Value: "3"}}, Remove: []string{"c"},
	}
	in := world(httpRoute("r", "", filters(rule("/a", "/b"),
		gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterRequestHeaderModifier, RequestHeaderModifier: spec},
		gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterResponseHeaderModifier, ResponseHeaderModifier: spec},
		rewriteTo(gatewayv1.HTTPURLRewriteFilter{Path: fullPath("/full")}),
	)))
	const headers = `"remove":{"headers":["c"]},"append":{"headers":["b:3"]},"add":{"headers":["a:1:2"]}`
	for _, plugins := range pluginsOf(t, translate(t, in)) {
		require.Len(t, plugins, 2)
		assert.JSONEq(t, `{`+headers+`,"replace":{"headers":["a:1:2"],"uri":"/full"}}`, plugins["request-transformer"])
		assert.JSONEq(t, `{`+headers+`,"replace":{"headers":["a:1:2"]}}`, plugins["response-transformer"])
	}
	result := translate(t, in)
	assert.NotNil(t, find[*configurationv1.KongPlugin](t, result, "gateway.http.shop.r.0.request-transformer"), "one for all matches of the rule")
	assert.NotNil(t, find[*configurationv1alpha1.KongPluginBinding](t, result, "gateway.http.shop.r.0.1.request-transformer"))
}

// TestPrefixRewrites has the rows of the Gateway API, of which routes and services do all.
func TestPrefixRewrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, prefix, replacement, want string }{
		{"/foo/bar", "/foo", "/xyz", "/xyz/bar"},
		{"/foo/bar", "/foo", "/xyz/", "/xyz/bar"},
		{"/foo/bar", "/foo/", "/xyz", "/xyz/bar"},
		{"/foo/bar", "/foo/", "/xyz/", "/xyz/bar"},
		{"/foo", "/foo", "/xyz", "/xyz"},
		{"/foo/", "/foo", "/xyz", "/xyz/"},
		{"/foo/bar", "/foo", "", "/bar"},
		{"/foo/", "/foo", "", "/"},
		{"/foo", "/foo", "", "/"},
		{"/foo/", "/foo", "/", "/"},
		{"/foo", "/foo", "/", "/"},
		{"/foo/bar", "/", "/xyz", "/xyz/foo/bar"},
		{"/", "/", "/xyz", "/xyz"},
	} {
		// The second rule makes a route of its own for what it would take.
		rewrite := filters(rule(c.prefix), rewriteTo(gatewayv1.HTTPURLRewriteFilter{Path: prefix(c.replacement)}))
		in := world(httpRoute("r", "a.com", rewrite), httpRoute("s", "", rule("=/foo/bar GET a:1", "=/foo GET b:1", "/foo/ba"), rule("/foo POST a:1"), rule("~/foo/[a-z]+ c:1")))
		for setting, router := range routers(t, translate(t, in)) {
			for _, headers := range []string{"", " a:1", " b:1", " c:1"} {
				m, ok := router.Match(request("a.com" + c.path + headers))
				require.True(t, ok)
				assert.Equal(t, c.want, m.UpstreamPath, "%s: %s with %s for %s%s by %s", setting, c.path, c.replacement, c.prefix, headers, m.Route.Key.Name)
			}
		}
	}
}

func TestRewrittenHost(t *testing.T) {
	t.Parallel()
	in := world(
		httpRoute("r", "", filters(rule("/a"), rewriteTo(gatewayv1.HTTPURLRewriteFilter{Hostname: new(gatewayv1.PreciseHostname("Inside.example.com"))}))),
		httpRoute("s", "", rule("/b")),
	)
	result := translate(t, in)
	assert.JSONEq(t, `{"replace":{"headers":["host:inside.example.com"]},"add":{"headers":["host:inside.example.com"]}}`,
		pluginsOf(t, result)["gateway.http.shop.r.0.0"]["request-transformer"], "host_header of an upstream would get the port of the target")
	rewritten, plain := find[*configurationv1alpha1.KongRoute](t, result, "gateway.http.shop.r.0.0"), find[*configurationv1alpha1.KongRoute](t, result, "gateway.http.shop.s.0.0")
	assert.True(t, *rewritten.Spec.PreserveHost, "else the gateway sets it after the plugin")
	assert.Equal(t, plain.Spec.ServiceRef, rewritten.Spec.ServiceRef, "the Service needs no upstream of its own")
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	host := new(gatewayv1.PreciseHostname("b.com"))
	for _, c := range []struct {
		reason    string
		listener  string
		hostnames string
		filter    gatewayv1.HTTPRequestRedirectFilter
		want      string
	}{
		{"another host", "a:HTTP:80", "", gatewayv1.HTTPRequestRedirectFilter{Hostname: host}, `{"location":"http://b.com","status_code":302,"keep_incoming_path":true}`},
		{"the port of the listener stays", "a:HTTP:8080", "", gatewayv1.HTTPRequestRedirectFilter{Hostname: host}, `{"location":"http://b.com:8080","status_code":302,"keep_incoming_path":true}`},
		{"another scheme has its own port", "a:HTTP:8080", "", gatewayv1.HTTPRequestRedirectFilter{Hostname: host, Scheme: new("https")}, `{"location":"https://b.com","status_code":302,"keep_incoming_path":true}`},
		{"a port", "a:HTTPS:443", "", gatewayv1.HTTPRequestRedirectFilter{Hostname: host, Port: new(gatewayv1.PortNumber(8443)), StatusCode: new(301)}, `{"location":"https://b.com:8443","status_code":301,"keep_incoming_path":true}`},
		{"the usual port is left out", "a:HTTPS:8443", "", gatewayv1.HTTPRequestRedirectFilter{Hostname: host, Port: new(gatewayv1.PortNumber(443))}, `{"location":"https://b.com","status_code":302,"keep_incoming_path":true}`},
		{"a path", "a:HTTP:80", "", gatewayv1.HTTPRequestRedirectFilter{Hostname: host, Path: fullPath("/c")}, `{"location":"http://b.com/c","status_code":302,"keep_incoming_path":false}`},
		{"the host of the request", "a:HTTP:80", "a.com", gatewayv1.HTTPRequestRedirectFilter{Path: fullPath("/c")}, `{"location":"http://a.com/c","status_code":302,"keep_incoming_path":false}`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			r := filters(rule("/"), redirectTo(c.filter))
			r.BackendRefs = nil
			in := world(httpRoute("r", c.hostnames, r))
			in.Gateways = []gatewayv1.Gateway{gateway("public", c.listener)}
			result := translate(t, in)
			assert.JSONEq(t, c.want, pluginsOf(t, result)["gateway.http.shop.r.0.0"]["redirect"])
			route := find[*configurationv1alpha1.KongRoute](t, result, "gateway.http.shop.r.0.0")
			assert.Nil(t, route.Spec.ServiceRef)
			assert.Equal(t, accepted(), conditions(t, result))
		})
	}
}

// TestRedirectsWithPlugins: a plugin has its say, so that no route makes the redirect before it.
func TestRedirectsWithPlugins(t *testing.T) {
	t.Parallel()
	r := redirectToHTTPS("/")
	r.Filters = append(r.Filters, headerFilter("a", "b"), gatewayv1.HTTPRouteFilter{
		Type:                   gatewayv1.HTTPRouteFilterResponseHeaderModifier,
		ResponseHeaderModifier: &gatewayv1.HTTPHeaderFilter{Remove: []string{"c"}},
	})
	plugins := pluginsOf(t, translate(t, world(httpRoute("r", "a.com", r))))["gateway.http.shop.r.0.0"]
	require.Len(t, plugins, 2, "nothing is sent on whose headers could be changed")
	assert.JSONEq(t, `{"location":"https://a.com","status_code":301,"keep_incoming_path":true}`, plugins["redirect"])
	assert.JSONEq(t, `{"remove":{"headers":["c"]}}`, plugins["response-transformer"])
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	for duration, want := range map[string]int64{"1m1s": 61000, "10ms": 10, "0s": 2147483646, "": 0} {
		r := rule()
		if duration != "" {
			r.Timeouts = &gatewayv1.HTTPRouteTimeouts{BackendRequest: new(gatewayv1.Duration(duration))}
		}
		result := translate(t, world(httpRoute("r", "", r)))
		if want == 0 {
			assert.Nil(t, find[*configurationv1alpha1.KongService](t, result, "gateway.service.shop.echo.80").Spec.ReadTimeout)
			continue
		}
		service := find[*configurationv1alpha1.KongService](t, result, "gateway.http.shop.r.0")
		assert.Equal(t, []int64{want, want, want}, []int64{*service.Spec.ConnectTimeout, *service.Spec.ReadTimeout, *service.Spec.WriteTimeout})
		assert.Equal(t, "gateway.service.shop.echo.80.kong.svc", service.Spec.Host, "the upstream is the one of all rules")
	}
}

func TestNamedPlugins(t *testing.T) {
	t.Parallel()
	named := gatewayv1.HTTPRouteFilter{Type: gatewayv1.HTTPRouteFilterExtensionRef, ExtensionRef: &gatewayv1.LocalObjectReference{
		Group: "configuration.konghq.com", Kind: "KongPlugin", Name: "limit",
	}}
	route := httpRoute("r", "", filters(rule("/a"), named), rule("/b"))
	route.Annotations = map[string]string{"konghq.com/plugins": "auth"}
	in := world(route)
	plugin := func(name, kind string) configurationv1.KongPlugin {
		return *builder.NewPlugin(name, kind).Namespace("shop").MustBuild()
	}
	in.KongPlugins = []configurationv1.KongPlugin{plugin("limit", "rate-limiting"), plugin("auth", "key-auth")}
	grant := builder.NewReferenceGrant("plugins").Namespace("shop").
		From("configuration.konghq.com", "KongPluginBinding", "kong").To("configuration.konghq.com", "KongPlugin").MustBuild()

	t.Run("without a grant requests are answered with 500", func(t *testing.T) {
		result := translate(t, in)
		assert.Equal(t, []string{"Accepted=True/Accepted", "ResolvedRefs=False/RefNotPermitted"}, conditions(t, result))
		for _, plugins := range pluginsOf(t, result) {
			assert.JSONEq(t, `{"status_code":500,"message":"no backend of the rule can be reached"}`, plugins["request-termination"])
		}
	})
	in.KongReferenceGrants = []configurationv1alpha1.KongReferenceGrant{*grant}
	t.Run("with a grant they are referred to", func(t *testing.T) {
		t.Parallel()
		result := translate(t, in)
		assert.Equal(t, accepted(), conditions(t, result))
		assert.Equal(t, map[string]map[string]string{
			"gateway.http.shop.r.0.0": {"limit": "shop", "auth": "shop"},
			"gateway.http.shop.r.1.0": {"auth": "shop"},
		}, pluginsOf(t, result))
		for _, object := range result.Objects {
			assert.NotEqual(t, "KongPlugin", object.GVK().Kind, "none is copied")
		}
	})
	t.Run("one that does not exist", func(t *testing.T) {
		t.Parallel()
		in := in
		in.KongPlugins = in.KongPlugins[1:]
		result := translate(t, in)
		assert.Equal(t, []string{"Accepted=True/Accepted", "ResolvedRefs=False/BackendNotFound"}, conditions(t, result))
		plugins := pluginsOf(t, result)
		assert.Contains(t, plugins["gateway.http.shop.r.0.0"], "request-termination")
		assert.NotContains(t, plugins["gateway.http.shop.r.1.0"], "request-termination")
	})
	t.Run("one that only one route could have", func(t *testing.T) {
		t.Parallel()
		in := in
		named := plugin("limit", "rate-limiting")
		named.InstanceName = "limit"
		in.KongPlugins = []configurationv1.KongPlugin{named, plugin("auth", "key-auth")}
		result := translate(t, in)
		require.Len(t, result.Routes[0].Refused, 1)
		assert.Equal(t, "spec.rules[0].filters[0].extensionRef: limit has an instance_name, which one entity alone can have, and there is one for each route", result.Routes[0].Refused[0].String())
	})
	t.Run("two of one type", func(t *testing.T) {
		t.Parallel()
		in := in
		in.KongPlugins = []configurationv1.KongPlugin{plugin("limit", "key-auth"), plugin("auth", "key-auth")}
		result := translate(t, in)
		require.Len(t, result.Routes[0].Refused, 1)
		assert.Equal(t, "spec.rules[0].filters[0].extensionRef: is a second plugin of type key-auth besides auth, and the gateway runs one of a type on a route", result.Routes[0].Refused[0].String())
	})
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	route := httpRoute("r", "", rule("/a"), rule("=/b"), rule("~/c[0-9]"))
	route.Annotations = map[string]string{
		"konghq.com/strip-path": "true", "konghq.com/preserve-host": "false", "konghq.com/request-buffering": "false",
		"konghq.com/response-buffering": "maybe", "konghq.com/tags": "x, y", "konghq.com/methods": "GET", "example.com/other": "1",
	}
	result := translate(t, world(route, httpRoute("s", "", rule("/a GET x:1"))))
	r := find[*configurationv1alpha1.KongRoute](t, result, "gateway.http.shop.r.0.0")
	assert.False(t, *r.Spec.PreserveHost)
	assert.False(t, *r.Spec.RequestBuffering)
	assert.Nil(t, r.Spec.ResponseBuffering)
	assert.Equal(t, []string{"x", "y"}, []string(r.Spec.Tags))
	var warnings []string
	for _, w := range result.Warnings {
		warnings = append(warnings, w.String())
	}
	assert.Equal(t, []string{
		"HTTPRoute shop/r: metadata.annotations[konghq.com/methods]: has no effect on a route of the Gateway API",
		"HTTPRoute shop/r: metadata.annotations[konghq.com/response-buffering]: is neither true nor false, and ignored",
	}, warnings)
	for _, router := range routers(t, result) {
		for path, want := range map[string]string{"/a/x": "/x", "/a": "/", "/b": "/", "/c1/x": "/x"} {
			m, ok := router.Match(routing.Request{Host: "a.com", Path: path})
			require.True(t, ok)
			assert.Equal(t, want, m.UpstreamPath, path)
		}
	}
	assert.Empty(t, translate(t, world(route), gatewayapi.Strict()).Routes[0].Refused, "an annotation changes no match")

	route.Annotations = map[string]string{"konghq.com/tags": strings.Repeat("x", 129)}
	result = translate(t, world(route))
	require.Len(t, result.Warnings, 1)
	assert.Contains(t, result.Warnings[0].String(), "metadata.annotations[konghq.com/tags]: is no list of at most 20 tags of at most 128 characters, and ignored")
}
