package transport

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestQuotaKeepsAccount(t *testing.T) {
	t.Parallel()
	begin := time.Unix(1000, 0)
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	type heard struct {
		at        int
		remaining float64
		reset     time.Duration
		answered
	}
	tests := map[string]struct {
		reason string
		heard  []heard
		left   float64
		reset  int
	}{
		"first": {
			reason: "requests sent since the one that was answered are not in its count",
			heard:  []heard{{at: 0, remaining: 49, reset: time.Second, answered: answered{seq: 1, last: 10}}},
			left:   40, reset: 1000,
		},
		"answers in another order": {
			reason: "an older count does not raise ours",
			heard: []heard{
				{at: 0, remaining: 40, reset: time.Second, answered: answered{seq: 10, last: 10, underWay: 9}},
				{at: 1, remaining: 45, reset: time.Second, answered: answered{seq: 5, last: 10, underWay: 8}},
			},
			left: 40, reset: 1000,
		},
		"somebody else": {
			reason: "what others use is gone for us",
			heard: []heard{
				{at: 0, remaining: 40, reset: time.Second, answered: answered{seq: 1, last: 1}},
				{at: 500, remaining: 10, reset: time.Second, answered: answered{seq: 2, last: 2}},
			},
			left: 10, reset: 1000,
		},
		"better known end": {
			reason: "the least bound of a window counts",
			heard: []heard{
				{at: 0, remaining: 40, reset: time.Second, answered: answered{seq: 1, last: 1}},
				{at: 100, remaining: 39, reset: 300 * time.Millisecond, answered: answered{seq: 2, last: 2}},
			},
			left: 39, reset: 400,
		},
		"new window": {
			reason: "more remains than a different order can explain",
			heard: []heard{
				{at: 0, remaining: 5, reset: time.Second, answered: answered{seq: 1, last: 1}},
				{at: 600, remaining: 49, reset: time.Second, answered: answered{seq: 2, last: 4, underWay: 2}},
			},
			left: 47, reset: 1600,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var q quota
			for _, h := range tt.heard {
				q.learn(at(h.at), limits{ok: true, limit: 50, remaining: h.remaining, reset: h.reset}, h.answered)
			}
			assert.InDelta(t, tt.left, q.left, 0, tt.reason)
			assert.Equal(t, at(tt.reset), q.resetAt, tt.reason)
		})
	}
}

func TestQuotaIsSpent(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	var q quota
	assert.Zero(t, q.spent(now, 1), "nothing is known")
	q.learn(now, limits{ok: true, limit: 50, remaining: 0, reset: time.Second}, answered{seq: 1, last: 1, took: 100 * time.Millisecond})
	assert.Equal(t, 900*time.Millisecond, q.spent(now, 1), "as early as it may leave to arrive in time")
	now = now.Add(900 * time.Millisecond)
	assert.Zero(t, q.spent(now, 1))
	assert.InDelta(t, 50, q.left, 0, "a new window")

	q.learn(now, limits{ok: true, limit: 50, remaining: 0, reset: time.Second}, answered{seq: 1, last: 1, took: time.Second})
	assert.Zero(t, q.spent(now, 1), "an answer from the window before does not close this one")
}
