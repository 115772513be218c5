package gatewayapi_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/builder/gatewayapi"
	"github.com/konnectkit/konnectkit/internal/precedence"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// twoListeners is a world whose Gateway has one listener of HTTP and one of HTTPS.
func twoListeners(routes ...gatewayv1.HTTPRoute) gatewayapi.Input {
	in := world(routes...)
	in.Gateways = []gatewayv1.Gateway{gateway("public", "http:HTTP:80", "https:HTTPS:443")}
	return in
}

// on attaches a route to one listener.
func on(section string, route gatewayv1.HTTPRoute) gatewayv1.HTTPRoute {
	route.Spec.ParentRefs[0].SectionName = new(gatewayv1.SectionName(section))
	return route
}

func redirectToHTTPS(matches ...string) gatewayv1.HTTPRouteRule {
	r := rule(matches...)
	r.BackendRefs = nil
	r.Filters = []gatewayv1.HTTPRouteFilter{{
		Type:            gatewayv1.HTTPRouteFilterRequestRedirect,
		RequestRedirect: &gatewayv1.HTTPRequestRedirectFilter{Scheme: new("https"), StatusCode: new(301)},
	}}
	return r
}

// TestRedirectOfWhatIsSecure: requests over https to a rule that sends clients to https are sent there too,
// also where the rule has some of its hosts over plain text alone.
func TestRedirectOfWhatIsSecure(t *testing.T) {
	t.Parallel()
	in := world(httpRoute("r", "*.a.com", redirectToHTTPS()))
	in.Gateways = []gatewayv1.Gateway{gateway("public", "http:HTTP:80", "https:HTTPS:443:x.a.com")}
	result := translate(t, in)
	assert.Empty(t, result.Routes[0].Refused)
	plugins := pluginsOf(t, result)
	for _, router := range routers(t, result) {
		r := request("x.a.com/p")
		m, ok := router.Match(r)
		require.True(t, ok)
		assert.Equal(t, "https://x.a.com/p", m.Location, "by the route")
		r.Protocol = "https"
		m, ok = router.Match(r)
		require.True(t, ok)
		assert.JSONEq(t, `{"location":"https://x.a.com","keep_incoming_path":true,"status_code":301}`, plugins[m.Route.Key.Name]["redirect"])
	}
}

// TestRedirectToHTTPS: the routes over TLS answer requests over plain text.
func TestRedirectToHTTPS(t *testing.T) {
	t.Parallel()
	in := twoListeners(
		on("http", httpRoute("redirect", "a.com", redirectToHTTPS())),
		on("http", httpRoute("challenge", "b.com", rule("/.well-known/acme"))),
		on("https", httpRoute("site", "a.com", rule("/"), rule("/api"))),
		on("http", httpRoute("old", "b.com", redirectToHTTPS("/old"))),
	)
	result := translate(t, in)
	for _, route := range result.Routes {
		assert.Empty(t, route.Refused)
	}
	for setting, router := range routers(t, result) {
		for _, c := range []struct{ protocol, request, route, location string }{
			{"http", "a.com/x?y=1", "gateway.http.shop.site.0.", "https://a.com/x?y=1"},
			{"http", "a.com/api/x", "gateway.http.shop.site.1.", "https://a.com/api/x"},
			{"https", "a.com/api", "gateway.http.shop.site.1.", ""},
			{"https", "a.com/", "gateway.http.shop.site.0.", ""},
			{"http", "b.com/.well-known/acme/1", "gateway.http.shop.challenge.0.", ""},
			{"http", "b.com/old/1", "gateway.http.shop.old.0.", "https://b.com/old/1"},
		} {
			r := request(c.request)
			r.Protocol = c.protocol
			m, ok := router.Match(r)
			require.True(t, ok, c.request)
			assert.True(t, strings.HasPrefix(m.Route.Key.Name, c.route), "%s: %s %s is taken by %s", setting, c.protocol, c.request, m.Route.Key.Name)
			assert.Equal(t, c.location, m.Location, "%s: %s %s", setting, c.protocol, c.request)
		}
	}
	plugins := pluginsOf(t, result)
	assert.JSONEq(t, `{"status_code":404,"message":"no route over https"}`, plugins["gateway.http.shop.old.0.0"]["request-termination"],
		"what comes over https is not the redirect's")
}

// TestRandomProtocols compares random routes that are attached to one listener or both.
func TestRandomProtocols(t *testing.T) {
	t.Parallel()
	refused, rules := 0, 0
	for seed := range uint64(150) {
		choose := choice{rand.New(rand.NewPCG(seed, 2))}
		in := randomProtocols(choose, &rules)
		result := translate(t, in)
		refused += len(refusedRules(result))
		assertProtocols(t, in, result, choose)
		if t.Failed() {
			return
		}
	}
	assert.Positive(t, refused)
	assert.Less(t, refused*2, rules, "not most rules are refused")
}

// randomProtocols makes routes that are attached to one listener or both, and counts their rules.
func randomProtocols(choose choice, rules *int) gatewayapi.Input {
	var routes []gatewayv1.HTTPRoute
	for i := range 2 + choose.IntN(3) {
		route := httpRoute(fmt.Sprintf("r%d", i), choose.of("", "a.com", "*.a.com", "x.a.com"))
		for range 1 + choose.IntN(3) {
			next := rule(choose.match())
			if choose.IntN(4) == 0 {
				next = redirectToHTTPS(choose.match())
			}
			route.Spec.Rules = append(route.Spec.Rules, next)
			*rules++
		}
		if section := choose.of("", "http", "https"); section != "" {
			route = on(section, route)
		}
		if isRedirect(route) && route.Spec.ParentRefs[0].SectionName == nil {
			route = on("http", route)
		}
		routes = append(routes, route)
	}
	return twoListeners(routes...)
}

func isRedirect(route gatewayv1.HTTPRoute) bool {
	return slices.ContainsFunc(route.Spec.Rules, func(r gatewayv1.HTTPRouteRule) bool { return len(r.Filters) > 0 })
}

// assertProtocols compares requests over both protocols. What is served over plain text
// alone is let pass over TLS too, which is a warning.
func assertProtocols(t *testing.T, in gatewayapi.Input, result *gatewayapi.Result, choose choice) {
	t.Helper()
	x := translated{refused: refusedRules(result)}
	cluster := precedence.Cluster{Gateways: in.Gateways, Routes: x.kept(in.HTTPRoutes)}
	settings := routers(t, result)
	for range 60 {
		r := choose.request()
		for _, r.Protocol = range []string{"http", "https"} {
			answer, taken := cluster.Answer(precedence.Request{Scheme: r.Protocol, Method: r.Method, Host: r.Host, Path: r.Path, Header: r.Header})
			redirects := false
			if taken {
				i := slices.IndexFunc(in.HTTPRoutes, func(of gatewayv1.HTTPRoute) bool { return of.Name == answer.Route })
				redirects = len(in.HTTPRoutes[i].Spec.Rules[answer.Index].Filters) > 0
			}
			want := fmt.Sprintf("gateway.http.shop.%s.%d.", answer.Route, answer.Index)
			for setting, router := range settings {
				m, ok := router.Match(r)
				about := fmt.Sprintf("%s: %s %s %s%s %v by %v", setting, r.Protocol, r.Method, r.Host, r.Path, r.Header, m.Route)
				switch {
				case redirects && r.Protocol == "http":
					assert.Equal(t, 301, m.Status, about)
				case taken:
					require.True(t, ok, about)
					assert.True(t, strings.HasPrefix(m.Route.Key.Name, want), "%s, not %s", about, want)
					assert.Equal(t, redirects, m.Status != 0, about)
				case r.Protocol == "http":
					assert.True(t, !ok || m.Status != 0, "%s: there is none", about)
				}
			}
		}
	}
}

// choice picks what random routes and requests are made of.
type choice struct{ *rand.Rand }

func (c choice) of(texts ...string) string { return texts[c.IntN(len(texts))] }

func (c choice) path() string {
	return c.of("/", "/a", "/a/b", "/a/b/c", "/b", "/ab", "/a/", "=/", "=/a", "=/a/b", "=/a/b/c", "=/a/", "=/b")
}

func (c choice) match() string {
	words := []string{""}
	if c.IntN(5) > 0 {
		words = append(words, c.path())
	}
	if c.IntN(3) == 0 {
		words = append(words, c.of("GET", "POST"))
	}
	for _, name := range []string{"one", "two", "three"} {
		if c.IntN(4) == 0 {
			words = append(words, name+":"+c.of("x", "y"))
		}
	}
	return strings.Join(words, " ")
}

func (c choice) request() routing.Request {
	r := request(c.of("GET ", "POST ", "PUT ") + c.of("a.com", "x.a.com", "y.x.a.com", "b.com", "c.org") +
		c.of("/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/d", "/b", "/b/b", "/ab", "/abc", "/c", "/a/x", "/a/c"))
	for _, name := range []string{"one", "two", "three"} {
		if c.IntN(2) == 0 {
			r.Header.Set(name, c.of("x", "y", "z"))
		}
	}
	return r
}
