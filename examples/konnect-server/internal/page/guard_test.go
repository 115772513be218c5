package page_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/examples/konnect-server/internal/page"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func newHandler(s *konnecttest.Server) http.Handler { return page.New(s) }

func TestGuard(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason, host string
		header       map[string]string
		want         int
	}{
		{"a program", "127.0.0.1:8080", nil, http.StatusOK},
		{"all of the net is loopback", "127.8.0.1:8080", nil, http.StatusOK},
		{"a name that always leads here", "localhost:8080", nil, http.StatusOK},
		{"IPv6", "[::1]:8080", nil, http.StatusOK},
		{"without a port", "[::1]", nil, http.StatusOK},
		{"a name that somebody made lead here", "attacker.example:8080", nil, http.StatusForbidden},
		{"a name that begins like an address", "127.0.0.1.attacker.example", nil, http.StatusForbidden},
		{"a name that ends like localhost", "evil-localhost", nil, http.StatusForbidden},
		{"another machine", "10.0.0.1:8080", nil, http.StatusForbidden},
		{"no host", "", nil, http.StatusForbidden},
		{"typed by a person", "localhost:8080", map[string]string{"Sec-Fetch-Site": "none"}, http.StatusOK},
		{"a link or form of the page", "localhost:8080", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8080"}, http.StatusOK},
		{"a page of another site", "localhost:8080", map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{"another port of this machine", "localhost:8080", map[string]string{"Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
		{"an older browser, for another site", "localhost:8080", map[string]string{"Origin": "https://attacker.example"}, http.StatusForbidden},
		{"an older browser, for another port", "localhost:8080", map[string]string{"Origin": "http://localhost:3000"}, http.StatusForbidden},
		{"a sandboxed frame", "localhost:8080", map[string]string{"Origin": "null"}, http.StatusForbidden},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			reached := false
			guarded := page.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
			request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			request.Host = c.host
			for name, value := range c.header {
				request.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			guarded.ServeHTTP(w, request)
			assert.Equal(t, c.want, w.Code)
			assert.Equal(t, c.want == http.StatusOK, reached)
		})
	}
}
