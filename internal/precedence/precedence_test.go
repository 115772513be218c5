package precedence_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/internal/precedence"
)

func exact(path string) gatewayv1.HTTPRouteMatch {
	return gatewayv1.HTTPRouteMatch{Path: &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchExact), Value: &path}}
}

func prefix(path string) gatewayv1.HTTPRouteMatch {
	return gatewayv1.HTTPRouteMatch{Path: &gatewayv1.HTTPPathMatch{Value: &path}}
}

func expression(path string) gatewayv1.HTTPRouteMatch {
	return gatewayv1.HTTPRouteMatch{Path: &gatewayv1.HTTPPathMatch{Type: new(gatewayv1.PathMatchRegularExpression), Value: &path}}
}

func withMethod(m gatewayv1.HTTPRouteMatch) gatewayv1.HTTPRouteMatch {
	m.Method = new(gatewayv1.HTTPMethodGet)
	return m
}

// withHeaders adds a match of value 1 for each name.
func withHeaders(m gatewayv1.HTTPRouteMatch, names ...gatewayv1.HTTPHeaderName) gatewayv1.HTTPRouteMatch {
	for i, name := range names {
		m.Headers = append(m.Headers, gatewayv1.HTTPHeaderMatch{Name: name, Value: strconv.Itoa(i + 1)})
	}
	return m
}

func withQuery(m gatewayv1.HTTPRouteMatch) gatewayv1.HTTPRouteMatch {
	m.QueryParams = []gatewayv1.HTTPQueryParamMatch{{Name: "q", Value: "1"}}
	return m
}

// route has a rule for each match, on the only Gateway.
func route(name string, matches ...gatewayv1.HTTPRouteMatch) gatewayv1.HTTPRoute {
	r := gatewayv1.HTTPRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	r.Spec.ParentRefs = []gatewayv1.ParentReference{{Name: "edge"}}
	for _, m := range matches {
		r.Spec.Rules = append(r.Spec.Rules, gatewayv1.HTTPRouteRule{Matches: []gatewayv1.HTTPRouteMatch{m}})
	}
	return r
}

func on(r gatewayv1.HTTPRoute, hostnames ...gatewayv1.Hostname) gatewayv1.HTTPRoute {
	r.Spec.Hostnames = hostnames
	return r
}

func since(r gatewayv1.HTTPRoute, year int) gatewayv1.HTTPRoute {
	r.CreationTimestamp = metav1.NewTime(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
	return r
}

func gateway(listeners ...gatewayv1.Listener) gatewayv1.Gateway {
	g := gatewayv1.Gateway{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "edge"}}
	g.Spec.Listeners = listeners
	return g
}

func listener(name gatewayv1.SectionName, hostname gatewayv1.Hostname) gatewayv1.Listener {
	l := gatewayv1.Listener{Name: name, Port: 80, Protocol: gatewayv1.HTTPProtocolType}
	if hostname != "" {
		l.Hostname = &hostname
	}
	return l
}

// TestAnswer has a case for each sentence of the API's text; an answer is route/rule.
func TestAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		routes []gatewayv1.HTTPRoute
		host   string
		path   string
		query  string
		header http.Header
		want   string
	}{
		{reason: "an exact path is that path", routes: []gatewayv1.HTTPRoute{route("a", exact("/x"))}, path: "/x", want: "a/0"},
		{reason: "and not the one with a slash more", routes: []gatewayv1.HTTPRoute{route("a", exact("/x"))}, path: "/x/"},
		{reason: "a prefix goes by elements", routes: []gatewayv1.HTTPRoute{route("a", prefix("/abc"))}, path: "/abcd"},
		{reason: "below it", routes: []gatewayv1.HTTPRoute{route("a", prefix("/abc"))}, path: "/abc/d", want: "a/0"},
		{reason: "a trailing slash of the prefix is ignored", routes: []gatewayv1.HTTPRoute{route("a", prefix("/abc/"))}, path: "/abc", want: "a/0"},
		{reason: "no match at all is the prefix /", routes: []gatewayv1.HTTPRoute{route("a", gatewayv1.HTTPRouteMatch{})}, path: "/abc", want: "a/0"},
		{reason: "exact before prefix", routes: []gatewayv1.HTTPRoute{route("a", prefix("/x"), exact("/x"))}, path: "/x", want: "a/1"},
		{reason: "exact before header", routes: []gatewayv1.HTTPRoute{route("a", withHeaders(prefix("/"), "v"), exact("/x"))}, path: "/x", header: http.Header{"V": {"1"}}, want: "a/1"},
		{reason: "longer prefix before method", routes: []gatewayv1.HTTPRoute{route("a", withMethod(prefix("/x")), prefix("/x/y"))}, path: "/x/y/z", want: "a/1"},
		{reason: "method before headers", routes: []gatewayv1.HTTPRoute{route("a", withHeaders(prefix("/x"), "v"), withMethod(prefix("/x")))}, path: "/x", header: http.Header{"V": {"1"}}, want: "a/1"},
		{reason: "more headers", routes: []gatewayv1.HTTPRoute{route("a", withHeaders(prefix("/x"), "v"), withHeaders(prefix("/x"), "v", "w"))}, path: "/x", header: http.Header{"V": {"1"}, "W": {"2"}}, want: "a/1"},
		{reason: "of two matches of a name the first counts", routes: []gatewayv1.HTTPRoute{route("a", withHeaders(prefix("/x"), "v", "V"))}, path: "/x", header: http.Header{"V": {"1"}}, want: "a/0"},
		{reason: "a header with another value", routes: []gatewayv1.HTTPRoute{route("a", withHeaders(prefix("/x"), "v"))}, path: "/x", header: http.Header{"V": {"2"}}},
		{reason: "a parameter of the query", routes: []gatewayv1.HTTPRoute{route("a", withQuery(prefix("/x")))}, path: "/x"},
		{reason: "a parameter after headers", routes: []gatewayv1.HTTPRoute{route("a", prefix("/x"), withQuery(prefix("/x")), withHeaders(prefix("/x"), "v"))}, path: "/x", query: "q=1", header: http.Header{"V": {"1"}}, want: "a/2"},
		{reason: "and before the order", routes: []gatewayv1.HTTPRoute{route("a", prefix("/x"), withQuery(prefix("/x")))}, path: "/x", query: "q=1", want: "a/1"},
		{reason: "the first rule", routes: []gatewayv1.HTTPRoute{route("a", prefix("/x"), prefix("/x"))}, path: "/x", want: "a/0"},
		{reason: "the oldest route", routes: []gatewayv1.HTTPRoute{since(route("a", prefix("/x")), 2024), since(route("b", prefix("/x")), 2020)}, path: "/x", want: "b/0"},
		{reason: "the first name", routes: []gatewayv1.HTTPRoute{route("b", prefix("/x")), route("a", prefix("/x"))}, path: "/x", want: "a/0"},
		{reason: "an expression before a prefix", routes: []gatewayv1.HTTPRoute{route("a", prefix("/x/yyyyyyyy"), expression("/x/y+"))}, path: "/x/yyyyyyyy", want: "a/1"},
		{reason: "a hostname before a path", routes: []gatewayv1.HTTPRoute{route("a", exact("/x")), on(route("b", prefix("/")), "a.com")}, host: "a.com", path: "/x", want: "b/0"},
		{reason: "a plain hostname before a wildcard", routes: []gatewayv1.HTTPRoute{on(route("a", exact("/x")), "*.a.com"), on(route("b", prefix("/")), "b.a.com")}, host: "b.a.com", path: "/x", want: "b/0"},
		{reason: "a longer wildcard", routes: []gatewayv1.HTTPRoute{on(route("a", exact("/x")), "*.com"), on(route("b", prefix("/")), "*.a.com")}, host: "b.a.com", path: "/x", want: "b/0"},
		{reason: "a wildcard covers several labels", routes: []gatewayv1.HTTPRoute{on(route("a", prefix("/")), "*.com")}, host: "c.b.com", path: "/", want: "a/0"},
		{reason: "and not none", routes: []gatewayv1.HTTPRoute{on(route("a", prefix("/")), "*.com")}, host: "com", path: "/"},
		{reason: "the port of the Host header does not matter", routes: []gatewayv1.HTTPRoute{on(route("a", prefix("/")), "a.com")}, host: "a.com:8080", path: "/", want: "a/0"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			cluster := precedence.Cluster{Gateways: []gatewayv1.Gateway{gateway(listener("http", ""))}, Routes: c.routes}
			query, err := url.ParseQuery(c.query)
			require.NoError(t, err)
			r := precedence.Request{Scheme: "http", Method: "GET", Host: c.host, Path: c.path, Query: query, Header: c.header}
			assert.Equal(t, c.want, answer(&cluster, r))
		})
	}
}

func answer(cluster *precedence.Cluster, r precedence.Request) string {
	rule, ok := cluster.Answer(r)
	if !ok {
		return ""
	}
	return rule.Route + "/" + strconv.Itoa(rule.Index)
}

// TestAttachment has what makes a route one of a listener, and which hostnames they share.
func TestAttachment(t *testing.T) {
	t.Parallel()
	allowing := func(from gatewayv1.FromNamespaces) gatewayv1.Listener {
		l := listener("http", "")
		l.AllowedRoutes = &gatewayv1.AllowedRoutes{Namespaces: &gatewayv1.RouteNamespaces{
			From: &from, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": "a"}},
		}}
		return l
	}
	grpcOnly := listener("http", "")
	grpcOnly.AllowedRoutes = &gatewayv1.AllowedRoutes{Kinds: []gatewayv1.RouteGroupKind{{Kind: "GRPCRoute"}}}
	foreign := route("a", prefix("/"))
	foreign.Namespace = "other"
	foreign.Spec.ParentRefs[0].Namespace = new(gatewayv1.Namespace("shop"))
	sectioned := route("a", prefix("/"))
	sectioned.Spec.ParentRefs[0].SectionName = new(gatewayv1.SectionName("b"))
	cases := []struct {
		reason   string
		listener gatewayv1.Listener
		route    gatewayv1.HTTPRoute
		host     string
		want     string
	}{
		{"routes of the Gateway's namespace by default", listener("http", ""), route("a", prefix("/")), "x.com", "a/0"},
		{"and of no other", listener("http", ""), foreign, "x.com", ""},
		{"unless all may", allowing(gatewayv1.NamespacesFromAll), foreign, "x.com", "a/0"},
		{"or those with a label", allowing(gatewayv1.NamespacesFromSelector), foreign, "x.com", "a/0"},
		{"kinds of routes", grpcOnly, route("a", prefix("/")), "x.com", ""},
		{"another listener by name", listener("http", ""), sectioned, "x.com", ""},
		{"this listener by name", listener("b", ""), sectioned, "x.com", "a/0"},
		{"the listener's hostname, where the route has none", listener("http", "x.com"), route("a", prefix("/")), "x.com", "a/0"},
		{"which keeps others out", listener("http", "x.com"), route("a", prefix("/")), "y.com", ""},
		{"the narrower one is the listener's", listener("http", "b.x.com"), on(route("a", prefix("/")), "*.x.com"), "b.x.com", "a/0"},
		{"and narrows", listener("http", "b.x.com"), on(route("a", prefix("/")), "*.x.com"), "c.x.com", ""},
		{"the narrower one is the route's", listener("http", "*.x.com"), on(route("a", prefix("/")), "b.x.com"), "b.x.com", "a/0"},
		{"nothing in common", listener("http", "*.x.com"), on(route("a", prefix("/")), "x.com"), "x.com", ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			cluster := precedence.Cluster{
				Gateways: []gatewayv1.Gateway{gateway(c.listener)}, Routes: []gatewayv1.HTTPRoute{c.route},
				Labels: map[string]map[string]string{"other": {"team": "a"}},
			}
			assert.Equal(t, c.want, answer(&cluster, precedence.Request{Scheme: "http", Method: "GET", Host: c.host, Path: "/"}))
			attached := cluster.Attached(&cluster.Gateways[0], &cluster.Gateways[0].Spec.Listeners[0])
			assert.Equal(t, min(len(c.want), 1), min(attached, len(c.want)), "attached")
			assert.Empty(t, answer(&cluster, precedence.Request{Scheme: "https", Method: "GET", Host: c.host, Path: "/"}), "no listener for https")
		})
	}
}
