package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func strs(s ...string) []string { return append([]string{}, s...) }

func TestRouteRejections(t *testing.T) {
	t.Parallel()
	reject(t, "/routes", map[string]any{"paths": strs("/")}, map[string]rejection{
		"protocols empty":   {"one protocol at least", map[string]any{"protocols": strs()}, "protocols: must have at least 1 items"},
		"protocol unknown":  {"one of the known ones", map[string]any{"protocols": strs("http", "x")}, "protocols[1]: value must be one of"},
		"protocols mixed":   {"one family", map[string]any{"protocols": strs("http", "grpc")}, ": protocols must be of one family"},
		"tls both ways":     {"one family", map[string]any{"protocols": strs("tls", "tls_passthrough")}, ": protocols must be of one family"},
		"redirect":          {"a known code", map[string]any{"https_redirect_status_code": 303}, "https_redirect_status_code: value must be one of"},
		"strip with grpc":   {"the SDK's default is wrong for gRPC", map[string]any{"protocols": strs("grpc"), "strip_path": true}, ": strip_path cannot be set"},
		"path handling":     {"v0 or v1", map[string]any{"path_handling": "v2"}, "path_handling: value must be one of"},
		"priority below 0":  {"not negative", map[string]any{"regex_priority": -1}, "regex_priority: must be >= 0"},
		"no matcher":        {"http needs one", map[string]any{"paths": nil}, ": must set one of methods, hosts, headers, paths, snis when protocols is https"},
		"empty matcher":     {"an empty list matches nothing", map[string]any{"paths": strs()}, ": must set one of"},
		"http with snis":    {"SNIs need TLS", map[string]any{"protocols": strs("http"), "snis": strs("a")}, ": snis cannot be set when protocols is http"},
		"http sources":      {"streams only", map[string]any{"sources": []any{map[string]any{"port": 1}}}, ": sources cannot be set when protocols is https"},
		"grpc methods":      {"not for gRPC", map[string]any{"protocols": strs("grpc"), "methods": strs("GET")}, ": methods cannot be set when protocols is grpc"},
		"host port":         {"a port within range", map[string]any{"hosts": strs("a:99999")}, "hosts[0]: must have a port"},
		"host wildcards":    {"one at most", map[string]any{"hosts": strs("*.a.*")}, "hosts[0]: must not have more than one wildcard"},
		"host wildcard in":  {"at an end", map[string]any{"hosts": strs("a.*.b")}, "hosts[0]: must have the wildcard as leftmost or rightmost label"},
		"path relative":     {"a slash first", map[string]any{"paths": strs("x")}, "paths[0]: must begin with / (fixed path) or ~/ (regular expression)"},
		"path regex":        {"a slash after the tilde", map[string]any{"paths": strs("~x")}, "paths[0]: must begin with / (fixed path) or ~/ (regular expression)"},
		"path pattern":      {"a pattern must compile", map[string]any{"paths": strs("~/(a")}, "paths[0]: must be a valid regular expression"},
		"path dots":         {"normal form", map[string]any{"paths": strs("/a/../b")}, "paths[0]: must be normalised: /b"},
		"path double slash": {"no empty segments", map[string]any{"paths": strs("/a//b")}, "paths[0]: must not have empty segments"},
		"regex two slashes": {"no empty segments there either", map[string]any{"paths": strs("~/go/https?://.*$")}, "paths[0]: must not have empty segments"},
		"path escape":       {"valid escapes", map[string]any{"paths": strs("/a%zz")}, "paths[0]: must only have valid percent-escapes"},
		"path escaped":      {"the router sees it decoded", map[string]any{"paths": strs("/%41%2f")}, "paths[0]: must be normalised: /A%2F"},
		"look-ahead":        {"not in this router", map[string]any{"paths": strs("/", "~/(?!x)y")}, ": the router of flavor traditional_compatible has no look-ahead, as in paths[1]; only traditional has"},
		"host octet":        {"an octet is a byte", map[string]any{"hosts": strs("192.168.1.300")}, "hosts[0]: must be a valid IPv4 address"},
		"host URL":          {"no scheme", map[string]any{"hosts": strs("https://example.com")}, "hosts[0]: must be a valid hostname"},
		"host wild port":    {"the label must be last", map[string]any{"hosts": strs("a.*:80")}, "hosts[0]: must have the wildcard as leftmost or rightmost label"},
		"header name":       {"a token", map[string]any{"headers": map[string]any{"bad name": strs("1")}}, "headers: must be the name of a header"},
		"header value":      {"values have characters", map[string]any{"headers": map[string]any{"x": strs("")}}, "headers.x[0]: length must be >= 1"},
		"method of two":     {"letters only", map[string]any{"methods": strs("M-SEARCH")}, "methods[0]: must have upper-case letters only"},
		"method":            {"upper-case", map[string]any{"methods": strs("get")}, "methods[0]: must have upper-case letters only"},
		"host header":       {"hosts are for that", map[string]any{"headers": map[string]any{"Host": strs("a")}}, "headers: must not have the host header"},
		"header no values":  {"a header has values", map[string]any{"headers": map[string]any{"x": strs()}}, "headers.x: must have at least 1 items"},
		"header no list":    {"a list of values", map[string]any{"headers": map[string]any{"x": "y"}}, "headers.x: expected array, but got string"},
		"sni address":       {"a name", map[string]any{"snis": strs("10.0.0.1")}, "snis[0]: must not be an IP address"},
		"sni octet":         {"digits and dots are an address", map[string]any{"snis": strs("1.2.3")}, "snis[0]: must be a valid IPv4 address"},
		"sni wildcard in":   {"at an end", map[string]any{"snis": strs("a*.b")}, "snis[0]: must have the wildcard as leftmost or rightmost character"},
		"sni port":          {"a name", map[string]any{"snis": strs("a:1")}, "snis[0]: must not have a port"},
		"service no object": {"a reference", map[string]any{"service": "x"}, "service: expected object, but got string"},
	})
	reject(t, "/routes", map[string]any{"protocols": strs("tcp")}, map[string]rejection{
		"passthrough no sni": {"SNIs make the match", map[string]any{"protocols": strs("tls_passthrough"), "sources": []any{map[string]any{"port": 1}}}, ": must set one of snis when protocols is tls_passthrough"},
		"endpoint zone":      {"an address", map[string]any{"sources": []any{map[string]any{"ip": "fe80::1%eth0"}}}, "sources[0].ip: must be an IP address or CIDR block"},
		"stream paths":       {"streams have no paths", map[string]any{"paths": strs("/"), "snis": nil, "sources": []any{map[string]any{"port": 1}}}, ": paths cannot be set when protocols is tcp"},
		"stream no matcher":  {"streams need one", nil, ": must set one of sources, destinations when protocols is tcp"},
		"endpoint empty":     {"ip or port", map[string]any{"sources": []any{map[string]any{}}}, "sources[0]: must have an ip or a port"},
		"endpoint ip":        {"an address", map[string]any{"sources": []any{map[string]any{"ip": "x"}}}, "sources[0].ip: must be an IP address or CIDR block"},
		"endpoint port":      {"16 bits", map[string]any{"destinations": []any{map[string]any{"port": 65536}}}, "destinations[0].port: must be <= 65535"},
	})
}

func TestRouteAccepts(t *testing.T) {
	t.Parallel()
	accept(t, "/routes", nil, map[string]map[string]any{
		"every HTTP matcher": {
			"protocols": strs("http", "https"), "methods": strs("GET"), "hosts": strs("a.example:80", "*.b", "*.b:80", "c.*", "10.0.0.1", "[2001:db8::1]:8443"),
			"headers": map[string]any{"x": strs("y")}, "paths": strs("/a", "/a/", `~/a/\d+$`), "snis": strs("*.a", "*", "a*"),
		},
		"https by SNI":        {"snis": strs("a.example")},
		"gRPC, no strip_path": {"protocols": strs("grpc", "grpcs"), "paths": strs("/")},
		"tcp by source":       {"protocols": strs("tcp"), "sources": []any{map[string]any{"ip": "10.0.0.0/8"}}},
		"tls by SNI":          {"protocols": strs("tls"), "snis": strs("a")},
		"tls_passthrough":     {"protocols": strs("tls_passthrough"), "snis": strs("a")},
		"passthrough by port": {
			"protocols": strs("tls_passthrough"), "snis": strs("a"), "destinations": []any{map[string]any{"port": 9443}},
		},
		"prefixes that look odd": {"paths": strs("/api/v1/.+", "/foo/*", "/x/(.*)", "/a b", "/users/{id}", "/é", "/a?b")},
		"an odd header name":     {"headers": map[string]any{"X_a!#$%&'*+-.^`|~1": strs("1")}},
		"websocket":              {"protocols": strs("ws", "wss"), "paths": strs("/"), "snis": strs("a")},
		"without a service":      {"paths": strs("/"), "service": nil},
		"udp with a port only":   {"protocols": strs("udp"), "destinations": []any{map[string]any{"port": 53}}},
	})
}

func TestRouteStripPathFollowsProtocols(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	strip := func(protocol string) any {
		return c.do("POST", entities+"/routes", map[string]any{"protocols": strs(protocol), "paths": strs("/")}).Body["strip_path"]
	}
	assert.Equal(t, true, strip("http"))
	assert.Equal(t, false, strip("grpc"))
}

func TestRouteDefaultProtocols(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithRouteProtocols("http", "https"))
	_, entities := c.plane(nil)
	got := c.do("POST", entities+"/routes", map[string]any{"paths": strs("/")})
	assert.Equal(t, []any{"http", "https"}, got.Body["protocols"])
}

func TestRouteFlavors(t *testing.T) {
	t.Parallel()
	expression := map[string]any{"protocols": strs("http"), "expression": `http.path == "/x"`, "priority": 7}
	json := map[string]any{"paths": strs("/x"), "regex_priority": 1}
	both := map[string]any{"expression": `http.path == "/x"`, "paths": strs("/x")}
	for name, tc := range map[string]struct {
		reason string
		flavor konnecttest.RouterFlavor
		body   map[string]any
		status int
		field  string
	}{
		"traditional takes JSON":        {"the default", konnecttest.FlavorTraditional, json, 201, ""},
		"traditional refuses":           {"no such field there", konnecttest.FlavorTraditional, map[string]any{"expression": "a", "paths": strs("/x")}, 400, "expression"},
		"expressions takes":             {"its form", konnecttest.FlavorExpressions, expression, 201, ""},
		"expressions needs one":         {"there is no other matcher", konnecttest.FlavorExpressions, json, 400, "expression"},
		"expressions refuses paths":     {"one form", konnecttest.FlavorExpressions, both, 400, "paths"},
		"mixed takes JSON":              {"either form", konnecttest.FlavorMixed, json, 201, ""},
		"mixed takes an expression":     {"either form", konnecttest.FlavorMixed, expression, 201, ""},
		"mixed refuses both in one":     {"not both", konnecttest.FlavorMixed, both, 400, ""},
		"an expression must be whole":   {"parentheses close", konnecttest.FlavorMixed, map[string]any{"expression": `(a == "("`}, 400, "expression"},
		"an expression is not empty":    {"something to match", konnecttest.FlavorMixed, map[string]any{"expression": " "}, 400, "expression"},
		"an expression closes no more":  {"parentheses open first", konnecttest.FlavorMixed, map[string]any{"expression": `a) (b`}, 400, "expression"},
		"a priority is of 46 bits":      {"the documented maximum", konnecttest.FlavorMixed, map[string]any{"expression": "a", "priority": 1 << 46}, 400, "priority"},
		"the highest priority there is": {"the documented maximum", konnecttest.FlavorMixed, map[string]any{"expression": "a", "priority": 1<<46 - 1}, 201, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, konnecttest.WithRouterFlavor(tc.flavor))
			_, entities := c.plane(nil)
			got := c.do("POST", entities+"/routes", tc.body)
			require.Equal(t, tc.status, got.Status, "%s: %s", tc.reason, got.Raw)
			if tc.status == 400 {
				assert.Equal(t, tc.field, field(got), tc.reason)
			}
		})
	}
}

func TestRouteFlavorOfOneControlPlane(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	id, entities := c.plane(nil)
	require.NoError(t, c.srv.SetRouterFlavor(id, konnecttest.FlavorExpressions))
	got := c.do("POST", entities+"/routes", map[string]any{"expression": `http.path == "/x"`})
	require.Equal(t, 201, got.Status, got.Raw)
	assert.InDelta(t, 0, got.Body["priority"], 0)
	assert.NotContains(t, got.Body, "regex_priority")
	require.ErrorIs(t, c.srv.SetRouterFlavor(idOne, konnecttest.FlavorMixed), konnecttest.ErrNotFound)
}
