package transport_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func TestPoolSharesByOriginAndToken(t *testing.T) {
	t.Parallel()
	var pool transport.Pool
	get := func(origin, token string) *transport.Transport {
		tr, err := pool.Transport(config(t, origin, func(c *transport.Config) {
			c.Token, c.TokenKey = fixed(token), transport.HashToken(token)
		}))
		require.NoError(t, err)
		return tr
	}
	one := get("https://us.api.konghq.com", "kpat_one")
	assert.Same(t, one, get("https://us.api.konghq.com", "kpat_one"))
	assert.Same(t, one, get("https://US.api.konghq.com:443/", "kpat_one"), "the same origin in another spelling")
	assert.NotSame(t, one, get("https://us.api.konghq.com", "kpat_two"))
	assert.NotSame(t, one, get("https://eu.api.konghq.com", "kpat_one"))
	assert.NotSame(t, one, get("https://us.api.konghq.com/mounted", "kpat_one"))

	_, err := pool.Transport(config(t, "https://us.api.konghq.com", func(c *transport.Config) { c.TokenKey = "" }))
	assert.ErrorContains(t, err, "token key is required")
	_, err = pool.Transport(config(t, "http://us.api.konghq.com"))
	assert.ErrorContains(t, err, "plain http")
	assert.NotContains(t, transport.HashToken(exampleToken), "example")
}

func TestPoolClosesConnections(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 1)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ConnState = stateHook(closed)
	srv.Start()
	defer srv.Close()
	var pool transport.Pool
	tr, err := pool.Transport(config(t, srv.URL))
	require.NoError(t, err)
	_, err = tr.RoundTrip(request(t, "GET", srv.URL, ""))
	require.NoError(t, err)
	pool.CloseIdleConnections()
	select {
	case <-closed:
	case <-t.Context().Done():
		t.Fatal("the connection stays open")
	}
}
