package konnecttest_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// traffic is a control plane with a gateway.
type traffic struct {
	t   *testing.T
	srv *konnecttest.Server
	id  string
	gw  *konnecttest.Gateway
}

// newTraffic has backends named by their addresses that echo what they are asked.
func newTraffic(t *testing.T, addresses ...string) *traffic {
	t.Helper()
	opts := make([]konnecttest.GatewayOption, 0, len(addresses))
	for _, address := range addresses {
		opts = append(opts, konnecttest.WithBackend(address, echo(address)))
	}
	return newTrafficWith(t, opts...)
}

func newTrafficWith(t *testing.T, opts ...konnecttest.GatewayOption) *traffic {
	t.Helper()
	srv := konnecttest.NewServer(konnecttest.WithRouteProtocols("http", "https"))
	id, err := srv.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	gw := srv.Gateway(id, opts...)
	t.Cleanup(gw.Close)
	return &traffic{t: t, srv: srv, id: id, gw: gw}
}

// entity is the fields of an entity.
type entity = map[string]any

func (f *traffic) put(collection string, fields entity) entity {
	f.t.Helper()
	stored, err := f.srv.Put(f.id, collection, fields)
	require.NoError(f.t, err)
	return entity{"id": stored["id"]}
}

// route adds a service and a route to it.
func (f *traffic) route(service, route entity) (serviceRef, routeRef entity) {
	f.t.Helper()
	serviceRef = f.put("services", service)
	route["service"] = serviceRef
	return serviceRef, f.put("routes", route)
}

// echoed is what a backend has seen.
type echoed struct {
	Backend, Method, Host, URI, Body string
	Header                           http.Header
}

func echo(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(echoed{
			Backend: name, Method: r.Method, Host: r.Host, URI: r.RequestURI, Body: string(body), Header: r.Header,
		})
	}
}

// send asks the gateway without a network.
func (f *traffic) send(r *http.Request) *http.Response {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.gw.ServeHTTP(w, r)
	return w.Result()
}

func (f *traffic) get(url string, headers ...string) *http.Response {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), http.MethodGet, url, http.NoBody)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	return f.send(r)
}

// arrived is what a backend has seen of a request that must have arrived.
func (f *traffic) arrived(res *http.Response) echoed {
	f.t.Helper()
	raw := bodyOf(f.t, res)
	require.Equal(f.t, http.StatusOK, res.StatusCode, raw)
	var out echoed
	require.NoError(f.t, json.Unmarshal([]byte(raw), &out), raw)
	return out
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return string(raw)
}

func TestWhereRequestsArrive(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason         string
		service, route entity
		upstream       entity // with a target echo.test:8080
		url            string
		headers        []string
		host, uri      string
	}{
		{
			reason:  "the prefix is stripped, the service's host and port are the Host header",
			service: entity{"url": "http://echo.test:8080"}, route: entity{"paths": []string{"/echo"}},
			url: "http://api.test/echo/a?b=c", host: "echo.test:8080", uri: "/a?b=c",
		},
		{
			reason:  "the service's path goes before what is left, a default port is not named",
			service: entity{"host": "echo.test", "path": "/base"}, route: entity{"paths": []string{"/echo"}},
			url: "http://api.test/echo/a", host: "echo.test", uri: "/base/a",
		},
		{
			reason:  "without strip_path the whole path goes on",
			service: entity{"url": "http://echo.test:8080"}, route: entity{"paths": []string{"/echo"}, "strip_path": false},
			url: "http://api.test/echo/a", host: "echo.test:8080", uri: "/echo/a",
		},
		{
			reason:  "an empty query stays",
			service: entity{"url": "http://echo.test:8080"}, route: entity{"paths": []string{"/echo"}},
			url: "http://api.test/echo/a?", host: "echo.test:8080", uri: "/a?",
		},
		{
			reason:  "what a path cannot have is escaped, what was escaped for a reason stays",
			service: entity{"url": "http://echo.test:8080"}, route: entity{"paths": []string{"/echo"}},
			url: "http://api.test/echo/a%20b%2fc%7e;d?e=%20", host: "echo.test:8080", uri: "/a%20b%2Fc~;d?e=%20",
		},
		{
			reason:  "with preserve_host the target sees the client's",
			service: entity{"url": "http://echo.test:8080"}, route: entity{"paths": []string{"/echo"}, "preserve_host": true},
			url: "http://Api.test:8000/echo", host: "Api.test:8000", uri: "/",
		},
		{
			reason:  "the name of a target is the Host header",
			service: entity{"host": "pool.test"}, route: entity{"paths": []string{"/echo"}}, upstream: entity{"name": "pool.test"},
			url: "http://api.test/echo", host: "echo.test:8080", uri: "/",
		},
		{
			reason:  "host_header goes before the name of a target",
			service: entity{"host": "pool.test"}, route: entity{"paths": []string{"/echo"}},
			upstream: entity{"name": "pool.test", "host_header": "public.test"},
			url:      "http://api.test/echo", host: "public.test:8080", uri: "/",
		},
		{
			reason:  "over TLS a certificate that nobody has signed will do, unless tls_verify is on",
			service: entity{"url": "https://echo.test"}, route: entity{"paths": []string{"/echo"}},
			url: "http://api.test/echo", host: "echo.test", uri: "/",
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			f := newTraffic(t, "echo.test:8080", "echo.test:80", "echo.test:443")
			f.route(tt.service, tt.route)
			if tt.upstream != nil {
				f.put("targets", entity{"target": "echo.test:8080", "upstream": f.put("upstreams", tt.upstream)})
			}
			assert.Empty(t, f.gw.Unsupported())
			got := f.arrived(f.get(tt.url, tt.headers...))
			assert.Equal(t, tt.host, got.Host)
			assert.Equal(t, tt.uri, got.URI)
		})
	}
}

func TestForwardedHeaders(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "echo.test:80")
	f.route(entity{"host": "echo.test"}, entity{"paths": []string{"/echo"}})
	res := f.get("https://Api.test:9443/echo/a?b", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: gopher", "X-Forwarded-Prefix: /x",
		"Connection: X-Hop", "X-Hop: 1", "Upgrade: h2c", "X-Kept: 1")
	got := f.arrived(res).Header
	for name, want := range map[string]string{
		"X-Forwarded-For": "10.0.0.1, 192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.test",
		"X-Forwarded-Port": "8443", "X-Forwarded-Path": "/echo/a", "X-Forwarded-Prefix": "/echo", "X-Real-Ip": "192.0.2.1",
		"Via": "1.1 kong/3.10.0", "X-Kept": "1", "X-Hop": "", "Upgrade": "", "Accept-Encoding": "",
	} {
		assert.Equal(t, want, got.Get(name), name)
	}
	assert.Len(t, got.Get("X-Kong-Request-Id"), 32)
	assert.Equal(t, got.Get("X-Kong-Request-Id"), res.Header.Get("X-Kong-Request-Id"))
	assert.Equal(t, "1.1 kong/3.10.0", res.Header.Get("Via"))
	assert.NotEmpty(t, res.Header.Get("X-Kong-Upstream-Latency"))
	assert.NotEmpty(t, res.Header.Get("X-Kong-Proxy-Latency"))
}

func TestOwnAnswers(t *testing.T) {
	t.Parallel()
	secure := entity{"paths": []string{"/a"}, "protocols": []string{"https"}}
	moved := entity{"paths": []string{"/a"}, "protocols": []string{"https"}, "https_redirect_status_code": 308}
	tests := []struct {
		reason         string
		service, route entity
		upstream       entity
		url            string
		accept         string
		status         int
		message        string // "" for no body
		header         map[string]string
	}{
		{reason: "no route", route: entity{"paths": []string{"/b"}}, url: "http://x/a", status: 404, message: "no Route matched with those values"},
		{reason: "plain http to a route of https", route: secure, url: "http://x/a", status: 426, message: "Please use HTTPS protocol",
			header: map[string]string{"Connection": "Upgrade", "Upgrade": "TLS/1.2, HTTP/1.1"}},
		{reason: "the same with a redirect", route: moved, url: "http://X:8000/a/%41?b=c", status: 308,
			header: map[string]string{"Location": "https://x/a/%41?b=c"}},
		{reason: "another protocol than gRPC", route: entity{"paths": []string{"/a"}, "protocols": []string{"grpc"}}, url: "http://x/a",
			status: 415, message: "Non-gRPC request matched gRPC route"},
		{reason: "a route without a service", route: entity{"paths": []string{"/a"}}, url: "http://x/a",
			status: 503, message: "no Service found with those values"},
		{reason: "an upstream without targets", service: entity{"host": "pool.test"}, upstream: entity{"name": "pool.test"},
			route: entity{"paths": []string{"/a"}}, url: "http://x/a", status: 503, message: "failure to get a peer from the ring-balancer"},
		{reason: "nothing listens", service: entity{"url": "http://127.0.0.1:1", "retries": 0}, route: entity{"paths": []string{"/a"}},
			url: "http://x/a", status: 502, message: "An invalid response was received from the upstream server"},
		{reason: "tls_verify refuses what nobody has signed", service: entity{"url": "https://tls.test", "tls_verify": true},
			route: entity{"paths": []string{"/a"}}, url: "http://x/a", status: 502,
			message: "An invalid response was received from the upstream server"},
		{reason: "a client that reads HTML", url: "http://x/a", accept: "text/html, */*", status: 404,
			message: "<p>no Route matched with those values.</p>", header: map[string]string{"Content-Type": "text/html; charset=utf-8"}},
		{reason: "a client that reads text", url: "http://x/a", accept: "text/plain;q=0.5", status: 404,
			message: "no Route matched with those values\nrequest_id: ", header: map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		{reason: "a client that reads XML", url: "http://x/a", accept: "application/xml", status: 404,
			message: "<message>no Route matched with those values</message>",
			header:  map[string]string{"Content-Type": "application/xml; charset=utf-8"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			f := newTraffic(t, "tls.test:443")
			route := entity{}
			maps.Copy(route, tt.route)
			if tt.upstream != nil {
				f.put("upstreams", tt.upstream)
			}
			if tt.service != nil {
				route["service"] = f.put("services", tt.service)
			}
			if tt.route != nil {
				f.put("routes", route)
			}
			accept := tt.accept
			if accept == "" {
				accept = "*/*"
			}
			res := f.get(tt.url, "Accept: "+accept)
			body := bodyOf(t, res)
			assert.Equal(t, tt.status, res.StatusCode)
			assert.Empty(t, res.Header.Get(konnecttest.LimitHeader))
			for name, want := range tt.header {
				assert.Equal(t, want, res.Header.Get(name), name)
			}
			assert.Equal(t, "kong/3.10.0", res.Header.Get("Server"))
			switch {
			case tt.message == "":
				assert.Empty(t, body)
			case tt.accept != "":
				assert.Contains(t, body, tt.message)
			default:
				assert.Equal(t, "application/json; charset=utf-8", res.Header.Get("Content-Type"))
				want, err := json.Marshal(map[string]string{"message": tt.message, "request_id": res.Header.Get("X-Kong-Request-Id")})
				require.NoError(t, err)
				assert.JSONEq(t, string(want), body)
			}
		})
	}
}

func TestEntitiesAreLive(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "a.test:80", "b.test:80")
	service, route := f.route(entity{"host": "a.test"}, entity{"paths": []string{"/a"}})
	assert.Equal(t, "a.test:80", f.arrived(f.get("http://x/a")).Backend)

	require.NoError(t, f.srv.Modify(f.id, "services", service["id"].(string), func(e map[string]any) { e["host"] = "b.test" }))
	assert.Equal(t, "b.test:80", f.arrived(f.get("http://x/a")).Backend, "a service that changed")

	require.NoError(t, f.srv.Modify(f.id, "services", service["id"].(string), func(e map[string]any) { e["enabled"] = false }))
	assert.Equal(t, 404, f.get("http://x/a").StatusCode, "a service that is disabled")

	require.NoError(t, f.srv.Delete(f.id, "routes", route["id"].(string)))
	require.NoError(t, f.srv.Delete(f.id, "services", service["id"].(string)))
	f.route(entity{"host": "a.test"}, entity{"paths": []string{"/b"}})
	assert.Equal(t, "a.test:80", f.arrived(f.get("http://x/b")).Backend, "another service")
}

func TestDebugHeaders(t *testing.T) {
	t.Parallel()
	f := newTraffic(t, "a.test:80")
	f.route(entity{"host": "a.test", "name": "echo"}, entity{"paths": []string{"/a"}, "name": "a"})
	res := f.get("http://x/a", "Kong-Debug: 1")
	assert.Equal(t, "a", res.Header.Get("Kong-Route-Name"))
	assert.Equal(t, "echo", res.Header.Get("Kong-Service-Name"))
	assert.Empty(t, f.get("http://x/a").Header.Get("Kong-Route-Name"), "only those that ask are told")
}

func TestRequestBodies(t *testing.T) {
	t.Parallel()
	for _, buffered := range []bool{true, false} {
		f := newTraffic(t, "a.test:80")
		f.route(entity{"host": "a.test"}, entity{"paths": []string{"/a"}, "request_buffering": buffered})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://x/a", strings.NewReader("hello"))
		assert.Equal(t, "hello", f.arrived(f.send(r)).Body, "buffered: %v", buffered)
	}
}
