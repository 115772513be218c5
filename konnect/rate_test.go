package konnect_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestRateLimitIsUsed sends a large batch through a limit: few requests are
// refused, and little of what the server allows is left unused.
func TestRateLimitIsUsed(t *testing.T) {
	t.Parallel()
	const perSecond, services = 50, 400
	for name, tt := range map[string]struct {
		headers       bool
		refused, used float64
	}{"announced": {true, 0.01, 0.9}, "not announced": {false, 0.05, 0.7}} {
		for _, latency := range []time.Duration{20 * time.Millisecond, 150 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s, %s", name, latency), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithLatency(latency), konnecttest.WithRateLimit(perSecond, tt.headers))
					var waits, refusals int
					client := newNetwork(server).client(t, konnect.WithObserver(func(e konnect.Event) {
						switch e := e.(type) {
						case konnect.WaitEvent:
							waits++
						case konnect.RequestEvent:
							if e.Status == http.StatusTooManyRequests {
								refusals++
							}
						}
					}))
					start := time.Now()
					_, err := client.Ensure(t.Context(), inPlane("gw", services))
					require.NoError(t, err)
					took, sent := time.Since(start), len(server.Requests())
					answered := sent - server.CountStatus(http.StatusTooManyRequests)
					assert.Equal(t, 2+1+2*services, answered)
					assert.Equal(t, server.CountStatus(http.StatusTooManyRequests), refusals, "observers see each")
					assert.LessOrEqual(t, float64(refusals)/float64(sent), tt.refused, "%d of %d are refused", refusals, sent)
					assert.GreaterOrEqual(t, float64(answered)/(took.Seconds()*perSecond), tt.used, "%d in %s", answered, took)
					if !tt.headers {
						assert.Positive(t, waits, "a refusal makes all wait, which observers see")
					}
				})
			})
		}
	}
}

// TestBudgets tells what is left, for a metric or for when to come again.
func TestBudgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer(konnecttest.WithRateLimit(50, true))
		client := newNetwork(server).client(t)
		assert.Empty(t, client.Budgets(), "nothing was asked yet")
		_, err := client.Ensure(t.Context(), howTo()[:1])
		require.NoError(t, err)
		budgets := client.Budgets()
		require.Len(t, budgets, 1)
		assert.Equal(t, "https://"+usHost, budgets[0].Server)
		assert.Equal(t, 50, budgets[0].Limit)
		assert.Equal(t, 47, budgets[0].Remaining, "three requests were sent")
		assert.InDelta(t, 50, budgets[0].PerSecond, 5)
		assert.Zero(t, budgets[0].Held)
	})
}

// TestRetryAfterIsRespected in full, by all that share the budget, and told.
func TestRetryAfterIsRespected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const pause = 90 * time.Second
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t)
		inject(server, "PUT **/services/*", faultCase{konnecttest.TooManyRequests(pause), 1})
		done := make(chan error)
		go func() {
			_, err := client.Ensure(t.Context(), inPlane("gw", 20))
			done <- err
		}()
		time.Sleep(30 * time.Second)
		budget := client.Budgets()[0]
		assert.InDelta(t, 60, budget.Held.Seconds(), 1)
		before := len(server.Requests())
		go func() {
			_, err := client.Ensure(t.Context(), []crd.Object{builder.NewGatewayControlPlane("other").MustBuild()})
			done <- err
		}()
		time.Sleep(59 * time.Second)
		assert.Len(t, server.Requests(), before, "nothing is sent meanwhile, by other calls neither")
		require.NoError(t, <-done)
		require.NoError(t, <-done)
		assert.Equal(t, 1, server.CountStatus(http.StatusTooManyRequests))
		assert.Zero(t, client.Budgets()[0].Held)
	})
}
