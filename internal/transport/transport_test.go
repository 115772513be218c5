package transport_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func stateHook(closed chan<- struct{}) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			closed <- struct{}{}
		}
	}
}

func TestMaxConcurrency(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{0: 32, 1: 1, 5: 5} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var underWay, most int
			tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
				mu.Lock()
				underWay++
				most = max(most, underWay)
				mu.Unlock()
				time.Sleep(50 * time.Millisecond)
				mu.Lock()
				underWay--
				mu.Unlock()
				return respond(200, ""), nil
			}), func(c *transport.Config) { c.MaxConcurrency = limit })
			var wg sync.WaitGroup
			for range 500 {
				wg.Go(func() {
					_, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
					assert.NoError(t, err)
				})
			}
			wg.Wait()
			assert.Equal(t, want, most, "all places are used, and no more")
		})
	}
}

func TestEventsAndLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var seen events
		n := 0
		tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
			time.Sleep(30 * time.Millisecond)
			switch n++; n {
			case 1:
				return respond(503, "", "Retry-After", "2"), nil
			case 2:
				return nil, io.ErrUnexpectedEOF
			case 3:
				return respond(429, ""), nil
			}
			return respond(200, "", "RateLimit-Limit", "50", "RateLimit-Remaining", "41", "RateLimit-Reset", "1"), nil
		}), func(c *transport.Config) {
			c.Observe = seen.observe
			c.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		_, err := tr.RoundTrip(request(t, "PUT", origin+"/v2/a%20b?tags=private", "{}"))
		require.NoError(t, err)

		type short struct {
			kind    transport.EventKind
			attempt int
			status  int
			reason  transport.WaitReason
		}
		var got []short
		for _, e := range seen.all {
			assert.Equal(t, "PUT", e.Method)
			assert.Equal(t, "/v2/a%20b", e.Path, "without the query")
			got = append(got, short{e.Kind, e.Attempt, e.Status, e.Reason})
			if e.Kind == transport.EventAttempt {
				assert.Equal(t, 30*time.Millisecond, e.Duration)
			}
		}
		assert.Equal(t, []short{
			{transport.EventAttempt, 1, 503, ""},
			{transport.EventWait, 2, 0, transport.WaitRetryAfter},
			{transport.EventAttempt, 2, 0, ""},
			{transport.EventWait, 3, 0, transport.WaitBackoff},
			{transport.EventAttempt, 3, 429, ""},
			{transport.EventWait, 4, 0, transport.WaitRefused},
			{transport.EventAttempt, 4, 200, ""},
		}, got)
		require.ErrorIs(t, seen.all[2].Err, io.ErrUnexpectedEOF)
		assert.False(t, seen.all[2].Limit.Limited)
		assert.True(t, seen.all[4].Limit.Limited)
		last := tr.Limit()
		assert.Equal(t, 50, last.Quota)
		assert.Equal(t, 41, last.Remaining)

		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		assert.Len(t, lines, 7)
		assert.Contains(t, lines[0], `level=DEBUG msg="konnect request" method=PUT path=/v2/a%20b attempt=1 status=503 duration=30ms`)
		assert.NotContains(t, out.String(), "private")
	})
}

func TestNothingIsLeftBehind(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	before := runtime.NumGoroutine()
	tr := start(t, srv.URL)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			_, err := tr.RoundTrip(request(t, "GET", srv.URL, ""))
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	seen := make(chan struct{}, 1)
	held := start(t, srv.URL, func(c *transport.Config) {
		c.Observe = func(_ context.Context, e transport.Event) {
			if e.Kind == transport.EventWait {
				select {
				case seen <- struct{}{}:
				default:
				}
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	for range 50 {
		wg.Go(func() {
			res, err := held.RoundTrip(request(t, "GET", srv.URL+"/refused", "").WithContext(ctx))
			if err == nil { // its answer was there just when the context ended
				assert.Equal(t, http.StatusTooManyRequests, res.StatusCode)
			}
		})
	}
	<-seen // somebody waits
	cancel()
	wg.Wait()
	tr.CloseIdleConnections()
	held.CloseIdleConnections()
	srv.Close()
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before }, 5*time.Second, 10*time.Millisecond,
		"goroutines before: %d", before)
}

func TestDefaultBaseKeepsConnections(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	tr := start(t, srv.URL, func(c *transport.Config) { c.MaxConcurrency = 8 })
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				_, err := tr.RoundTrip(request(t, "GET", srv.URL, ""))
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, opened.Load(), int32(8))
}
