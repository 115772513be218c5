package transport

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type baseFunc func(*http.Request) (*http.Response, error)

func (f baseFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	n := 0
	tr, err := New(Config{
		Origin: &url.URL{Scheme: "https", Host: "us.api.konghq.com"},
		Token:  func(context.Context) (string, error) { return "kpat_example", nil },
		Base: baseFunc(func(r *http.Request) (*http.Response, error) {
			n++
			body := strings.Repeat("x", len(r.URL.Path)-1)
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
		}),
	})
	require.NoError(t, err)
	tr.maxBody = 10

	req, err := http.NewRequestWithContext(t.Context(), "", "https://us.api.konghq.com/1234567890", http.NoBody)
	require.NoError(t, err)
	req.Method, req.Header = "", nil // both mean their defaults
	resp, err := tr.RoundTrip(req)
	require.NoError(t, err)
	assert.EqualValues(t, 10, resp.ContentLength)

	n = 0
	req, err = http.NewRequestWithContext(t.Context(), http.MethodGet, "https://us.api.konghq.com/12345678901", http.NoBody)
	require.NoError(t, err)
	_, err = tr.RoundTrip(req)
	require.ErrorIs(t, err, errTooLarge)
	require.EqualError(t, err, "GET /12345678901: answer is too large: more than 10 bytes")
	assert.Equal(t, 1, n, "it would be too large again")
}

func TestHeadKeepsItsLength(t *testing.T) {
	t.Parallel()
	tr, err := New(Config{
		Origin: &url.URL{Scheme: "https", Host: "us.api.konghq.com"},
		Token:  func(context.Context) (string, error) { return "kpat_example", nil },
		Base: baseFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Header: http.Header{"Content-Length": {"99"}}, ContentLength: 99}, nil
		}),
	})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "https://us.api.konghq.com/", http.NoBody)
	require.NoError(t, err)
	resp, err := tr.RoundTrip(req)
	require.NoError(t, err)
	assert.EqualValues(t, 99, resp.ContentLength)
	assert.Equal(t, "99", resp.Header.Get("Content-Length"))
}
