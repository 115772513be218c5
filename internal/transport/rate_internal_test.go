package transport

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The shares are what the design asks for on a server with fixed one-second windows of 50 requests.
func TestRateOnFixedWindows(t *testing.T) {
	t.Parallel()
	type want struct{ refused, used float64 }
	announced, blind := want{0.01, 0.90}, want{0.05, 0.70}
	styles := map[string]want{
		"whole seconds": announced, "fractions": announced, "rounded down": announced, "per second": announced,
		"none": blind, "retry-after": blind,
	}
	for style, want := range styles {
		for _, latency := range []time.Duration{5 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond} {
			for _, phase := range []time.Duration{0, 700 * time.Millisecond} {
				t.Run(style+" "+latency.String()+" "+phase.String(), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := &windowServer{
							limit: 50, window: time.Second, phase: phase,
							latency: latency, jitter: latency / 4, headers: headerStyles[style],
						}
						refused, used := s.drive(t, 2000, 1)
						assert.LessOrEqual(t, refused, want.refused, "share of answers 429")
						assert.GreaterOrEqual(t, used, want.used, "share of the budget used")
					})
				})
			}
		}
	}
}

func TestRateOnOtherWindows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason        string
		style         string
		limit         int
		window        time.Duration
		n, clients    int
		refused, used float64
		atMost        time.Duration
	}{
		"unlimited": {
			reason: "without a limit only latency and concurrency count: 4000 at 32 a time, 25 ms each, is 3.1 s",
			style:  "none", limit: 1_000_000, window: time.Second, n: 4000, clients: 1, atMost: 3300 * time.Millisecond,
		},
		"small limit": {
			reason: "the start must not be faster than the first answer",
			style:  "whole seconds", limit: 10, window: time.Second, n: 400, clients: 1, refused: 0.01, used: 0.90,
		},
		"minute, small batch": {
			reason: "most of a long window is spent without spreading",
			style:  "whole seconds", limit: 300, window: time.Minute, n: 200, clients: 1, atMost: 500 * time.Millisecond,
		},
		"minute": {
			reason: "a long window is used up, and the next one from its start",
			style:  "whole seconds", limit: 300, window: time.Minute, n: 1200, clients: 1, refused: 0.01, used: 0.95,
		},
		"shared with another process": {
			reason: "two that do not know of each other share the quota",
			style:  "whole seconds", limit: 50, window: time.Second, n: 2000, clients: 2, refused: 0.05, used: 0.70,
		},
		"shared, blind": {
			reason: "and the limit that they can only feel",
			style:  "none", limit: 50, window: time.Second, n: 2000, clients: 2, refused: 0.05, used: 0.70,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &windowServer{
					limit: tt.limit, window: tt.window, phase: 300 * time.Millisecond,
					latency: 20 * time.Millisecond, jitter: 5 * time.Millisecond, headers: headerStyles[tt.style],
				}
				refused, used := s.drive(t, tt.n, tt.clients)
				if tt.atMost > 0 {
					assert.LessOrEqual(t, s.lastAccepted.Sub(s.start), tt.atMost, tt.reason)
				}
				assert.LessOrEqual(t, refused, tt.refused, tt.reason)
				assert.GreaterOrEqual(t, used, tt.used, tt.reason)
			})
		})
	}
}

// started returns a rate that has been refused for the first time, and the number of its last request.
func started(t *testing.T, now time.Time) (rate, uint64) {
	t.Helper()
	r := newRate(32)
	var seq uint64
	for range 20 {
		seq = r.take(now)
		r.done(now, seq, answer{status: 200})
	}
	return r, r.take(now)
}

func TestRateStartsWithOneBurst(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r := newRate(32)
	for range startBurst {
		d, _ := r.delay(now)
		require.Zero(t, d)
		r.take(now)
	}
	now = now.Add(10 * time.Second)
	_, reason := r.delay(now)
	assert.Equal(t, WaitProbe, reason, "a slow server gets no second burst before its first answer")
	r.done(now, 1, answer{})
	d, _ := r.delay(now)
	assert.Zero(t, d, "a failure is an answer too")
}

func TestRateMakesUpForLittle(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r := newRate(32)
	r.limited, r.pace, r.heard = true, 50, true
	r.take(now)
	now = now.Add(10 * time.Second) // of silence
	n := 0
	for d, _ := r.delay(now); d == 0; d, _ = r.delay(now) {
		r.take(now)
		n++
	}
	assert.Equal(t, 4, n, "60 ms of it")
}

func TestRateCutsOncePerBurst(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r, first := started(t, now)
	second := r.take(now)

	r.done(now, first, answer{status: 429})
	cut := r.pace
	assert.InDelta(t, cutTo*20, cut, 0.01, "cut from what was accepted within the second, not from the pace of the start")

	r.done(now, second, answer{status: 429})
	assert.InDelta(t, cut, r.pace, 0, "a request of the same burst does not cut again")

	now = now.Add(firstPause)
	d, _ := r.delay(now)
	require.Zero(t, d)
	probe := r.take(now)
	_, reason := r.delay(now)
	assert.Equal(t, WaitProbe, reason, "one probes")
	r.done(now, probe, answer{status: 429})
	assert.InDelta(t, cut, r.pace, 0, "a probe that is refused does not cut")
	d, reason = r.delay(now)
	assert.Equal(t, 2*firstPause, d, "but doubles the pause")
	assert.Equal(t, WaitRefused, reason)

	now = now.Add(d)
	r.done(now, r.take(now), answer{status: 200})
	now = now.Add(time.Second)
	r.done(now, r.take(now), answer{status: 429})
	assert.Less(t, r.pace, cut, "after an accepted request a refusal is a new burst")
}

func TestRateRisesAgain(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r, seq := started(t, now)
	r.done(now, seq, answer{status: 429})
	begin := now
	for r.pace < unpaced && now.Sub(begin) < 10*time.Minute {
		d, _ := r.delay(now)
		now = now.Add(d)
		r.done(now, r.take(now), answer{status: 200})
	}
	assert.Less(t, now.Sub(begin), 2*time.Minute, "a limit that is gone does not slow us for long")
	assert.Greater(t, now.Sub(begin), 10*time.Second, "but the rise is careful")
}

func TestRateHonoursRetryAfterInFull(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r, seq := started(t, now)
	r.done(now, seq, answer{status: 429, retryAfter: time.Hour})
	d, reason := r.delay(now)
	assert.Equal(t, time.Hour, d)
	assert.Equal(t, WaitRefused, reason)
	state := r.state(now)
	assert.True(t, state.Limited)
	assert.Equal(t, time.Hour, state.Held)
	assert.InDelta(t, 17, state.PerSecond, 0.01)
	d, _ = r.delay(now.Add(time.Hour))
	assert.Zero(t, d)
}

func TestBudgetWaitsInOrderAndLetsGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(2)
		quiet := func(time.Duration, WaitReason) {}
		a, err := b.acquire(t.Context(), 0, quiet)
		require.NoError(t, err)
		_, err = b.acquire(t.Context(), 0, quiet)
		require.NoError(t, err)

		var order []int
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				seq, err := b.acquire(t.Context(), 0, quiet)
				if assert.NoError(t, err) {
					order = append(order, i)
					b.release(seq, answer{status: 200}, nil)
				}
			})
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		_, err = b.acquire(ctx, 0, quiet)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(begin), "a full house waits no longer than the context")

		b.release(a, answer{status: 200}, nil)
		wg.Wait()
		assert.Equal(t, []int{0, 1, 2}, order)

		canceled, stop := context.WithCancel(t.Context())
		stop()
		_, err = b.acquire(canceled, 0, quiet)
		assert.ErrorIs(t, err, context.Canceled, "free places do not help a context that is over")
	})
}

func TestBudgetGivesPlaceBackWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1)
		var reasons []WaitReason
		note := func(_ time.Duration, r WaitReason) { reasons = append(reasons, r) }
		seq, err := b.acquire(t.Context(), 0, note)
		require.NoError(t, err)
		b.release(seq, answer{status: 429, retryAfter: time.Minute}, nil)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = b.acquire(ctx, 0, note)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		begin := time.Now()
		seq, err = b.acquire(t.Context(), 0, note)
		require.NoError(t, err)
		assert.Equal(t, 59*time.Second, time.Since(begin))
		assert.Equal(t, []WaitReason{WaitRefused, WaitRefused}, reasons, "told once a wait")
		b.release(seq, answer{}, nil)
	})
}
