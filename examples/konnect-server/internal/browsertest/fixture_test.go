package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/examples/konnect-server/internal/page"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// site is a page with something to see.
type site struct {
	konnect *konnecttest.Server
	url     string
	planeID string
}

func newSite(t *testing.T) *site {
	t.Helper()
	konnect := konnecttest.NewServer()
	planeID, err := konnect.AddControlPlane("", map[string]any{"name": "shop", "labels": map[string]string{"team": "web"}})
	require.NoError(t, err)
	_, err = konnect.AddControlPlane("", map[string]any{"name": "empty"})
	require.NoError(t, err)
	server := httptest.NewServer(page.Guard(page.New(konnect)))
	t.Cleanup(server.Close)
	s := &site{konnect: konnect, url: server.URL, planeID: planeID}
	s.fill(t)
	for _, path := range []string{"/v2/control-planes", "/v2/control-planes/" + planeID + "/core-entities/routes", "/nowhere"} {
		request := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		request.Header.Set("Authorization", "Bearer "+konnect.Token)
		konnect.ServeHTTP(httptest.NewRecorder(), request)
	}
	return s
}

// put stores an entity and returns a reference to it.
func (s *site) put(t *testing.T, collection string, fields map[string]any) map[string]any {
	t.Helper()
	stored, err := s.konnect.Put(s.planeID, collection, fields)
	require.NoError(t, err)
	return map[string]any{"id": stored["id"]}
}

// fill makes some forty entities: five services with routes, upstreams with targets, plugins,
// consumers with credentials.
func (s *site) fill(t *testing.T) {
	t.Helper()
	ours := []string{"managed-by:konnectkit", "managed-owner:shop-team", "managed-key:5d1f2f0c-6a55-5f0e-9a3c-2b8c1f6e7d41"}
	for i, name := range []string{"catalog", "checkout", "accounts", "search", "images"} {
		upstream := s.put(t, "upstreams", map[string]any{"name": name + ".internal", "tags": ours})
		for target := range 1 + i%3 {
			s.put(t, "targets", map[string]any{"target": fmt.Sprintf("10.0.%d.%d:8080", i, target), "upstream": upstream, "tags": ours})
		}
		service := s.put(t, "services", map[string]any{"name": name, "host": name + ".internal", "path": "/v1", "tags": ours})
		for _, part := range []string{"", "/admin"} {
			route := s.put(t, "routes", map[string]any{
				"name": name + map[bool]string{true: "-admin"}[part != ""], "hosts": []string{"shop.example"},
				"paths": []string{"/" + name + part}, "service": service, "tags": ours,
			})
			if part != "" {
				s.put(t, "plugins", map[string]any{"name": "key-auth", "route": route})
			}
		}
	}
	s.put(t, "routes", map[string]any{"name": "legacy-catalog", "hosts": []string{"old.example"}, "paths": []string{"/catalog"}, "tags": []string{"legacy"}})
	for _, name := range []string{"alice", "a-consumer-with-quite-a-long-name-of-its-own"} {
		consumer := s.put(t, "consumers", map[string]any{"username": name})
		s.put(t, "key-auths", map[string]any{"key": "key-of-" + name, "consumer": consumer})
		// Both refer to entities of two parts of the graph, and over several columns.
		service := s.konnect.Entity(s.planeID, "services", "images")
		s.put(t, "plugins", map[string]any{"name": "request-termination", "consumer": consumer, "service": map[string]any{"id": service["id"]}})
	}
	s.put(t, "plugins", map[string]any{"name": "correlation-id"})
}
