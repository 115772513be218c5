package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

func TestRetriesKnowIdempotency(t *testing.T) {
	t.Parallel()
	idempotent := []string{"429", "429 truncated", "500", "502", "503", "504", "reset", "dial", "no connection", "lost after connecting", "truncated", "hangs"}
	other := []string{"429", "429 truncated", "dial", "no connection"} // refused, or never arrived
	repeats := map[string][]string{
		"GET": idempotent, "HEAD": idempotent, "PUT": idempotent, "DELETE": idempotent, "POST": other, "PATCH": other,
	}
	for method, repeated := range repeats {
		for name, fault := range faults {
			t.Run(method+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var bodies []string
					tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
						sent := ""
						if r.Body != nil {
							b, _ := io.ReadAll(r.Body)
							sent = string(b)
						}
						if bodies = append(bodies, sent); len(bodies) == 1 {
							return fault(r)
						}
						return respond(200, "ok"), nil
					}))
					body := "{}"
					if method == "GET" || method == "HEAD" || method == "DELETE" {
						body = ""
					}
					resp, err := tr.RoundTrip(request(t, method, origin+"/v2/x", body))
					want := []string{body}
					for _, r := range repeated {
						if r == name {
							want = []string{body, body}
						}
					}
					assert.Equal(t, want, bodies, "every attempt sends the whole body")
					if len(want) == 2 {
						require.NoError(t, err)
						assert.Equal(t, 200, resp.StatusCode)
						assert.Equal(t, "ok", text(t, resp))
						return
					}
					if err != nil {
						e, ok := errors.AsType[*transport.Error](err)
						require.True(t, ok)
						assert.True(t, e.Sent, "the server may have acted")
						assert.Equal(t, 1, e.Attempts)
						return
					}
					assert.Equal(t, name, fmt.Sprint(resp.StatusCode), "the answer itself is returned")
				})
			})
		}
	}
}

func TestBodyThatCannotBeReadTwiceIsReplayed(t *testing.T) {
	t.Parallel()
	var bodies []string
	tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(b))
		assert.EqualValues(t, 5, r.ContentLength)
		if len(bodies) < 3 {
			return respond(502, ""), nil
		}
		return respond(200, ""), nil
	}))
	closed := &closeCounter{Reader: strings.NewReader("whole")}
	req := request(t, "PUT", origin+"/x", "")
	req.Body = closed
	req.GetBody = func() (io.ReadCloser, error) { return req.Body, nil } // as the SDK's dump hook leaves it
	resp, err := tr.RoundTrip(req)
	require.NoError(t, err)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, []string{"whole", "whole", "whole"}, bodies)
	assert.Equal(t, 1, closed.n, "the body is closed once")

	closed = &closeCounter{Reader: strings.NewReader("whole")}
	req = request(t, "PUT", "https://example.com", "")
	req.Body = closed
	_, err = tr.RoundTrip(req)
	require.Error(t, err)
	assert.Equal(t, 1, closed.n, "and when the request is refused")

	req = request(t, "PUT", origin+"/x", "")
	req.Body = brokenBody{strings.NewReader("wh")}
	_, err = tr.RoundTrip(req)
	require.ErrorContains(t, err, "read request body")
	assert.Len(t, bodies, 3)
}

type closeCounter struct {
	io.Reader
	n int
}

func (c *closeCounter) Close() error { c.n++; return nil }

func TestRetryAfterIsFollowedInFull(t *testing.T) {
	t.Parallel()
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	tests := map[string]struct {
		status int
		header func() []string
		want   time.Duration
	}{
		"429 seconds":          {429, func() []string { return []string{"Retry-After", "17"} }, 17 * time.Second},
		"429 date":             {429, func() []string { return []string{"Retry-After", date(40 * time.Second)} }, 40 * time.Second},
		"503 seconds":          {503, func() []string { return []string{"Retry-After", "17"} }, 17 * time.Second},
		"503 past the elapsed": {503, func() []string { return []string{"Retry-After", "3600"} }, time.Hour},
		"429 past the elapsed": {429, func() []string { return []string{"Retry-After", "3600"} }, time.Hour},
		"429 and a limit": {429, func() []string {
			return []string{"Retry-After", "9", "RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", "1"}
		}, 9 * time.Second},
		"429 with a reset only": {429, func() []string {
			return []string{"RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", "30"}
		}, 30 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var seen events
				var at []time.Time
				tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
					if at = append(at, time.Now()); len(at) == 1 {
						return respond(tt.status, "", tt.header()...), nil
					}
					return respond(200, ""), nil
				}), func(c *transport.Config) { c.Observe = seen.observe })
				resp, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
				require.NoError(t, err)
				assert.Equal(t, 200, resp.StatusCode)
				require.Len(t, at, 2)
				assert.Equal(t, tt.want, at[1].Sub(at[0]))
				require.Len(t, seen.all, 3, "attempt, wait, attempt")
				assert.Equal(t, tt.want, seen.all[1].Duration)
				assert.Equal(t, 2, seen.all[1].Attempt)
			})
		})
	}
}

func TestAttemptsEnd(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason   string
		retry    transport.Retry
		fault    string
		attempts int
		status   int
		err      string
	}{
		"default attempts": {
			reason: "the last answer is returned", fault: "500", attempts: 8, status: 500,
		},
		"default refusals": {reason: "a 429 is no failure", fault: "429", attempts: 31, status: 429},
		"own refusals":     {reason: "first answer and two repeats", retry: transport.Retry{MaxRefusals: 2}, fault: "429", attempts: 3, status: 429},
		"none":             {reason: "one attempt is no retry", retry: transport.Retry{MaxAttempts: 1}, fault: "reset", attempts: 1, err: "GET /v2/x: read: connection reset by peer"},
		"error":            {reason: "the error says how often", retry: transport.Retry{MaxAttempts: 3}, fault: "reset", attempts: 3, err: "GET /v2/x: 3 attempts: read: connection reset by peer"},
		"elapsed":          {reason: "0.7 s and then 1 s, with jitter, do not both fit; one repeat, more or less", retry: transport.Retry{MaxElapsed: time.Second, InitialInterval: 700 * time.Millisecond, MaxInterval: time.Second}, fault: "502", attempts: 2, status: 502},
		"hanging":          {reason: "the attempt's time limit is no end of the caller's context", retry: transport.Retry{MaxAttempts: 2}, fault: "hangs", attempts: 2, err: "GET /v2/x: 2 attempts: no complete answer within 1m0s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
					n++
					return faults[tt.fault](r)
				}), func(c *transport.Config) { c.Retry = tt.retry })
				resp, err := tr.RoundTrip(request(t, "GET", origin+"/v2/x?tags=secret", ""))
				if name == "elapsed" {
					assert.InDelta(t, tt.attempts, n, 1, tt.reason)
				} else {
					assert.Equal(t, tt.attempts, n, tt.reason)
				}
				if tt.err != "" {
					require.EqualError(t, err, tt.err, tt.reason)
					assert.NotErrorIs(t, err, context.DeadlineExceeded)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, tt.status, resp.StatusCode)
			})
		})
	}
}

func TestCancelStopsRetrying(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				n := 0
				tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
					n++
					cancel()
					return fault(r)
				}))
				begin := time.Now()
				_, err := tr.RoundTrip(request(t, "GET", origin+"/x", "").WithContext(ctx))
				assert.Equal(t, 1, n)
				assert.Zero(t, time.Since(begin))
				if name == "hangs" {
					assert.ErrorIs(t, err, context.Canceled)
				}
			})
		})
	}
}

func TestContextEndsAWait(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ err string }{
		"503": {err: "GET /x: context deadline exceeded while waiting after status 503"},
		"429": {err: "GET /x: context deadline exceeded while waiting for the rate budget: after an answer 429 the server is left alone for another 55s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
					return respond(map[string]int{"503": 503, "429": 429}[name], "why", "Retry-After", "60"), nil
				}))
				begin := time.Now()
				_, err := tr.RoundTrip(request(t, "GET", origin+"/x", "").WithContext(ctx))
				require.EqualError(t, err, tt.err)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, 5*time.Second, time.Since(begin))
				e, ok := errors.AsType[*transport.Error](err)
				require.True(t, ok)
				assert.True(t, e.Timeout())
				assert.Equal(t, 1, e.Attempts, "the second was not made")
				require.NotNil(t, e.Answer)
				assert.Equal(t, name, fmt.Sprint(e.Answer.StatusCode))
				assert.Equal(t, "why", string(transport.AnswerBody(e.Answer)))

				_, err = tr.RoundTrip(request(t, "GET", origin+"/y", "").WithContext(ctx))
				e, ok = errors.AsType[*transport.Error](err)
				require.True(t, ok)
				assert.Zero(t, e.Attempts)
				assert.Equal(t, name == "429", e.Answer != nil, "what keeps a request from being sent at all")
			})
		})
	}
}

func TestRealConnections(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		b, _ := io.ReadAll(r.Body)
		_, _ = w.Write(b)
	}))
	defer srv.Close()

	tr := start(t, srv.URL)
	resp, err := tr.RoundTrip(request(t, "PUT", srv.URL+"/x", "body"))
	require.NoError(t, err, "a truncated answer is read again")
	assert.Equal(t, "body", text(t, resp))
	assert.EqualValues(t, 2, n.Load())

	n.Store(0)
	_, err = tr.RoundTrip(request(t, "POST", srv.URL+"/x", "body"))
	e, ok := errors.AsType[*transport.Error](err)
	require.True(t, ok)
	assert.True(t, e.Sent)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	tr.CloseIdleConnections()
	srv.Close()
	tr = start(t, srv.URL, func(c *transport.Config) { c.Retry.MaxAttempts = 3 })
	_, err = tr.RoundTrip(request(t, "POST", srv.URL+"/x", "body"))
	e, ok = errors.AsType[*transport.Error](err)
	require.True(t, ok)
	assert.False(t, e.Sent, "nobody listens")
	assert.Equal(t, 3, e.Attempts, "so even a POST is tried again")
}
