package konnecttest_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestPluginsThatChange holds what plugins add to requests and answers, and take from them.
func TestPluginsThatChange(t *testing.T) {
	t.Parallel()
	plugin := func(name string, config entity) entity { return entity{"name": name, "config": config} }
	cors := func(config entity) []entity { return []entity{plugin("cors", config)} }
	preflight := []string{"Origin: https://app.test", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: X-A,X-B"}
	type header = map[string]string
	tests := []struct {
		reason       string
		plugins      []entity
		method, url  string // GET and http://x/ where they are empty
		body         string
		headers      []string
		status       int
		answer, seen header // of the answer, and that the target sees; "" for none
		uri, host    string // that the target sees
	}{
		{reason: "anybody may see the answer", plugins: cors(entity{}), status: 200,
			answer: header{"Access-Control-Allow-Origin": "*", "Vary": "", "Access-Control-Allow-Credentials": ""}},
		{reason: "nobody has asked for a header", plugins: cors(entity{"allow_origin_absent": false}), status: 200,
			answer: header{"Access-Control-Allow-Origin": ""}},
		{reason: "one origin, whoever asks", plugins: cors(entity{"origins": []string{"https://app.test"}, "exposed_headers": []string{"X-A", "X-B"}}),
			headers: []string{"Origin: https://other.test"}, status: 200,
			answer: header{"Access-Control-Allow-Origin": "https://app.test", "Vary": "Origin", "Access-Control-Expose-Headers": "X-A,X-B"}},
		{reason: "one of several origins", plugins: cors(entity{"origins": []string{"https://a.test", `https://.*\.app\.test`}}),
			headers: []string{"Origin: https://www.app.test:443"}, status: 200,
			answer: header{"Access-Control-Allow-Origin": "https://www.app.test"}},
		{reason: "an expression without a scheme looks at the host", plugins: cors(entity{"origins": []string{`(a|b)\.test`}}),
			headers: []string{"Origin: http://b.test:8080"}, status: 200, answer: header{"Access-Control-Allow-Origin": "http://b.test:8080"}},
		{reason: "none of several", plugins: cors(entity{"origins": []string{"https://a.test", "https://b.test"}}),
			headers: []string{"Origin: https://c.test"}, status: 200, answer: header{"Access-Control-Allow-Origin": ""}},
		{reason: "credentials do not go with all origins", plugins: cors(entity{"credentials": true}),
			headers: []string{"Origin: https://c.test"}, status: 200,
			answer: header{"Access-Control-Allow-Origin": "https://c.test", "Access-Control-Allow-Credentials": "true"}},
		{reason: "what a browser asks before is answered here", plugins: cors(entity{"max_age": 60, "methods": []string{"PUT", "GET"}}), method: http.MethodOptions,
			headers: preflight, status: 200, answer: header{
				"Access-Control-Allow-Methods": "PUT,GET",
				"Access-Control-Allow-Headers": "X-A,X-B", "Access-Control-Max-Age": "60", "Access-Control-Allow-Origin": "*",
				"Content-Length": "0"}},
		{reason: "or by the target", plugins: cors(entity{"preflight_continue": true}), method: http.MethodOptions, headers: preflight,
			status: 200, answer: header{"Access-Control-Allow-Methods": "", "Access-Control-Allow-Origin": ""}, seen: header{"Origin": "https://app.test"}},
		{reason: "a browser may read why it was refused", plugins: append(cors(entity{}), plugin("key-auth", entity{})), status: 401,
			answer: header{"Access-Control-Allow-Origin": "*"}},
		{reason: "a browser need not have a key to ask", plugins: append(cors(entity{}), plugin("key-auth", entity{})), status: 200,
			method: http.MethodOptions, headers: preflight, answer: header{"Content-Length": "0"}},

		{reason: "an ID that the client chose", plugins: []entity{plugin("correlation-id", entity{"header_name": "X-Id", "echo_downstream": true})},
			headers: []string{"X-Id: 7"}, status: 200, answer: header{"X-Id": "7"}, seen: header{"X-Id": "7"}},
		{reason: "small enough", plugins: []entity{plugin("request-size-limiting", entity{"allowed_payload_size": 4, "size_unit": "bytes"})},
			method: http.MethodPost, body: "1234", status: 200},
		{reason: "too large", plugins: []entity{plugin("request-size-limiting", entity{"allowed_payload_size": 4, "size_unit": "bytes"})},
			method: http.MethodPost, body: "12345", status: 413},
		{reason: "too large, and asked before", plugins: []entity{plugin("request-size-limiting", entity{"allowed_payload_size": 4, "size_unit": "bytes"})},
			method: http.MethodPost, body: "12345", headers: []string{"Expect: 100-continue"}, status: 417},

		{reason: "elsewhere", plugins: []entity{plugin("redirect", entity{"location": "https://new.test/x?y=z"})}, url: "http://x/a?b=c",
			status: 301, answer: header{"Location": "https://new.test/x?y=z"}},
		{reason: "elsewhere under the same path", url: "http://x/a?b=c", status: 307, answer: header{"Location": "https://new.test/a?b=c"},
			plugins: []entity{plugin("redirect", entity{"location": "https://new.test/x", "keep_incoming_path": true, "status_code": 307})}},

		{reason: "headers of the request", headers: []string{"A: 1", "B: 2", "C: 3", "D: 4"}, status: 200,
			seen: header{"A": "", "B": "", "B2": "2", "C": "x", "D": "4", "E": "y", "F": "z", "G": ""},
			plugins: []entity{plugin("request-transformer", entity{
				"remove": entity{"headers": []string{"A"}}, "rename": entity{"headers": []string{"B:B2"}},
				"replace": entity{"headers": []string{"C:x", "G:no"}}, "add": entity{"headers": []string{"D:no", "E:y"}},
				"append": entity{"headers": []string{"F:z"}}})}},
		{reason: "arguments of the request", url: "http://x/?a=1&b=2&c=3&d=4", status: 200, uri: "/?b2=2&c=x&d=4&e=y&f=z",
			plugins: []entity{plugin("request-transformer", entity{
				"remove": entity{"querystring": []string{"a"}}, "rename": entity{"querystring": []string{"b:b2"}},
				"replace": entity{"querystring": []string{"c:x", "g:no"}}, "add": entity{"querystring": []string{"d:no", "e:y"}},
				"append": entity{"querystring": []string{"f:z"}}})}},
		{reason: "path and host", url: "http://x/a?b=c", status: 200, uri: "/other?b=c", host: "other.test",
			plugins: []entity{plugin("request-transformer", entity{"replace": entity{"uri": "/other", "headers": []string{"host:other.test"}}})}},
		{reason: "headers of the answer", status: 200, answer: header{"Content-Type": "text/plain", "X-A": "1", "X-Type": ""},
			plugins: []entity{plugin("response-transformer", entity{
				"replace": entity{"headers": []string{"Content-Type:text/plain", "X-Type:no"}}, "add": entity{"headers": []string{"X-A:1"}}})}},
		{reason: "also of an answer of the gateway", status: 503, answer: header{"X-A": "1"}, plugins: []entity{
			plugin("request-termination", entity{}), plugin("response-transformer", entity{"add": entity{"headers": []string{"X-A:1"}}})}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			f := guarded(t, tt.plugins...)
			if tt.url == "" {
				tt.url = "http://x/"
			}
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.url, strings.NewReader(tt.body))
			for _, header := range tt.headers {
				name, value, _ := strings.Cut(header, ": ")
				r.Header.Add(name, value)
			}
			res := f.send(r)
			assert.Equal(t, tt.status, res.StatusCode)
			for name, want := range tt.answer {
				assert.Equal(t, want, res.Header.Get(name), name)
			}
			if tt.seen == nil && tt.uri == "" {
				return
			}
			got := f.arrived(res)
			for name, want := range tt.seen {
				assert.Equal(t, want, got.Header.Get(name), name)
			}
			if tt.uri != "" {
				assert.Equal(t, tt.uri, got.URI)
			}
			if tt.host != "" {
				assert.Equal(t, tt.host, got.Host)
			}
		})
	}
}

func TestBasicAuth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason  string
		config  entity
		headers []string
		status  int
		user    string // that the target is told
	}{
		{reason: "nothing", status: 401},
		{reason: "the right password", headers: []string{basic("Authorization", "alice", "pass:word")}, status: 200, user: "alice"},
		{reason: "for the proxy", headers: []string{basic("Proxy-Authorization", "alice", "pass:word")}, status: 200, user: "alice"},
		{reason: "the wrong one", headers: []string{basic("Authorization", "alice", "word")}, status: 401},
		{reason: "the stored form of the right one", headers: []string{basic("Authorization", "alice", "6367c48dd193d56ea7b0baad25b19455e529f5ee")}, status: 401},
		{reason: "nobody's", headers: []string{basic("Authorization", "carol", "pass:word")}, status: 401},
		{reason: "another scheme", headers: []string{"Authorization: Bearer x"}, status: 401},
		{reason: "whoever it is", config: entity{"anonymous": "bob"}, status: 200, user: "bob"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			if tt.config == nil {
				tt.config = entity{"hide_credentials": true}
			}
			f := guarded(t, entity{"name": "basic-auth", "config": tt.config})
			alice := entity{"id": f.srv.Entity(f.id, "consumers", "alice")["id"]}
			f.put("basic-auths", entity{"username": "alice", "password": "pass:word", "consumer": alice})
			res := f.get("http://x/", tt.headers...)
			if tt.status != 200 {
				assert.Equal(t, tt.status, res.StatusCode)
				assert.Equal(t, `Basic realm="service"`, res.Header.Get("WWW-Authenticate"))
				return
			}
			got := f.arrived(res)
			assert.Equal(t, tt.user, got.Header.Get("X-Consumer-Username"))
			assert.Empty(t, got.Header.Get("Authorization"), "it is hidden")
		})
	}
}

func basic(header, username, password string) string {
	return header + ": Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))
}

// TestRateLimits counts by consumer, and by address where there is none.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	f := guarded(t, entity{"name": "key-auth", "config": entity{"anonymous": "bob"}},
		entity{"name": "rate-limiting", "config": entity{"year": 2}})
	for i, want := range []struct {
		key, left string
		status    int
	}{
		{"a", "1", 200}, {"a", "0", 200}, {"a", "0", 429}, {"a", "0", 429}, {"b", "1", 200},
	} {
		res := f.get("http://x/", "apikey: "+want.key)
		assert.Equal(t, want.status, res.StatusCode, i)
		assert.Equal(t, want.left, res.Header.Get("X-RateLimit-Remaining-Year"), i)
		assert.Equal(t, "2", res.Header.Get("RateLimit-Limit"), i)
		assert.NotEmpty(t, res.Header.Get("RateLimit-Reset"), i)
		if want.status == 429 {
			assert.Equal(t, res.Header.Get("RateLimit-Reset"), res.Header.Get("Retry-After"), i)
			assert.Contains(t, bodyOf(t, res), "API rate limit exceeded", i)
		}
	}
	f.put("consumers", entity{"username": "carol"})
	assert.Equal(t, 429, f.get("http://x/", "apikey: a").StatusCode, "a change of something else does not forget what was counted")

	hidden := guarded(t, entity{"name": "rate-limiting", "config": entity{"year": 1, "hide_client_headers": true}})
	assert.Empty(t, hidden.get("http://x/").Header.Get("RateLimit-Limit"))
	res := hidden.get("http://x/")
	assert.Equal(t, 429, res.StatusCode)
	assert.Empty(t, res.Header.Get("RateLimit-Limit"))
}

// TestCorrelationIDs differ from request to request.
func TestCorrelationIDs(t *testing.T) {
	t.Parallel()
	f := guarded(t, entity{"name": "correlation-id", "config": entity{"echo_downstream": true}})
	seen := map[string]bool{}
	for range 3 {
		res := f.get("http://x/")
		id := res.Header.Get("Kong-Request-ID")
		assert.Equal(t, id, f.arrived(res).Header.Get("Kong-Request-ID"))
		assert.Contains(t, id, "#")
		seen[id] = true
	}
	assert.Len(t, seen, 3)
}

// TestPartsThatAreNotSimulated are answered 501, and listed beforehand.
func TestPartsThatAreNotSimulated(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config entity
		want   string
	}{
		"rate-limiting":        {entity{"minute": 1, "policy": "redis", "redis": entity{"host": "r.test"}}, "config.policy"},
		"correlation-id":       {entity{"generator": "tracker"}, "config.generator"},
		"request-transformer":  {entity{"add": entity{"headers": []string{"a:$(headers.b)"}}}, "config.add: a template"},
		"response-transformer": {entity{"remove": entity{"json": []string{"a"}}}, "config.remove.json"},
		"cors":                 {entity{"origins": []string{`(?!a)b\.test`}}, "config.origins"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newTraffic(t, "a.test:80")
			f.route(entity{"host": "a.test"}, entity{"paths": []string{"/"}})
			f.put("plugins", entity{"name": name, "config": tt.config})
			assert.Equal(t, []string{"plugin " + name + ": " + tt.want}, f.gw.Unsupported())
			res := f.get("http://x/")
			assert.Equal(t, http.StatusNotImplemented, res.StatusCode)
			assert.Contains(t, res.Header.Get(konnecttest.LimitHeader), tt.want)
		})
	}
}
