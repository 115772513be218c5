package konnect_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// oddHeaders are answers to one request of a call, with a header that nobody means.
func oddHeaders() map[string]http.Header {
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	epoch := time.Now().Unix()
	odd := map[string]http.Header{
		"reset in milliseconds":              header("RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", "60000"),
		"reset in milliseconds of a window":  header("X-RateLimit-Limit-Second", "50", "X-RateLimit-Remaining-Second", "0", "RateLimit-Reset", "1000"),
		"reset at a far point in time":       header("RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", fmt.Sprint(2*epoch)),
		"reset that runs over":               header("RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", "1e300"),
		"reset that is negative":             header("RateLimit-Limit", "50", "RateLimit-Remaining", "0", "RateLimit-Reset", "-1"),
		"retry-after far off as an epoch":    header("Retry-After", fmt.Sprint(2*epoch)),
		"retry-after gone by as an epoch":    header("Retry-After", fmt.Sprint(epoch-10)),
		"retry-after in milliseconds, epoch": header("Retry-After", fmt.Sprint(epoch*1000)),
	}
	for _, value := range []string{"1e300", "1e999", "Inf", "-Inf", "NaN", "-1", "soon", "99999999", "Thu, 31 Dec 2099 23:59:59 GMT"} {
		odd["retry-after "+value] = header("Retry-After", value)
	}
	return odd
}

// TestOddHeadersStopNothing for long: the call goes on within minutes, and says why it waited.
func TestOddHeadersStopNothing(t *testing.T) {
	t.Parallel()
	for name := range oddHeaders() {
		for _, status := range []int{429, 503} {
			for _, call := range []string{"GET /v2/control-planes", "PUT **/services/*"} {
				t.Run(fmt.Sprintf("%s/%d/%s", call, status, name), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						server := konnecttest.NewServer()
						header := oddHeaders()[name] // by the clock of the bubble
						fault := inject(server, call, faultCase{konnecttest.AnswerWith(status, header, "application/json", `{}`), 1})
						start := time.Now()
						report, err := newNetwork(server).client(t).Ensure(t.Context(), howTo())
						require.NoError(t, err)
						assert.Equal(t, 1, fault.Hits())
						assert.LessOrEqual(t, time.Since(start), 90*time.Second)
						require.NotEmpty(t, report.Warnings)
						for _, w := range report.Warnings {
							assert.Equal(t, konnect.WarningOddHeader, w.Code)
							assert.Contains(t, w.Message, "cannot be meant")
							assert.NotContains(t, w.Message, "\n")
						}
					})
				})
			}
		}
	}
}

// TestOddHeadersThatStay end in an error that names the reason.
func TestOddHeadersThatStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		inject(server, "PUT **/services/*", faultCase{
			konnecttest.AnswerWith(429, http.Header{"Retry-After": {"1e300"}}, "application/json", `{}`), -1,
		})
		start := time.Now()
		_, err := newNetwork(server).client(t).Ensure(t.Context(), howTo())
		require.ErrorIs(t, err, konnect.ErrRateLimited)
		require.ErrorContains(t, err, `31 attempts: 429 too many requests; Retry-After "1e300" cannot be meant and is taken for 1m0s`)
		assert.Equal(t, time.Minute, konnect.RetryAfter(err))
		assert.LessOrEqual(t, time.Since(start), 31*time.Minute)

		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = newNetwork(server).client(t).Ensure(ctx, howTo())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, `Retry-After "1e300"`)
	})
}

// TestWarnsOnce of a header that is in every answer.
func TestWarnsOnceOfOddHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		fault := inject(server, "PUT **/services/*", faultCase{
			konnecttest.AnswerWith(503, http.Header{"Retry-After": {"NaN"}}, "application/json", `{}`), 5,
		})
		report, err := newNetwork(server).client(t).Ensure(t.Context(), howTo())
		require.NoError(t, err)
		assert.Equal(t, 5, fault.Hits())
		assert.Len(t, report.Warnings, 1)
		assert.Equal(t, 1, strings.Count(report.String(), "cannot be meant"))
		server.ClearFaults()
		fault = inject(server, "GET /v2/control-planes", faultCase{
			konnecttest.AnswerWith(503, http.Header{"Retry-After": {"NaN"}}, "application/json", `{}`), 1,
		})
		report, err = newNetwork(server).client(t).Ensure(t.Context(), howTo(), konnect.WithoutWarnings(konnect.WarningOddHeader))
		require.NoError(t, err)
		assert.Equal(t, 1, fault.Hits())
		assert.Empty(t, report.Warnings)
	})
}
