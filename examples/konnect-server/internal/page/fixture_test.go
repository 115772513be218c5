package page_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/examples/konnect-server/internal/page"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// site is a server with its page.
type site struct {
	*konnecttest.Server
	handler http.Handler
	planeID string
}

func newSite(t *testing.T) *site {
	t.Helper()
	konnect := konnecttest.NewServer()
	s := &site{Server: konnect, handler: page.New(konnect)}
	s.planeID = s.plane(t, "shop", nil)
	return s
}

func (s *site) plane(t *testing.T, name string, fields map[string]any) string {
	t.Helper()
	all := map[string]any{"name": name}
	maps.Copy(all, fields)
	id, err := s.AddControlPlane("", all)
	require.NoError(t, err)
	return id
}

// put stores an entity and returns a reference to it.
func (s *site) put(t *testing.T, collection string, fields map[string]any) map[string]any {
	t.Helper()
	stored, err := s.Put(s.planeID, collection, fields)
	require.NoError(t, err)
	return map[string]any{"id": stored["id"]}
}

// send makes a request to the API.
func (s *site) send(t *testing.T, method, path, body string) int {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+s.Token)
	request.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request)
	return w.Code
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.Server.ServeHTTP(w, r) }

// get returns a page.
func (s *site) get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return w
}

var link = regexp.MustCompile(`(?:href|action)="(/[^"]*)"`)

// all returns every page that links lead to from the start page, and the picture of a request.
func (s *site) all(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	ahead := []string{"/", "/page/requests", "/page/try?url=https%3A%2F%2Fshop.example%2Fcatalog"}
	for len(ahead) > 0 {
		path := ahead[0]
		ahead = ahead[1:]
		if _, known := pages[path]; known {
			continue
		}
		w := s.get(t, path)
		if path != "/page/try" { // without a URL it is not meant to be opened
			require.Equal(t, http.StatusOK, w.Code, path)
		}
		pages[path] = w.Body.String()
		for _, match := range link.FindAllStringSubmatch(w.Body.String(), -1) {
			ahead = append(ahead, match[1])
		}
	}
	return pages
}
