package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// instants counts the moments at which requests are sent: each of them wakes the process once.
type instants struct {
	http.RoundTripper
	mu   sync.Mutex
	sent map[time.Time]int
}

func (i *instants) RoundTrip(req *http.Request) (*http.Response, error) {
	i.mu.Lock()
	i.sent[time.Now()]++
	i.mu.Unlock()
	return i.RoundTripper.RoundTrip(req)
}

// TestPausesSleep: what waits for the rate wakes the process seldom, and nobody looks whether it may go but who may.
func TestPausesSleep(t *testing.T) {
	t.Parallel()
	const requests = 1000
	for limit, most := range map[int]int{20: requests, 100: requests / 3, 1000: requests / 5} {
		synctest.Test(t, func(t *testing.T) {
			s := &windowServer{
				limit: limit, window: time.Second, latency: 20 * time.Millisecond, headers: headerStyles["whole seconds"],
				start: time.Now(), rnd: rand.New(rand.NewPCG(1, 2)),
			}
			seen := &instants{RoundTripper: s, sent: map[time.Time]int{}}
			tr, err := New(Config{
				Origin: &url.URL{Scheme: "https", Host: "us.api.konghq.com"}, Base: seen,
				Token: func(context.Context) (string, error) { return "kpat_example", nil },
			})
			require.NoError(t, err)
			var callers sync.WaitGroup
			for range 40 { // more than there are places
				callers.Go(func() {
					for range requests / 40 {
						req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://us.api.konghq.com/x", http.NoBody)
						_, err := tr.RoundTrip(req)
						assert.NoError(t, err)
					}
				})
			}
			callers.Wait()
			shared := tr.pool.enter(tr)
			defer tr.pool.leave(shared)
			assert.LessOrEqual(t, len(seen.sent), most, "at %d requests a second", limit)
			assert.LessOrEqual(t, shared.budget.looks, requests+3*len(seen.sent), "at %d requests a second", limit)
			for _, n := range seen.sent {
				assert.LessOrEqual(t, n, max(10, limit/20), "a group is less than the share of the quota that is not used")
			}
			assert.LessOrEqual(t, s.refused, requests/100)
		})
	}
}

// TestBudgetDismissesTheImpatient wherever they stand, and lets the others wait in their order.
func TestBudgetDismissesTheImpatient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(5)
		quiet := func(time.Duration, WaitReason) {}
		first, err := b.acquire(t.Context(), 0, quiet)
		require.NoError(t, err)
		second, err := b.acquire(t.Context(), 0, quiet)
		require.NoError(t, err)
		b.release(first, answer{status: 429, retryAfter: time.Second}, nil)

		var lock sync.Mutex
		var order []string
		said := func() []string {
			lock.Lock()
			defer lock.Unlock()
			return slices.Clone(order)
		}
		var waiters sync.WaitGroup
		wait := func(name string, patience time.Duration) {
			waiters.Go(func() {
				seq, err := b.acquire(t.Context(), patience, quiet)
				if err != nil {
					name += " dismissed"
				} else {
					defer b.release(seq, answer{status: 200}, nil)
				}
				lock.Lock()
				defer lock.Unlock()
				order = append(order, name)
			})
			synctest.Wait()
		}
		begin := time.Now()
		wait("patient", 0)
		wait("impatient", time.Minute)
		wait("patient too", 0)
		assert.Empty(t, said(), "a second is no long pause")
		b.release(second, answer{status: 429, retryAfter: time.Hour}, nil)
		synctest.Wait()
		assert.Equal(t, []string{"impatient dismissed"}, said())
		waiters.Wait()
		assert.Equal(t, []string{"impatient dismissed", "patient", "patient too"}, said())
		assert.InDelta(t, time.Hour, time.Since(begin), float64(100*time.Millisecond))
	})
}

// TestBudgetTakesBack what was let go for a context that ended at the same moment.
func TestBudgetTakesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1)
		quiet := func(time.Duration, WaitReason) {}
		held, err := b.acquire(t.Context(), 0, quiet)
		require.NoError(t, err)
		for range 100 {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				seq, err := b.acquire(ctx, 0, quiet)
				if err == nil {
					held = seq
				}
				done <- err
			}()
			synctest.Wait()
			go cancel()
			b.release(held, answer{status: 200}, nil)
			if <-done != nil {
				held, err = b.acquire(t.Context(), 0, quiet)
				require.NoError(t, err, "the place is free again")
			}
		}
		b.release(held, answer{status: 200}, nil)
		assert.Zero(t, b.rate.underWay)
		assert.Empty(t, b.queue)
	})
}
