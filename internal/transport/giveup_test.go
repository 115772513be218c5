package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// TestContextEndsAnAttempt after answers that were to be repeated: the last of them is known.
func TestContextEndsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		n := 0
		tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
			if n++; n < 3 {
				return respond(501+n, fmt.Sprint("why ", n)), nil
			}
			return faults["hangs"](r)
		}))
		_, err := tr.RoundTrip(request(t, "GET", origin+"/x", "").WithContext(ctx))
		e, ok := errors.AsType[*transport.Error](err)
		require.True(t, ok)
		assert.Equal(t, 3, e.Attempts)
		require.NotNil(t, e.Answer)
		assert.Equal(t, 503, e.Answer.StatusCode)
		assert.Equal(t, "why 2", string(transport.AnswerBody(e.Answer)))
	})
}

// TestWrongServerFailsFast: what is wrong with a server's name or certificate does not pass meanwhile.
func TestWrongServerFailsFast(t *testing.T) {
	t.Parallel()
	dial := func(err error) roundTrip {
		return func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
	}
	tests := map[string]struct {
		fault    roundTrip
		attempts int
	}{
		"no such host":          {dial(&net.DNSError{Err: "no such host", Name: "nosuch.example", IsNotFound: true}), 2},
		"name server fails":     {dial(&net.DNSError{Err: "server misbehaving", Name: "nosuch.example", IsTemporary: true}), 2},
		"name server is silent": {dial(&net.DNSError{Err: "i/o timeout", Name: "nosuch.example", IsTimeout: true}), 2},
		"another's certificate": {func(*http.Request) (*http.Response, error) {
			return nil, &tls.CertificateVerificationError{Err: errors.New("certificate is valid for other.example")}
		}, 1},
		"no TLS":                {func(*http.Request) (*http.Response, error) { return nil, tls.RecordHeaderError{Msg: "no TLS"} }, 1},
		"plain http":            {func(*http.Request) (*http.Response, error) { return nil, http.ErrSchemeMismatch }, 1},
		"nobody listens as yet": {faults["dial"], 8},
	}
	for name, tt := range tests {
		for _, method := range []string{"GET", "POST"} {
			t.Run(method+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := 0
					tr := start(t, origin, base(func(r *http.Request) (*http.Response, error) {
						n++
						httptrace.ContextClientTrace(r.Context()).GetConn("nosuch.example:443")
						return tt.fault(r)
					}), func(c *transport.Config) { c.Retry = transport.Retry{} })
					begin := time.Now()
					_, err := tr.RoundTrip(request(t, method, origin+"/x", ""))
					require.Error(t, err)
					assert.Equal(t, tt.attempts, n)
					if tt.attempts <= 2 {
						assert.Less(t, time.Since(begin), time.Second)
					}
				})
			})
		}
	}
}

// TestNoPatience: without repeats a refusal fails at once, whoever got it, unless it is soon over.
func TestNoPatience(t *testing.T) {
	t.Parallel()
	for pause, want := range map[string]struct {
		status  int
		elapsed time.Duration
	}{"3600": {0, 0}, "5": {200, 5 * time.Second}} {
		t.Run(pause, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
					if n++; n == 1 {
						return respond(429, "why", "Retry-After", pause), nil
					}
					return respond(200, ""), nil
				}), func(c *transport.Config) { c.Retry = transport.Retry{MaxAttempts: 1, MaxRefusals: -1} })
				begin := time.Now()
				resp, err := tr.RoundTrip(request(t, "GET", origin+"/x", ""))
				require.NoError(t, err)
				assert.Equal(t, 429, resp.StatusCode)
				assert.Zero(t, time.Since(begin))

				resp, err = tr.RoundTrip(request(t, "GET", origin+"/y", ""))
				assert.Equal(t, want.elapsed, time.Since(begin))
				if want.status != 0 {
					require.NoError(t, err)
					assert.Equal(t, want.status, resp.StatusCode)
					return
				}
				require.EqualError(t, err, "GET /y: not sent: after an answer 429 the server is left alone for another 1h0m0s")
				e, ok := errors.AsType[*transport.Error](err)
				require.True(t, ok)
				assert.False(t, e.Sent)
				assert.Zero(t, e.Attempts)
				require.NotNil(t, e.Answer)
				assert.Equal(t, "why", string(transport.AnswerBody(e.Answer)))
			})
		})
	}
}

// TestQuotaEndsAContext: the error says what there was to wait for.
func TestQuotaEndsAContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		tr := start(t, origin, base(func(*http.Request) (*http.Response, error) {
			return respond(200, "", "RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", "600"), nil
		}))
		_, err := tr.RoundTrip(request(t, "GET", origin+"/x", "").WithContext(ctx))
		require.NoError(t, err)
		_, err = tr.RoundTrip(request(t, "GET", origin+"/y", "").WithContext(ctx))
		require.EqualError(t, err, "GET /y: context deadline exceeded while waiting for the rate budget: "+
			"the quota of 50 requests is used up for another 9m0s")
	})
}
