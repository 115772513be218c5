package transport_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func benchTransport(b *testing.B, origin string, base http.RoundTripper) *transport.Transport {
	b.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		b.Fatal(err)
	}
	tr, err := transport.New(transport.Config{
		Origin: u, Base: base,
		Token: func(context.Context) (string, error) { return exampleToken, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(tr.CloseIdleConnections)
	return tr
}

func benchRequests(b *testing.B, rt http.RoundTripper, target string) {
	b.Helper()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodPut, target, strings.NewReader(`{"name":"service"}`))
			if err != nil {
				b.Error(err)
				return
			}
			resp, err := rt.RoundTrip(req)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
}

// BenchmarkOverhead is what the stack adds to a request: nothing is sent.
func BenchmarkOverhead(b *testing.B) {
	base := roundTrip(func(*http.Request) (*http.Response, error) { return respond(200, `{"name":"service"}`), nil })
	benchRequests(b, benchTransport(b, "https://us.api.konghq.com", base), "https://us.api.konghq.com/v2/x")
}

// BenchmarkLoopback is a request to a server here, with our stack and without.
func BenchmarkLoopback(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"name":"service"}`)
	}))
	defer srv.Close()
	b.Run("stack", func(b *testing.B) { benchRequests(b, benchTransport(b, srv.URL, nil), srv.URL) })
	b.Run("bare", func(b *testing.B) { benchRequests(b, srv.Client().Transport, srv.URL) })
}
