package transport_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func TestNewChecksOrigin(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		origin     string
		allowPlain bool
		err        string
	}{
		"https":                   {origin: "https://us.api.konghq.com"},
		"https with prefix":       {origin: "https://example.com:8443/konnect/"},
		"loopback by name":        {origin: "http://localhost:8080"},
		"loopback v4":             {origin: "http://127.9.9.9:8080"},
		"loopback v6":             {origin: "http://[::1]:8080"},
		"plain":                   {origin: "http://us.api.konghq.com", err: "plain http"},
		"plain to a private net":  {origin: "http://10.0.0.1", err: "plain http"},
		"looks like loopback":     {origin: "http://127.0.0.1.example.com", err: "plain http"},
		"localhost as a label":    {origin: "http://localhost.example.com", err: "plain http"},
		"plain, allowed":          {origin: "http://konnect.internal:8080", allowPlain: true},
		"no scheme":               {origin: "us.api.konghq.com", err: "scheme must be https or http"},
		"other scheme":            {origin: "ftp://us.api.konghq.com", err: "scheme must be https or http"},
		"no host":                 {origin: "https:///v2", err: "host is missing"},
		"credentials":             {origin: "https://me:secret@us.api.konghq.com", err: "credentials in the URL"},
		"query":                   {origin: "https://us.api.konghq.com?x=1", err: "query and fragment"},
		"fragment":                {origin: "https://us.api.konghq.com#x", err: "query and fragment"},
		"opaque":                  {origin: "https:us.api.konghq.com", err: "host is missing"},
		"several in one, loop v4": {origin: "http://[::ffff:127.0.0.1]:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := transport.New(config(t, tt.origin, func(c *transport.Config) { c.AllowPlainHTTP = tt.allowPlain }))
			if tt.err == "" {
				assert.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.err)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestNewChecksTheRest(t *testing.T) {
	t.Parallel()
	_, err := transport.New(transport.Config{Token: fixed("x")})
	assert.ErrorContains(t, err, "origin is required")
	_, err = transport.New(transport.Config{Origin: &url.URL{Scheme: "https", Host: "example.com"}})
	assert.ErrorContains(t, err, "token source is required")
	_, err = transport.New(config(t, "https://example.com", func(c *transport.Config) { c.MaxConcurrency = -1 }))
	assert.ErrorContains(t, err, "negative")
}

func TestTokenGoesToTheOriginOnly(t *testing.T) {
	t.Parallel()
	const konnect, other, prefixed = "https://us.api.konghq.com", "http://127.0.0.1:8080", "http://127.0.0.1:8080/kon/nect/"
	tests := map[string]struct {
		origin, method, target string
		sentTo                 string // empty: refused
	}{
		"same":                    {konnect, "GET", konnect + "/v2/x?size=1", konnect + "/v2/x?size=1"},
		"same, port spelt out":    {konnect, "GET", "https://us.api.konghq.com:443/v2/x", "https://us.api.konghq.com:443/v2/x"},
		"same, other case":        {konnect, "GET", "https://US.api.konghq.com/v2/x", "https://US.api.konghq.com/v2/x"},
		"other scheme":            {konnect, "GET", "http://us.api.konghq.com/v2/x", ""},
		"other port":              {konnect, "GET", "https://us.api.konghq.com:8443/v2/x", ""},
		"other region":            {konnect, "GET", "https://eu.api.konghq.com/v2/x", ""},
		"longer host":             {konnect, "GET", "https://us.api.konghq.com.example.com/v2/x", ""},
		"user info hides host":    {konnect, "GET", "https://us.api.konghq.com@example.com/v2/x", ""},
		"user info is dropped":    {konnect, "GET", "https://a:b@us.api.konghq.com/v2/x", konnect + "/v2/x"},
		"global, of Konnect":      {konnect, "GET", "https://global.api.konghq.com/v3/organizations/me", "https://global.api.konghq.com/v3/organizations/me"},
		"global, plain":           {konnect, "GET", "http://global.api.konghq.com/v3/organizations/me", ""},
		"global, other port":      {konnect, "GET", "https://global.api.konghq.com:444/v3/users/me", ""},
		"global, other path":      {konnect, "GET", "https://global.api.konghq.com/v3/teams", ""},
		"global, other method":    {konnect, "DELETE", "https://global.api.konghq.com/v3/users/me", ""},
		"global for a lookalike":  {"https://api.konghq.com.example.com", "GET", "https://global.api.konghq.com/v3/teams", ""},
		"brought back":            {other, "GET", "https://global.api.konghq.com/v3/organizations/me", other + "/v3/organizations/me"},
		"brought back, plain":     {other, "GET", "http://global.api.konghq.com/v3/users/me", other + "/v3/users/me"},
		"brought under prefix":    {prefixed, "GET", "https://global.api.konghq.com/v3/users/me", "http://127.0.0.1:8080/kon/nect/v3/users/me"},
		"prefix survived":         {prefixed, "GET", "http://global.api.konghq.com/kon/nect/v3/users/me", "http://127.0.0.1:8080/kon/nect/v3/users/me"},
		"other path of global":    {other, "GET", "https://global.api.konghq.com/v3/teams", ""},
		"other method of global":  {other, "PATCH", "https://global.api.konghq.com/v3/users/me", ""},
		"path that ends alike":    {other, "GET", "https://global.api.konghq.com/x/v3/users/me", ""},
		"identity at another one": {other, "GET", "https://example.com/v3/users/me", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := httpmock.NewMockTransport()
			var sent []*http.Request
			mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
				sent = append(sent, r)
				return httpmock.NewStringResponse(200, "{}"), nil
			})
			tr := start(t, tt.origin, func(c *transport.Config) { c.Base = mock })
			req := request(t, tt.method, tt.target, "")
			req.Host = "elsewhere.example.com"
			req.Header.Set("Authorization", "Bearer other")
			resp, err := tr.RoundTrip(req)
			assert.Equal(t, "Bearer other", req.Header.Get("Authorization"), "the caller's request is not changed")
			if tt.sentTo == "" {
				require.ErrorIs(t, err, transport.ErrForeignOrigin)
				assert.Empty(t, sent)
				return
			}
			require.NoError(t, err)
			require.Len(t, sent, 1)
			assert.Equal(t, tt.sentTo, sent[0].URL.String())
			assert.Empty(t, sent[0].Host, "the Host header is the URL's")
			assert.Equal(t, []string{"Bearer " + exampleToken}, sent[0].Header["Authorization"])
			assert.Same(t, req, resp.Request, "the request that holds the token is not handed out")
		})
	}
}

func TestOpaqueURLIsRefused(t *testing.T) {
	t.Parallel()
	tr := start(t, "https://us.api.konghq.com")
	req := request(t, "GET", "https://us.api.konghq.com/x", "")
	req.URL.Opaque = "//example.com/x"
	_, err := tr.RoundTrip(req)
	assert.ErrorIs(t, err, transport.ErrForeignOrigin)
}

func TestRedirectsAreRefused(t *testing.T) {
	t.Parallel()
	var strayed int
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed++ }))
	defer foreign.Close()
	var asked int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		to := foreign.URL
		if strings.HasPrefix(r.URL.Path, "/same") {
			to = ""
		}
		http.Redirect(w, r, to+"/next?token="+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), http.StatusTemporaryRedirect)
	}))
	defer srv.Close()
	tr := start(t, srv.URL)

	for _, path := range []string{"/same", "/foreign"} {
		resp, err := tr.Client().Do(request(t, "PUT", srv.URL+path, "{}"))
		require.ErrorContains(t, err, "redirect")
		assert.NotContains(t, err.Error(), exampleToken)
		_ = resp.Body.Close()
	}
	assert.Equal(t, 2, asked)

	naive := &http.Client{Transport: tr} // follows, but the transport does not
	resp, err := naive.Do(request(t, "GET", srv.URL+"/foreign", ""))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.ErrorIs(t, err, transport.ErrForeignOrigin)
	assert.Zero(t, strayed)
}
