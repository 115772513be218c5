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
