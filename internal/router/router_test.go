package router_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/router"
)

// Two IDs of which the second one is larger.
const (
	smallID = "11111111-1111-4111-8111-111111111111"
	largeID = "22222222-2222-4222-8222-222222222222"
)

func compatible() router.Config  { return router.Config{} }
func strict() router.Config      { return router.Config{Calculation: router.Strict} }
func traditional() router.Config { return router.Config{Flavor: router.Traditional} }

// decoded reads routes of entities; their service has the path /svc.
func decoded(t *testing.T, entities ...string) []router.Route {
	t.Helper()
	var raw []json.RawMessage
	for _, e := range entities {
		if !strings.Contains(e, `"service"`) {
			e = strings.TrimSuffix(e, "}") + `, "service": {"id": "s"}}`
		}
		raw = append(raw, json.RawMessage(e))
	}
	routes, err := router.Decode(raw, []json.RawMessage{json.RawMessage(`{"id": "s", "host": "h", "path": "/svc"}`)})
	require.NoError(t, err)
	return routes
}

func built(t *testing.T, c router.Config, entities ...string) *router.Router {
	t.Helper()
	r, err := router.New(decoded(t, entities...), c)
	require.NoError(t, err)
	return r
}

func get(host, target string) router.Request {
	return router.Request{Method: "GET", Host: host, Path: router.Normalize(target)}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		a, b    string
		request router.Request
		// in compatible, strict and traditional: which of the two, a or b.
		wanted string
	}{
		{
			"a plain host beats more fields in the original calculation", `{"id": "a", "hosts": ["x.y"]}`,
			`{"id": "b", "methods": ["GET"], "paths": ["/a"]}`, get("x.y", "/a"), "abb",
		},
		{
			"a regular expression beats more fields in the original calculation", `{"id": "a", "paths": ["~/.*"]}`,
			`{"id": "b", "methods": ["GET"], "paths": ["/a/b"]}`, get("x.y", "/a/b"), "abb",
		},
		{
			"13 bits of regex_priority are left", `{"id": "b", "paths": ["~/a"], "regex_priority": 8192, "created_at": 2}`,
			`{"id": "c", "paths": ["~/a.*"], "created_at": 1}`, get("x.y", "/a"), "baa",
		},
		{
			"bit 12 of regex_priority outranks hosts", `{"id": "a", "paths": ["~/a"], "regex_priority": 4096}`,
			`{"id": "b", "hosts": ["x.y"], "paths": ["~/a"]}`, get("x.y", "/a"), "abb",
		},
		{
			"the count of headers runs into regex_priority", `{"id": "a", "paths": ["~/a"], "headers": {"x": ["1"]}, "regex_priority": 1}`,
			`{"id": "b", "paths": ["~/a"], "headers": {"x": ["1"]}, "regex_priority": 2}`,
			router.Request{Method: "GET", Path: "/a", Header: map[string][]string{"X": {"1"}}}, "abb",
		},
		{
			"the longer prefix is first", `{"id": "b", "paths": ["/a"]}`, `{"id": "a", "paths": ["/a/b"]}`, get("x.y", "/a/bc"), "bbb",
		},
		{
			"of equal routes the one with the larger ID, or the older one", `{"id": "` + largeID + `", "paths": ["/a"], "created_at": 2}`,
			`{"id": "` + smallID + `", "paths": ["/a"], "created_at": 1}`, get("x.y", "/a"), "aab",
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			var got string
			for _, config := range []router.Config{compatible(), strict(), traditional()} {
				m, ok := built(t, config, c.a, c.b).Match(&c.request)
				require.True(t, ok)
				got += string("ab"[m.Number])
			}
			assert.Equal(t, c.wanted, got)
		})
	}
}

func TestPartsInTies(t *testing.T) {
	t.Parallel()
	routes := decoded(t, `{"id": "`+smallID+`", "paths": ["/longer", "/a"]}`, `{"id": "`+largeID+`", "paths": ["/a"]}`)
	parts := router.Split(&routes[0], router.Original)
	require.Len(t, parts, 2)
	assert.NotEqual(t, smallID, parts[0].ID)
	wanted := 0
	if parts[1].ID < largeID {
		wanted = 1
	}
	r, err := router.New(routes, compatible())
	require.NoError(t, err)
	request := get("", "/a")
	m, ok := r.Match(&request)
	require.True(t, ok)
	assert.Equal(t, wanted, m.Number, "the ID of the part, %s, decides", parts[1].ID)
}

func TestFields(t *testing.T) {
	t.Parallel()
	header := func(name string, values ...string) router.Request {
		return router.Request{Method: "GET", Path: "/", Header: map[string][]string{name: values}}
	}
	at := func(source, destination string) router.Request {
		return router.Request{Protocol: "tcp", Source: netip.MustParseAddrPort(source), Destination: netip.MustParseAddrPort(destination)}
	}
	over := func(protocol, sni string) router.Request {
		return router.Request{Method: "GET", Path: "/", Protocol: protocol, SNI: sni, Host: "h"}
	}
	for _, c := range []struct {
		reason, route string
		request       router.Request
		// in compatible, strict and traditional
		wanted [3]bool
	}{
		{"a method", `{"methods": ["GET"]}`, get("h", "/"), [3]bool{true, true, true}},
		{"another method", `{"methods": ["PUT"]}`, get("h", "/"), [3]bool{}},
		{"a host", `{"hosts": ["a.com"]}`, get("a.com", "/"), [3]bool{true, true, true}},
		{"a host with a port that does not matter", `{"hosts": ["a.com"]}`, get("a.com:8443", "/"), [3]bool{true, true, true}},
		{"a host of another case", `{"hosts": ["a.com"]}`, get("A.com", "/"), [3]bool{}},
		{"a host with its port", `{"hosts": ["a.com:8443"]}`, get("a.com:8443", "/"), [3]bool{true, true, true}},
		{"a host with another port", `{"hosts": ["a.com:8443"]}`, get("a.com:8444", "/"), [3]bool{}},
		{
			"the port of the listener", `{"hosts": ["a.com:8443"]}`,
			router.Request{Host: "a.com", Path: "/", Destination: netip.MustParseAddrPort("1.1.1.1:8443")}, [3]bool{true, true, false},
		},
		{"no host", `{"hosts": ["a.com"]}`, get("", "/"), [3]bool{}},
		{"a wildcard in front", `{"hosts": ["*.a.com"]}`, get("x.y.a.com:80", "/"), [3]bool{true, true, true}},
		{"a wildcard stands for nothing", `{"hosts": ["*.a.com"]}`, get(".a.com", "/"), [3]bool{true, true, false}},
		{"a wildcard at the end", `{"hosts": ["a.*"]}`, get("a.org", "/"), [3]bool{true, true, true}},
		{"a wildcard elsewhere", `{"hosts": ["a.*"]}`, get("b.a.org", "/"), [3]bool{}},
		{"brackets", `{"hosts": ["[::1]:80"]}`, get("[::1]:80", "/"), [3]bool{true, true, true}},
		{"a prefix need not end with a segment", `{"paths": ["/a"]}`, get("h", "/ab"), [3]bool{true, true, true}},
		{"dots are resolved first", `{"paths": ["/b"]}`, get("h", "/a/../%62"), [3]bool{true, true, true}},
		{"an expression is anchored", `{"paths": ["~/b"]}`, get("h", "/a/b"), [3]bool{}},
		{"an alternative is not, in Rust", `{"paths": ["~/a|/b"]}`, get("h", "/x/b"), [3]bool{true, true, false}},
		{"what looks like a name is rewritten", `{"paths": ["~/a?<b"]}`, get("h", "/aP%3Cb"), [3]bool{true, true, false}},
		{"and is not what it was", `{"paths": ["~/a?<b"]}`, get("h", "/a%3Cb"), [3]bool{false, false, true}},
		{"digits of Unicode", `{"paths": ["~/\\d$"]}`, get("h", "/%D9%A3"), [3]bool{true, true, false}},
		{"a character or its bytes", `{"paths": ["~/.$"]}`, get("h", "/%C3%A9"), [3]bool{true, true, false}},
		{"bytes", `{"paths": ["~/..$"]}`, get("h", "/%C3%A9"), [3]bool{false, false, true}},
		{"a literal that is not ASCII", `{"paths": ["~/é"]}`, get("h", "/%C3%A9"), [3]bool{true, true, true}},
		{"a path that is not UTF-8 has no route", `{"paths": ["/"]}`, get("h", "/%FF"), [3]bool{false, false, true}},
		{"a header", `{"headers": {"X-A": ["One"]}}`, header("X-A", "oNE"), [3]bool{true, true, true}},
		{"any line of a header", `{"headers": {"X-A": ["1", "2"]}}`, header("X-A", "3", "2"), [3]bool{true, true, true}},
		{"no such header", `{"headers": {"X-A": ["1"]}}`, header("X-B", "1"), [3]bool{}},
		{"two headers", `{"headers": {"X-A": ["1"], "X-B": ["1"]}}`, header("X-A", "1"), [3]bool{}},
		{"a header of another spelling", `{"headers": {"x-a": ["1"]}}`, header("x-A", "1"), [3]bool{true, true, true}},
		{"a dash for an underscore", `{"headers": {"x_a": ["1"]}}`, header("X-A", "1"), [3]bool{true, true, false}},
		{"an expression in a header", `{"headers": {"X-A": ["~*^V\\d"]}}`, header("X-A", "v1"), [3]bool{true, true, false}},
		{"its case is lost with that of its escapes", `{"headers": {"X-A": ["~*^\\S$"]}}`, header("X-A", " "), [3]bool{true, true, false}},
		{"an expression in a list", `{"headers": {"X-A": ["x", "~*^v"]}}`, header("X-A", "v1"), [3]bool{true, true, false}},
		{"an SNI", `{"paths": ["/"], "snis": ["a.com."], "protocols": ["https"]}`, over("https", "a.com"), [3]bool{true, true, true}},
		{"another SNI", `{"paths": ["/"], "snis": ["a.com"], "protocols": ["https"]}`, over("https", "b.com"), [3]bool{}},
		{"an SNI is not asked of plain http", `{"paths": ["/"], "snis": ["a.com"], "protocols": ["https"]}`, over("http", ""), [3]bool{true, false, true}},
		{"nor where http is accepted", `{"paths": ["/"], "snis": ["a.com"], "protocols": ["http", "https"]}`, over("http", ""), [3]bool{true, true, true}},
		{"a wildcard SNI", `{"paths": ["/"], "snis": ["*.a.com"], "protocols": ["https"]}`, over("https", "b.a.com"), [3]bool{true, true, false}},
		{"a source", `{"protocols": ["tcp"], "sources": [{"ip": "10.0.0.0/8", "port": 5}]}`, at("10.1.1.1:5", "1.1.1.1:9"), [3]bool{true, true, true}},
		{"another port", `{"protocols": ["tcp"], "sources": [{"ip": "10.0.0.0/8", "port": 5}]}`, at("10.1.1.1:6", "1.1.1.1:9"), [3]bool{}},
		{"a destination", `{"protocols": ["udp"], "destinations": [{"port": 9}]}`, at("10.1.1.1:6", "1.1.1.1:9"), [3]bool{true, true, true}},
		{"another address", `{"protocols": ["tcp"], "destinations": [{"ip": "1.1.1.2"}]}`, at("10.1.1.1:6", "1.1.1.1:9"), [3]bool{}},
		{"streams have a table of their own", `{"protocols": ["tcp"], "sources": [{"port": 5}]}`, get("h", "/"), [3]bool{}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			var got [3]bool
			for i, config := range []router.Config{compatible(), strict(), traditional()} {
				_, got[i] = built(t, config, c.route).Match(&c.request)
			}
			assert.Equal(t, c.wanted, got)
		})
	}
}

func TestDisabledService(t *testing.T) {
	t.Parallel()
	routes := decoded(t, `{"id": "a", "hosts": ["h"]}`, `{"id": "b", "paths": ["/"]}`)
	routes[0].Service = &router.Service{Disabled: true}
	r, err := router.New(routes, compatible())
	require.NoError(t, err)
	request := get("h", "/")
	m, ok := r.Match(&request)
	assert.True(t, ok)
	assert.Equal(t, 1, m.Number, "the other route is as if it were not there")
}

func TestUpstream(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason, route, target string
		config                router.Config
		prefix, path          string
		captures              map[string]string
	}{
		{"stripped by default", `{"paths": ["/a"]}`, "/a/b?q=1", compatible(), "/a", "/svc/b", nil},
		{"within a segment", `{"paths": ["/a"]}`, "/ab", compatible(), "/a", "/svc/b", nil},
		{"all of it", `{"paths": ["/a"]}`, "/a", compatible(), "/a", "/svc", nil},
		{"all of it but a slash", `{"paths": ["/a"]}`, "/a/", compatible(), "/a", "/svc/", nil},
		{"not stripped", `{"paths": ["/a"], "strip_path": false}`, "/a/b", compatible(), "", "/svc/a/b", nil},
		{"without paths", `{"hosts": ["h"]}`, "/a", compatible(), "", "/svc/a", nil},
		{"a dot segment behind the prefix", `{"paths": ["/a"]}`, "/a../b", compatible(), "/a", "/svc/b", nil},
		{"version 1 is nothing to the default flavor", `{"paths": ["/a"], "path_handling": "v1"}`, "/ab", compatible(), "/a", "/svc/b", nil},
		{"version 1 adds no slash", `{"paths": ["/a"], "path_handling": "v1"}`, "/ab", traditional(), "/a", "/svcb", nil},
		{"version 1 not stripped", `{"paths": ["/a"], "path_handling": "v1", "strip_path": false}`, "/a/b", traditional(), "", "/svca/b", nil},
		{
			"groups", `{"paths": ["~/a/(?<id>\\d+)(/x)?"]}`, "/a/12/y", compatible(), "/a/12", "/svc/y",
			map[string]string{"0": "/a/12", "1": "12", "id": "12"},
		},
		{
			"groups with all of the path", `{"paths": ["~/a/(?<id>\\d+)"]}`, "/a/12/y", traditional(), "/a/12", "/svc/y",
			map[string]string{"0": "/a/12/y", "1": "12", "id": "12"},
		},
		{"what follows is counted from the start", `{"paths": ["~/a|/b"]}`, "/xyz/b", compatible(), "/b", "/svc/yz/b", nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			request := get("h", c.target)
			m, ok := built(t, c.config, c.route).Match(&request)
			require.True(t, ok)
			assert.Equal(t, c.prefix, m.Prefix)
			assert.Equal(t, c.path, m.UpstreamPath)
			assert.Equal(t, c.captures, m.Captures)
		})
	}
}

func TestOwnAnswers(t *testing.T) {
	t.Parallel()
	grpc := map[string][]string{"Content-Type": {"application/grpc+proto"}}
	for _, c := range []struct {
		reason, route string
		protocol      string
		header        map[string][]string
		status        int
		location      string
	}{
		{"https alone", `{"paths": ["/"], "protocols": ["https"]}`, "http", nil, 426, ""},
		{"a redirect", `{"paths": ["/"], "protocols": ["https"], "https_redirect_status_code": 301}`, "http", nil, 301, "https://h.com"},
		{"https as it should be", `{"paths": ["/"], "protocols": ["https"]}`, "https", nil, 0, ""},
		{"http alone takes https", `{"paths": ["/"], "protocols": ["http"]}`, "https", nil, 0, ""},
		{"no service", `{"paths": ["/"], "service": null}`, "http", nil, 503, ""},
		{"grpc", `{"paths": ["/"], "protocols": ["grpc", "grpcs"]}`, "http", grpc, 0, ""},
		{"no grpc", `{"paths": ["/"], "protocols": ["grpc", "grpcs"]}`, "http", nil, 415, ""},
		{"grpc over plain http", `{"paths": ["/"], "protocols": ["grpcs"]}`, "grpc", grpc, 200, ""},
		{"grpc over https", `{"paths": ["/"], "protocols": ["grpcs"]}`, "grpcs", nil, 0, ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			request := router.Request{Method: "GET", Host: "H.com:8000", Path: "/", Protocol: c.protocol, Header: c.header}
			m, ok := built(t, compatible(), c.route).Match(&request)
			require.True(t, ok)
			assert.Equal(t, c.status, m.Status)
			assert.Equal(t, c.location, m.Location)
		})
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for target, wanted := range map[string]string{
		"": "", "/": "/", "/a?b": "/a", "?": "?", "/a//b///": "/a/b/", "/./a/.": "/a/", "/a/..": "/", "/../..": "/", "/a/../../b/": "/b/",
		"/%61%2f%2e%2E/%zz%2": "/a%2F../%zz%2", "/%2e%2e/b": "/b", "/a/%2E": "/a/", "/a/...": "/a/...", "../a": "a", ".": "", "a/b": "a/b", "/%25": "/%25", "//": "/",
	} {
		assert.Equal(t, wanted, router.Normalize(target), "%q", target)
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/a b", "/é\x7f\n", `/"<>^{|}\`, "/a%2Fb", "/(1)*+$", "/x%zz"} {
		target := router.Target(path)
		assert.Equal(t, path, router.Normalize(target), "%q", target)
		assert.NotContains(t, target, " ")
		assert.False(t, strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r >= 0x7f }), "%q", target)
	}
}

func TestRefusedExpressions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, wanted string
		config       router.Config
	}{
		{`~/a(?=b)`, "look-around", compatible()},
		{`~/a(?=b)`, "look-around, (?=, cannot be matched here as the gateway does", traditional()},
		{`~/(?<!a)b`, "look-around", traditional()},
		{`~/(a)\\1`, "back-reference", traditional()},
		{`~/(?>a)`, "an atomic group", traditional()},
		{`~/a{1001}`, "a count over 1000", compatible()},
		{`~/a++`, "a repetition of a repetition", compatible()},
		{`~/a++`, "a repetition of a repetition", traditional()},
		{`~/\\bx`, "a boundary of words", compatible()},
		{`~/[a[b]]`, "a class within a class", compatible()},
		{`~/[a-z&&b]`, "an operation on classes", compatible()},
		{`~/(?x)a`, "the mode x", compatible()},
		{`~/\\p{Emoji}`, "an expression that Go does not compile", compatible()},
		{`~/a(`, "not closed", compatible()},
		{`~/\\h`, "an escape", traditional()},
		{`~/(?i)é`, "case folding", traditional()},
	} {
		_, err := router.New(decoded(t, `{"paths": ["`+c.path+`"]}`), c.config)
		require.Error(t, err, c.path)
		assert.Contains(t, err.Error(), c.wanted, c.path)
		assert.Contains(t, err.Error(), "route 0: paths: ", c.path)
		assert.NotContains(t, err.Error(), "\n")
		var problem *router.Error
		require.ErrorAs(t, err, &problem)
		assert.Zero(t, problem.Number)
	}
	_, err := router.New(decoded(t, `{"headers": {"x": ["~*(?!a)"]}}`, `{"sources": [{"ip": "x"}]}`), compatible())
	assert.ErrorContains(t, err, `route 0: headers.x: "~*(?!a)": look-around`)
	assert.ErrorContains(t, err, `route 1: sources: "x" is neither an address`)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	routes := decoded(t, `{"id": "a", "name": "n", "hosts": null, "created_at": 1.5, "tags": ["x"], "paths": {}, "sources": {}, "headers": []}`)
	require.Len(t, routes, 1)
	assert.Equal(t, []string{"http", "https"}, routes[0].Accepts())
	assert.True(t, routes[0].StripPath)
	assert.Equal(t, int64(1), routes[0].CreatedAt)
	assert.Empty(t, routes[0].Paths, "a table of Lua without entries may be either")
	assert.Empty(t, routes[0].Headers)
	assert.Equal(t, "/svc", routes[0].Service.Path)

	for raw, wanted := range map[string]string{
		`[]`: "decode route 0", `{"headers": {"a": 1}}`: "decode route 0", `{"headers": 1}`: "decode route 0",
		`{"name": "n", "expression": "http.path == \"/\""}`: "route n: routes with an expression",
		`{"id": "i", "service": {"id": "x"}}`:               "route i: service x is not among the services",
		`{"paths": {"a": 1}}`:                               "decode route 0", `{"created_at": "x"}`: "decode route 0",
	} {
		_, err := router.Decode([]json.RawMessage{json.RawMessage(raw)}, []json.RawMessage{json.RawMessage(`1`)})
		require.Error(t, err, raw)
		assert.Contains(t, err.Error(), wanted, raw)
		assert.Contains(t, err.Error(), "decode service 0", raw)
	}
}
