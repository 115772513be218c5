package konnect_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestControlPlanesTakeTurns writes a small control plane early, though a large
// one comes first in the batch.
func TestControlPlanesTakeTurns(t *testing.T) {
	t.Parallel()
	const large, small, concurrency = 400, 5, 4
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer(konnecttest.WithLatency(10 * time.Millisecond))
		n := newNetwork(server)
		_, err := n.client(t, konnect.WithMaxConcurrency(concurrency)).
			Ensure(t.Context(), append(inPlane("a-large", large), inPlane("z-small", small)...))
		require.NoError(t, err)
		assert.Equal(t, 2+2*(large+small), server.Writes())
		assert.Less(t, lastWriteIn(t, server, "z-small"), 4*2*small+2*concurrency, "of %d", server.Writes())
	})
}

// lastWriteIn returns how many writes there were up to the last one to a control plane.
func lastWriteIn(t testing.TB, server *konnecttest.Server, plane string) int {
	t.Helper()
	path := "/v2/control-planes/" + planeID(t, server, plane) + "/"
	last, writes := 0, 0
	for _, r := range server.Requests() {
		if r.Method == http.MethodGet {
			continue
		}
		writes++
		if strings.HasPrefix(r.Path, path) {
			last = writes
		}
	}
	return last
}

// TestCallsShareTheBudget has a small call begin in the middle of a large one: it
// gets about half of the requests, with and without a rate limit.
func TestCallsShareTheBudget(t *testing.T) {
	t.Parallel()
	const small = 20
	for name, opts := range map[string][]konnecttest.Option{
		"unlimited":  {konnecttest.WithLatency(50 * time.Millisecond)},
		"rate limit": {konnecttest.WithLatency(50 * time.Millisecond), konnecttest.WithRateLimit(50, true)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer(opts...)
				client := newNetwork(server).client(t, konnect.WithMaxConcurrency(8))
				var both sync.WaitGroup
				both.Go(func() {
					_, err := client.Ensure(t.Context(), inPlane("large", 300))
					assert.NoError(t, err)
				})
				time.Sleep(2 * time.Second)
				before := server.Writes()
				_, err := client.Ensure(t.Context(), inPlane("small", small))
				require.NoError(t, err)
				others := server.Writes() - before - (1 + 2*small)
				both.Wait()
				assert.Less(t, others, 3*(1+2*small), "writes of the large call meanwhile")
				assert.Greater(t, others, small, "nor is that one held up")
			})
		})
	}
}

// TestAccountsDoNotWaitForEachOther holds one token back for an hour.
func TestAccountsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held, free := konnecttest.NewServer(), konnecttest.NewServer()
		n := newNetwork(held)
		n.servers[euHost] = free
		objects := inPlane("held", 40)
		auth := builder.NewAPIAuth("eu").ServerURL("https://" + euHost).Token(konnecttest.DefaultToken).MustBuild()
		others := inPlane("free", 40)
		others[0] = builder.NewGatewayControlPlane("free").Auth("eu").MustBuild()
		inject(held, "PUT **/services/*", faultCase{konnecttest.TooManyRequests(time.Hour), 1})
		start := time.Now()
		_, err := n.client(t, konnect.WithMaxConcurrency(4)).Ensure(t.Context(), append(append(objects, others...), auth))
		require.NoError(t, err)
		assert.Greater(t, time.Since(start), time.Hour)
		last := slices.MaxFunc(free.Requests(), func(a, b konnecttest.Request) int { return a.Time.Compare(b.Time) })
		assert.Less(t, last.Time.Sub(start), 10*time.Second)
		assert.Equal(t, 81, free.Writes())
	})
}
