package konnecttest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// guarded is a route with plugins, and two consumers: alice with the key "a" and in the group
// staff, and bob with the key "b".
func guarded(t *testing.T, plugins ...entity) *traffic {
	t.Helper()
	f := newTraffic(t, "a.test:80")
	f.route(entity{"host": "a.test"}, entity{"paths": []string{"/"}})
	alice := f.put("consumers", entity{"username": "alice", "custom_id": "1"})
	f.put("key-auths", entity{"key": "a", "consumer": alice})
	f.put("acls", entity{"group": "staff", "consumer": alice})
	f.put("key-auths", entity{"key": "b", "consumer": f.put("consumers", entity{"username": "bob"})})
	for _, plugin := range plugins {
		if name, ok := plugin["consumer"].(string); ok {
			plugin["consumer"] = entity{"id": f.srv.Entity(f.id, "consumers", name)["id"]}
		}
		f.put("plugins", plugin)
	}
	assert.Empty(t, f.gw.Unsupported())
	return f
}

func TestPlugins(t *testing.T) {
	t.Parallel()
	plugin := func(name string, config entity) entity {
		if config == nil {
			config = entity{}
		}
		return entity{"name": name, "config": config}
	}
	keyAuth := func(config entity) entity { return plugin("key-auth", config) }
	tests := []struct {
		reason  string
		plugins []entity
		url     string // of http://x/ where it is empty
		headers []string
		status  int
		body    string            // part of an answer that is no 200
		seen    map[string]string // headers that the target sees
		uri     string            // that the target sees; / where it is empty
	}{
		{reason: "no key", plugins: []entity{keyAuth(nil)}, status: 401, body: "No API key found in request"},
		{reason: "an unknown key", plugins: []entity{keyAuth(nil)}, headers: []string{"apikey: x"}, status: 401, body: "Unauthorized"},
		{reason: "two keys", plugins: []entity{keyAuth(nil)}, headers: []string{"apikey: a", "apikey: b"}, status: 401,
			body: "Duplicate API key found"},
		{reason: "a key in a header, whose consumer the target is told", plugins: []entity{keyAuth(entity{"hide_credentials": false})},
			headers: []string{"apikey: a", "X-Anonymous-Consumer: true"}, status: 200,
			seen: map[string]string{"X-Consumer-Username": "alice", "X-Consumer-Custom-Id": "1", "X-Anonymous-Consumer": "", "Apikey": "a"}},
		{reason: "a key in the query, which stays", plugins: []entity{keyAuth(entity{"hide_credentials": false})}, url: "http://x/?apikey=b&c=d", status: 200,
			seen: map[string]string{"X-Consumer-Username": "bob", "X-Consumer-Custom-Id": ""}, uri: "/?apikey=b&c=d"},
		{reason: "a key in the query that is hidden, as by default", plugins: []entity{keyAuth(nil)},
			url: "http://x/?apikey=b&c=d", status: 200, uri: "/?c=d"},
		{reason: "a key in a header that is hidden, under a name of its own",
			plugins: []entity{keyAuth(entity{"hide_credentials": true, "key_names": []string{"x-token"}})},
			headers: []string{"X-Token: a"}, status: 200, seen: map[string]string{"X-Token": ""}},
		{reason: "the query does not count", plugins: []entity{keyAuth(entity{"key_in_query": false})}, url: "http://x/?apikey=b",
			status: 401, body: "No API key"},
		{reason: "an anonymous consumer", plugins: []entity{keyAuth(entity{"anonymous": "bob"})}, status: 200,
			seen: map[string]string{"X-Consumer-Username": "bob", "X-Anonymous-Consumer": "true"}},
		{reason: "an anonymous consumer that is not there", plugins: []entity{keyAuth(entity{"anonymous": "carol"})}, status: 500,
			body: "An unexpected error occurred"},

		{reason: "in a group that is allowed", plugins: []entity{keyAuth(nil), plugin("acl", entity{"allow": []string{"staff"}})},
			headers: []string{"apikey: a"}, status: 200, seen: map[string]string{"X-Consumer-Groups": "staff"}},
		{reason: "in no group that is allowed", plugins: []entity{keyAuth(nil), plugin("acl", entity{"allow": []string{"staff"}})},
			headers: []string{"apikey: b"}, status: 403, body: "You cannot consume this service"},
		{reason: "in a group that is denied", plugins: []entity{keyAuth(nil), plugin("acl", entity{"deny": []string{"staff"}})},
			headers: []string{"apikey: a"}, status: 403, body: "You cannot consume this service"},
		{reason: "in no group that is denied",
			plugins: []entity{keyAuth(nil), plugin("acl", entity{"deny": []string{"staff"}, "hide_groups_header": true})},
			headers: []string{"apikey: b", "X-Consumer-Groups: mine"}, status: 200},
		{reason: "nobody who could be in a group", plugins: []entity{plugin("acl", entity{"allow": []string{"staff"}})}, status: 401},

		{reason: "an address that is denied", plugins: []entity{plugin("ip-restriction", entity{"deny": []string{"192.0.2.0/24"}})},
			status: 403, body: "Your IP address is not allowed"},
		{reason: "an address that is not allowed, in other words",
			plugins: []entity{plugin("ip-restriction", entity{"allow": []string{"10.0.0.1"}, "status": 451, "message": "no"})},
			status:  451, body: `"no"`},
		{reason: "an address that is allowed", plugins: []entity{plugin("ip-restriction", entity{"allow": []string{"192.0.2.1"}})}, status: 200},

		{reason: "terminated, in the words of the status", plugins: []entity{plugin("request-termination", nil)}, status: 503,
			body: "Service unavailable"},
		{reason: "terminated with a body", status: 418, body: "<tea/>", plugins: []entity{
			plugin("request-termination", entity{"status_code": 418, "body": "<tea/>", "content_type": "text/xml"})}},
		{reason: "without what would trigger it", status: 200, plugins: []entity{plugin("request-termination", entity{"trigger": "stop"})}},
		{reason: "with what triggers it", url: "http://x/?stop", status: 503,
			plugins: []entity{plugin("request-termination", entity{"trigger": "stop"})}},
		{reason: "the refusal of a key goes before the end", plugins: []entity{plugin("request-termination", nil), keyAuth(nil)}, status: 401},

		{reason: "a plugin of a consumer takes the place of that of all", headers: []string{"apikey: b"}, status: 410, plugins: []entity{
			keyAuth(nil), plugin("request-termination", nil),
			{"name": "request-termination", "consumer": "bob", "config": entity{"status_code": 410, "message": "gone"}}}},
		{reason: "but not for others", headers: []string{"apikey: a"}, status: 200, plugins: []entity{
			keyAuth(nil), {"name": "request-termination", "consumer": "bob", "config": entity{"status_code": 410, "message": "gone"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			f := guarded(t, tt.plugins...)
			if tt.url == "" {
				tt.url = "http://x/"
			}
			res := f.get(tt.url, tt.headers...)
			if tt.status != 200 {
				assert.Equal(t, tt.status, res.StatusCode)
				assert.Contains(t, bodyOf(t, res), tt.body)
				return
			}
			got := f.arrived(res)
			for name, want := range tt.seen {
				assert.Equal(t, want, got.Header.Get(name), name)
			}
			if tt.uri != "" {
				assert.Equal(t, tt.uri, got.URI)
			}
		})
	}
}

// TestNoRouteWherePluginsAre: a request that no route takes goes through no route's plugin.
func TestNoRouteWherePluginsAre(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "a.test:80")
	_, route := f.route(entity{"host": "a.test"}, entity{"paths": []string{"/a"}})
	f.put("plugins", entity{"name": "key-auth", "config": entity{}, "route": route})
	assert.Equal(t, http.StatusNotFound, f.get("http://x/b").StatusCode)
	assert.Equal(t, http.StatusUnauthorized, f.get("http://x/a").StatusCode)
}

func TestFieldsOfPluginsThatAreNotSimulated(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "a.test:80")
	f.route(entity{"host": "a.test"}, entity{"paths": []string{"/"}})
	alice := f.put("consumers", entity{"username": "alice"})
	f.put("key-auths", entity{"key": "a", "consumer": alice})
	f.put("plugins", entity{"name": "key-auth"})
	f.put("plugins", entity{"name": "request-termination", "consumer": alice, "config": entity{"echo": true}})
	assert.Equal(t, []string{"plugin request-termination: config.echo of consumer alice"}, f.gw.Unsupported())
	assert.Equal(t, 401, f.get("http://x/").StatusCode, "nobody meets it who is not alice")
	res := f.get("http://x/", "apikey: a")
	assert.Equal(t, http.StatusNotImplemented, res.StatusCode)
	assert.Contains(t, res.Header.Get(konnecttest.LimitHeader), "config.echo")
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	f := guarded(t, entity{"name": "key-auth", "config": entity{"realm": "here"}})
	assert.Equal(t, `Key realm="here"`, f.get("http://x/").Header.Get("WWW-Authenticate"))
	f = guarded(t, entity{"name": "key-auth", "config": entity{"run_on_preflight": false}})
	assert.Equal(t, "Key", f.get("http://x/").Header.Get("WWW-Authenticate"))
	res := f.send(httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "http://x/", http.NoBody))
	assert.Equal(t, 200, res.StatusCode, "a preflight has no key")
}
