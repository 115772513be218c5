package transport_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func TestPoolSharesByOriginAndToken(t *testing.T) {
	t.Parallel()
	var pool transport.Pool
	get := func(origin, token string) *transport.Transport {
		tr, err := pool.Transport(config(t, origin, base(announced), func(c *transport.Config) {
			c.Token, c.TokenKey = fixed(token), transport.HashToken(token)
		}))
		require.NoError(t, err)
		return tr
	}
	one := get("https://us.api.konghq.com", "kpat_one")
	_, err := one.RoundTrip(request(t, "GET", "https://us.api.konghq.com/x", ""))
	require.NoError(t, err)
	shares := func(other *transport.Transport) bool { return other.Limit().Quota == one.Limit().Quota }
	assert.True(t, shares(get("https://us.api.konghq.com", "kpat_one")))
	assert.True(t, shares(get("https://US.api.konghq.com:443/", "kpat_one")), "the same origin in another spelling")
	assert.False(t, shares(get("https://us.api.konghq.com", "kpat_two")))
	assert.False(t, shares(get("https://eu.api.konghq.com", "kpat_one")))
	assert.False(t, shares(get("https://us.api.konghq.com/mounted", "kpat_one")))

	_, err = pool.Transport(config(t, "https://us.api.konghq.com", func(c *transport.Config) { c.TokenKey = "" }))
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

// announced answers with a limit.
func announced(*http.Request) (*http.Response, error) {
	return respond(200, "", "RateLimit-Limit", "50", "RateLimit-Remaining", "49", "RateLimit-Reset", "1"), nil
}

// TestPoolSharesOnlyWhatMustBeShared: retries, logs and observers are each Transport's own.
func TestPoolSharesOnlyWhatMustBeShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var pool transport.Pool
		n := 0
		failing := base(func(*http.Request) (*http.Response, error) { n++; return respond(503, ""), nil })
		get := func(attempts int, seen *events, log *bytes.Buffer) *transport.Transport {
			tr, err := pool.Transport(config(t, origin, failing, func(c *transport.Config) {
				c.Retry.MaxAttempts, c.Observe = attempts, seen.observe
				c.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			}))
			require.NoError(t, err)
			return tr
		}
		var seen [2]events
		var logs [2]bytes.Buffer
		for i, tr := range []*transport.Transport{get(1, &seen[0], &logs[0]), get(3, &seen[1], &logs[1])} {
			n = 0
			resp, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
			require.NoError(t, err)
			attempts := 1 + 2*i
			assert.Equal(t, attempts, n)
			assert.Equal(t, attempts, transport.Attempts(resp))
			assert.Len(t, seen[i].all, 2*attempts-1, "attempts, and waits between them")
			assert.Equal(t, 2*attempts-1, bytes.Count(logs[i].Bytes(), []byte("\n")))
		}
	})
}

// TestPoolForgets what nobody has used for an hour: a program whose tokens are renewed does not grow.
func TestPoolForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var pool transport.Pool
		send := func(token string, answer roundTrip) {
			tr, err := pool.Transport(config(t, origin, base(answer), func(c *transport.Config) {
				c.Token, c.TokenKey, c.Retry.MaxRefusals = fixed(token), token, -1
			}))
			require.NoError(t, err)
			_, err = tr.RoundTrip(request(t, "GET", origin+"/x", ""))
			require.NoError(t, err)
		}
		refused := func(*http.Request) (*http.Response, error) { return respond(429, "", "Retry-After", "10800"), nil }
		send("held", refused)
		for i := range 1000 {
			send(fmt.Sprint("rotated-", i), announced)
			send("kept", announced)
			time.Sleep(5 * time.Minute)
			if i < 30 {
				assert.NotZero(t, heldOf(pool.Limits()), "a pause that was asked for is kept")
			}
			require.LessOrEqual(t, len(pool.Limits()), 2+12+1)
		}
		time.Sleep(time.Hour)
		assert.Empty(t, pool.Limits())
	})
}

func heldOf(limits []transport.OriginLimit) (held time.Duration) {
	for _, l := range limits {
		held = max(held, l.Held)
	}
	return held
}

// TestPoolKeepsWhatIsUnderWay: a request that waits for hours is on its budget when it goes on.
func TestPoolKeepsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var pool transport.Pool
		n := 0
		tr, err := pool.Transport(config(t, origin, base(func(r *http.Request) (*http.Response, error) {
			if n++; n == 1 {
				return respond(503, "", "Retry-After", "10000"), nil
			}
			return announced(r)
		})))
		require.NoError(t, err)
		done, req := make(chan error), request(t, "GET", origin+"/x", "")
		go func() {
			_, err := tr.RoundTrip(req)
			done <- err
		}()
		time.Sleep(2 * time.Hour)
		assert.Len(t, pool.Limits(), 1)
		require.NoError(t, <-done)
		assert.Equal(t, 50, pool.Limits()[0].Quota)
		time.Sleep(2 * time.Hour)
		assert.Empty(t, pool.Limits())
		assert.Zero(t, tr.Limit().Quota, "a transport outlives what it shared")
	})
}
