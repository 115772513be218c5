package konnecttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func checks(active map[string]any) map[string]any {
	return map[string]any{"healthchecks": map[string]any{"active": active}}
}

func TestUpstreamRejections(t *testing.T) {
	t.Parallel()
	reject(t, "/upstreams", map[string]any{"name": "u"}, map[string]rejection{
		"no name":           {"a name is required", map[string]any{"name": nil}, "name: is required"},
		"address":           {"a hostname", map[string]any{"name": "10.0.0.1"}, "name: must be a hostname, not an IP address"},
		"number":            {"digits are an address", map[string]any{"name": "20240101"}, "name: must be a valid IPv4 address"},
		"digits and dots":   {"digits and dots are an address", map[string]any{"name": "1.2.3"}, "name: must be a valid IPv4 address"},
		"IPv6":              {"a hostname", map[string]any{"name": "::1"}, "name: must be a hostname, not an IP address"},
		"host_header IPv4":  {"an octet is a byte", map[string]any{"host_header": "10.0.0.256:80"}, "host_header: must be a valid IPv4 address, but 256"},
		"host_header URL":   {"no scheme", map[string]any{"host_header": "http://a"}, "host_header: must be a valid hostname"},
		"header name":       {"a token", map[string]any{"hash_on_header": "a b"}, "hash_on_header: must be the name of a header"},
		"fallback header":   {"a token", map[string]any{"hash_fallback_header": "a:b"}, "hash_fallback_header: must be the name of a header"},
		"cookie name":       {"a token", map[string]any{"hash_on_cookie": "a cookie"}, "hash_on_cookie: must be the name of a cookie"},
		"probe header":      {"a token", checks(map[string]any{"headers": map[string]any{"a b": strs("1")}}), "healthchecks.active.headers: must be the name of a header"},
		"sni wildcard":      {"one name", checks(map[string]any{"https_sni": "*.a"}), "healthchecks.active.https_sni: must be a valid hostname"},
		"port":              {"no port", map[string]any{"name": "a:80"}, "name: must not have a port"},
		"algorithm":         {"a known one", map[string]any{"algorithm": "random"}, "algorithm: value must be one of"},
		"hash_on":           {"a known one", map[string]any{"hash_on": "x"}, "hash_on: value must be one of"},
		"slots low":         {"10 at least", map[string]any{"slots": 9}, "slots: must be >= 10"},
		"slots high":        {"65536 at most", map[string]any{"slots": 65537}, "slots: must be <= 65536"},
		"host_header":       {"a host", map[string]any{"host_header": "a b"}, "host_header: must be a valid hostname"},
		"host_header port":  {"a valid port", map[string]any{"host_header": "a:65536"}, "host_header: must have a port"},
		"cookie path":       {"a path", map[string]any{"hash_on_cookie_path": "x"}, "hash_on_cookie_path: must begin with /"},
		"no header":         {"the selector needs its input", map[string]any{"hash_on": "header"}, ": hash_on_header must be set when hash_on is header"},
		"no query arg":      {"the selector needs its input", map[string]any{"hash_on": "ip", "hash_fallback": "query_arg"}, ": hash_fallback_query_arg must be set when hash_fallback is query_arg"},
		"no uri capture":    {"the selector needs its input", map[string]any{"hash_on": "uri_capture"}, ": hash_on_uri_capture must be set"},
		"no cookie":         {"the selector needs its input", map[string]any{"hash_on": "cookie"}, ": hash_on_cookie must be set"},
		"cookie fallback":   {"a cookie is always there", map[string]any{"hash_on": "cookie", "hash_on_cookie": "c", "hash_fallback": "ip"}, ": hash_fallback must be none when hash_on is cookie"},
		"none fallback":     {"nothing to fall back from", map[string]any{"hash_fallback": "ip"}, ": hash_fallback must be none when hash_on is none"},
		"same twice":        {"a fallback is another input", map[string]any{"hash_on": "ip", "hash_fallback": "ip"}, ": hash_fallback must differ from hash_on when that is ip"},
		"same header":       {"a fallback is another input", map[string]any{"hash_on": "header", "hash_fallback": "header", "hash_on_header": "x", "hash_fallback_header": "x"}, ": the values of hash_on_header and hash_fallback_header must differ"},
		"sticky":            {"sticky sessions need a cookie", map[string]any{"algorithm": "sticky-sessions"}, ": sticky_sessions_cookie must be set"},
		"threshold":         {"a percentage", map[string]any{"healthchecks": map[string]any{"threshold": 101}}, "healthchecks.threshold: must be <= 100"},
		"probe":             {"a known one", checks(map[string]any{"type": "udp"}), "healthchecks.active.type: value must be one of"},
		"status":            {"100 to 999", checks(map[string]any{"healthy": map[string]any{"http_statuses": []int{99}}}), "healthchecks.active.healthy.http_statuses[0]: must be >= 100"},
		"count":             {"255 at most", checks(map[string]any{"healthy": map[string]any{"successes": 256}}), "healthchecks.active.healthy.successes: must be <= 255"},
		"concurrency":       {"one at least", checks(map[string]any{"concurrency": 0}), "healthchecks.active.concurrency: must be >= 1"},
		"http_path":         {"a path", checks(map[string]any{"http_path": "x"}), "healthchecks.active.http_path: must begin with /"},
		"sni":               {"a name", checks(map[string]any{"https_sni": "1.2.3.4"}), "healthchecks.active.https_sni: must not be an IP address"},
		"headers":           {"lists of texts", checks(map[string]any{"headers": map[string]any{"x": []int{1}}}), "healthchecks.active.headers.x[0]: expected string, but got number"},
		"checks no object":  {"an object", map[string]any{"healthchecks": []int{}}, "healthchecks: expected object, but got array"},
		"passive no object": {"an object", map[string]any{"healthchecks": map[string]any{"passive": 1}}, "healthchecks.passive: expected object, but got number"},
	})
}

func TestUpstreamAccepts(t *testing.T) {
	t.Parallel()
	accept(t, "/upstreams", map[string]any{"name": "u"}, map[string]map[string]any{
		"hashing by headers": {
			"algorithm": "consistent-hashing", "hash_on": "header", "hash_on_header": "x", "hash_fallback": "header", "hash_fallback_header": "y",
		},
		"a cookie as fallback":  {"hash_on": "ip", "hash_fallback": "cookie", "hash_on_cookie": "c"},
		"sticky sessions":       {"algorithm": "sticky-sessions", "sticky_sessions_cookie": "c"},
		"a host header":         {"host_header": "a.example:8080"},
		"an odd header name":    {"hash_on_header": "X_a!#$%&'*+-.^`|~1"},
		"a name with a number":  {"name": "1991.io"},
		"fractions of a second": checks(map[string]any{"timeout": 0.5, "healthy": map[string]any{"interval": 1.5}}),
		"null in health checks": checks(map[string]any{"healthy": nil, "type": nil}),
	})
}

func TestHealthcheckDefaultsFillEveryLeaf(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	_, entities := c.plane(nil)
	got := c.do("POST", entities+"/upstreams", map[string]any{"name": "u", "healthchecks": map[string]any{
		"active":  map[string]any{"type": "https", "timeout": 0.5, "healthy": map[string]any{"successes": 3, "http_statuses": []int{}}},
		"passive": map[string]any{"unhealthy": map[string]any{"http_failures": 2}},
	}})
	require.Equal(t, 201, got.Status, got.Raw)
	health := got.Body["healthchecks"].(map[string]any)
	active := health["active"].(map[string]any)
	assert.Equal(t, "https", active["type"])
	assert.InDelta(t, 0.5, active["timeout"], 0)
	assert.InDelta(t, 10, active["concurrency"], 0)
	assert.Equal(t, map[string]any{"successes": 3.0, "interval": 0.0, "http_statuses": []any{}}, active["healthy"])
	assert.Len(t, active["unhealthy"].(map[string]any)["http_statuses"], 8)
	passive := health["passive"].(map[string]any)
	assert.Len(t, passive["healthy"].(map[string]any)["http_statuses"], 19)
	assert.InDelta(t, 2, passive["unhealthy"].(map[string]any)["http_failures"], 0)
	assert.InDelta(t, 0, health["threshold"], 0)
}
