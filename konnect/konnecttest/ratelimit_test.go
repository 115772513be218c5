package konnecttest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := newClient(t, clock.option(), konnecttest.WithRateLimit(2, true), konnecttest.WithToken("kpat_other", otherOrganization))
	get := func(c *client) answer { return c.do("GET", planes, nil) }

	first := get(c)
	assert.Equal(t, 200, first.Status)
	assert.Equal(t, "2", first.Header.Get("RateLimit-Limit"))
	assert.Equal(t, "1", first.Header.Get("RateLimit-Remaining"))
	assert.Equal(t, "1", first.Header.Get("X-RateLimit-Remaining-Second"))
	assert.Empty(t, first.Header.Get("Retry-After"))
	assert.Equal(t, 200, get(c).Status)
	refused := get(c)
	assert.Equal(t, 429, refused.Status)
	assert.Equal(t, "1", refused.Header.Get("Retry-After"))
	assert.Equal(t, "0", refused.Header.Get("RateLimit-Remaining"))
	assert.Equal(t, "application/json", refused.Header.Get("Content-Type"))
	assert.Equal(t, 200, get(c.as("kpat_other")).Status, "each token has its own budget")
	assert.Equal(t, 401, get(c.as("")).Status, "without a token there is none")

	clock.advance(877 * time.Millisecond)
	assert.Equal(t, 200, get(c).Status, "windows begin with the second")

	c.srv.SetRateLimit(1, false)
	assert.Empty(t, get(c).Header.Get("RateLimit-Limit"))
	bare := get(c)
	assert.Equal(t, 429, bare.Status)
	assert.Empty(t, bare.Header.Get("Retry-After"))
	c.srv.SetRateLimit(0, false)
	assert.Equal(t, 200, get(c).Status)
	assert.Equal(t, 2, c.srv.CountStatus(429))
}

// TestRateLimitOfLateRequests lets a request come to the limit after one that arrived in the
// next second, as happens at each boundary when answers take time.
func TestRateLimitOfLateRequests(t *testing.T) {
	t.Parallel()
	second := time.Unix(1_700_000_000, 0)
	arrivals := []time.Duration{0, time.Second, 990 * time.Millisecond, 1100 * time.Millisecond, 2 * time.Second}
	next := 0
	c := newClient(t, konnecttest.WithRateLimit(1, false), konnecttest.WithClock(func() time.Time {
		next++
		return second.Add(arrivals[next-1])
	}))
	var statuses []int
	for range arrivals {
		statuses = append(statuses, c.do("GET", planes, nil).Status)
	}
	assert.Equal(t, []int{200, 200, 429, 429, 200}, statuses, "a late request opens no window again")
}
