package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestStartPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.plane(t, "held", map[string]any{"labels": map[string]string{"managed-by": "kong-operator", "k8s-kind": "KonnectGatewayControlPlane", "k8s-name": "cp", "k8s-namespace": "kong"}})
	s.put(t, "services", map[string]any{"name": "catalog", "host": "catalog.internal"})
	s.send(t, http.MethodGet, "/v2/control-planes", "")
	body := s.get(t, "/").Body.String()
	for _, want := range []string{
		">shop</a>", "services 1", ">held</a>", "Kong operator", "KonnectGatewayControlPlane kong/cp", "<code>/v2/control-planes</code>", "<td>200</td>", `action="/page/try"`,
	} {
		assert.Contains(t, body, want)
	}
}

func TestEmptyServer(t *testing.T) {
	t.Parallel()
	s := &site{Server: konnecttest.NewServer()}
	s.handler = newHandler(s.Server)
	assert.Contains(t, s.get(t, "/").Body.String(), "There is none yet")
	assert.Contains(t, s.get(t, "/page/requests").Body.String(), "None yet")
}

func TestEntities(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	upstream := s.put(t, "upstreams", map[string]any{"name": "catalog.internal"})
	s.put(t, "targets", map[string]any{"target": "10.0.0.1:80", "upstream": upstream})
	service := s.put(t, "services", map[string]any{"name": "catalog", "host": "catalog.internal", "tags": []string{
		"managed-by:konnectkit", "managed-owner:team", "managed-key:k", "k8s-kind:KongService", "k8s-name:catalog", "k8s-namespace:shop",
	}})
	route := s.put(t, "routes", map[string]any{"name": "catalog-route", "paths": []string{"/catalog"}, "service": service, "tags": []string{"ci"}})
	body := s.get(t, "/page/control-planes/"+s.planeID).Body.String()
	assert.Equal(t, 4, strings.Count(body, `<g class="box`), "all are in the picture")
	assert.Equal(t, 3, strings.Count(body, `<path class="arrow"`), "route to service, service to upstream by its host, target to upstream")
	for _, want := range []string{
		"owner team, KongService shop/catalog", "decK, if it selects by a tag", "tags: ci", "nobody, by its tags", ">10.0.0.1:80</a>",
	} {
		assert.Contains(t, body, want)
	}

	body = s.get(t, "/page/control-planes/"+s.planeID+"/"+route["id"].(string)+"/routes").Body.String()
	assert.Contains(t, body, `aria-current="true"`)
	assert.Contains(t, body, "10.0.0.1:80", "the way of a request down to the target")
	assert.Contains(t, body, "&#34;strip_path&#34;: true")
}

// A hub of hundreds is no picture, and that is said.
func TestTooMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	service := s.put(t, "services", map[string]any{"name": "hub", "host": "a.example"})
	for i := range 200 {
		s.put(t, "routes", map[string]any{"paths": []string{fmt.Sprint("/", i)}, "service": service})
	}
	plane := "/page/control-planes/" + s.planeID
	for _, path := range []string{plane, plane + "/" + service["id"].(string) + "/services"} {
		body := s.get(t, path).Body.String()
		assert.Contains(t, body, "201 entities are too many for one picture", path)
		assert.NotContains(t, body, "<svg", path)
	}
}

func TestNotThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{
		"/page/", "/page/other", "/page/control-planes/unknown", "/page/control-planes/unknown/a/routes",
		"/page/control-planes/" + s.planeID + "/unknown/routes",
	} {
		assert.Equal(t, http.StatusNotFound, s.get(t, path).Code, path)
	}
}

// What people write into names and tags is text on every page, and cannot hide what it is.
func TestEscaping(t *testing.T) {
	t.Parallel()
	const script = `"><script>alert(1)</script>`
	s := newSite(t)
	require.NoError(t, s.ModifyControlPlane(s.planeID, func(p map[string]any) { p["name"] = script }))
	service := s.put(t, "services", map[string]any{"name": "catalog", "host": "a.example"})
	route := s.put(t, "routes", map[string]any{"paths": []string{"/catalog"}, "hosts": []string{"shop.example"}, "service": service})
	consumer := s.put(t, "consumers", map[string]any{"username": script, "tags": []string{"<b>tag"}})
	s.put(t, "acls", map[string]any{"group": "</text><script>", "consumer": consumer})
	for collection, reference := range map[string]map[string]any{"services": service, "routes": route} {
		require.NoError(t, s.Modify(s.planeID, collection, reference["id"].(string), func(e map[string]any) {
			e["name"] = script + "\u202egnp.\n\x1b[2J"
		}))
	}
	s.send(t, http.MethodGet, "/v2/%3Cscript%3E/%E2%80%AE", "")
	pages := s.all(t)
	assert.Greater(t, len(pages), 7)
	for path, body := range pages {
		assert.NotContains(t, body, "<script", path)
		assert.NotContains(t, body, "<b>", path)
		assert.NotContains(t, body, "\u202e", path)
		assert.NotContains(t, body, "\x1b", path)
	}
	assert.Contains(t, pages["/page/control-planes/"+s.planeID], "&lt;script&gt;")
	assert.Contains(t, pages["/page/requests"], `/v2/&lt;script&gt;/\u202e`)
}

// No page shows a secret, be it of an entity or in the log.
func TestSecrets(t *testing.T) {
	t.Parallel()
	const secret = "confidential"
	s := newSite(t)
	s.put(t, "routes", map[string]any{"paths": []string{"/catalog"}})
	s.put(t, "vaults", map[string]any{"name": "hcv", "prefix": "vault", "config": map[string]any{"host": "a", "token": secret}})
	pair := konnecttest.SelfSigned("shop.example")
	s.put(t, "certificates", map[string]any{"cert": pair.Certificate, "key": pair.PrivateKey})
	consumer := s.put(t, "consumers", map[string]any{"username": "alice"})
	s.put(t, "key-auths", map[string]any{"key": secret + "-key", "consumer": consumer})
	s.put(t, "basic-auths", map[string]any{"username": "alice", "password": secret + "-password", "consumer": consumer})
	s.put(t, "hmac-auths", map[string]any{"username": "alice", "secret": secret + "-hmac", "consumer": consumer})
	s.put(t, "jwts", map[string]any{"key": "issuer", "secret": secret + "-jwt", "algorithm": "HS256", "consumer": consumer})
	s.put(t, "plugins", map[string]any{"name": "rate-limiting", "config": map[string]any{"minute": 5, "redis": map[string]any{"password": secret}}})
	entities := "/v2/control-planes/" + s.planeID + "/core-entities"
	keys := entities + "/consumers/" + consumer["id"].(string) + "/key-auth"
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPost, keys, `{"key":"` + secret + `-posted"}`, http.StatusCreated},
		{http.MethodPost, keys, `{"kee":"` + secret + `"}`, http.StatusBadRequest},
		{http.MethodGet, keys + "/" + secret, "", http.StatusNotFound},
		{http.MethodGet, entities + "/key-auths/" + secret, "", http.StatusNotFound},
		{http.MethodPost, entities + "/services", `{"host":"a","key":"` + secret + `"}`, http.StatusBadRequest},
		{http.MethodPost, entities + "/unknown?key=" + secret, `{"key":"` + secret + `"}`, http.StatusNotFound},
		{http.MethodPost, entities + "/services", `{"host":"a.example","name":"shown"}`, http.StatusCreated},
	} {
		assert.Equal(t, c.status, s.send(t, c.method, c.path, c.body), "%s %s %s", c.method, c.path, c.body)
	}
	pages := s.all(t)
	private := strings.Split(pair.PrivateKey, "\n")[1]
	for path, body := range pages {
		assert.NotContains(t, body, secret, path)
		assert.NotContains(t, body, private, path)
		assert.NotContains(t, body, s.Token, path)
	}
	log := pages["/page/requests"]
	assert.Contains(t, log, "&#34;key&#34;: &#34;[redacted]&#34;", "the request is there, without its secret")
	assert.Contains(t, log, "/key-auth/[redacted]")
	assert.Contains(t, log, "&#34;name&#34;: &#34;shown&#34;")
}

// A page may load nothing but its style, run nothing, and stand in no other page.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/", "/page/style.css", "/page/requests", "/page/try", "/page/missing"} {
		header := s.get(t, path).Header()
		policy := header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"} {
			assert.Contains(t, policy, want, path)
		}
		assert.NotContains(t, policy, "unsafe", path)
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-store", header.Get("Cache-Control"), path)
	}
}

// Pages are for looking: they change nothing.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/", "/page/try", "/page/requests"} {
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader("url=https://a/")))
		assert.NotEqual(t, http.StatusOK, w.Code, path)
	}
	assert.Empty(t, s.Requests(), "the page does not ask the API")
}
