package transport_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

const exampleToken = "kpat_example"

func fixed(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}

// roundTrip is a Base made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// config aims at origin; change alters it.
func config(t *testing.T, origin string, change ...func(*transport.Config)) transport.Config {
	t.Helper()
	u, err := url.Parse(origin)
	require.NoError(t, err)
	cfg := transport.Config{
		Origin: u, Token: fixed(exampleToken), TokenKey: transport.HashToken(exampleToken),
		Retry: transport.Retry{InitialInterval: time.Millisecond, MaxInterval: time.Millisecond},
	}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

func start(t *testing.T, origin string, change ...func(*transport.Config)) *transport.Transport {
	t.Helper()
	tr, err := transport.New(config(t, origin, change...))
	require.NoError(t, err)
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func base(f roundTrip) func(*transport.Config) {
	return func(c *transport.Config) { c.Base = f }
}

func request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, target, r)
	require.NoError(t, err)
	return req
}

func text(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return string(b)
}

// events collects what Observe is told.
type events struct {
	mu  sync.Mutex
	all []transport.Event
}

func (e *events) observe(_ context.Context, ev transport.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}
