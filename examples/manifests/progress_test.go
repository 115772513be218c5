package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect"
)

// clock is set by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestProgress(t *testing.T) {
	t.Parallel()
	done := func(n int) konnect.Event { return konnect.ProgressEvent{Done: n, Total: 9} }
	request := konnect.RequestEvent{Method: "GET", Path: "/", Status: 200}
	type step struct {
		after time.Duration
		event konnect.Event
	}
	cases := map[string]struct {
		reason            string
		terminal, verbose bool
		steps             []step
		want              string
	}{
		"short": {
			reason: "work that is soon done needs no progress",
			steps:  []step{{time.Second, request}, {time.Second, done(9)}},
		},
		"long": {
			reason: "a line each few seconds, whatever happens",
			steps: []step{
				{5 * time.Second, request},
				{time.Second, done(1)},
				{4 * time.Second, konnect.WaitEvent{Reason: "rate limit", Duration: 12 * time.Second}},
				{12 * time.Second, done(2)},
			},
			want: "reading, 1 requests\n1 of 9 objects, 1 requests, waiting for 12s: rate limit\n2 of 9 objects, 1 requests\n",
		},
		"short waits": {
			reason: "pacing between requests is no news",
			steps:  []step{{9 * time.Second, konnect.WaitEvent{Reason: "pace", Duration: 20 * time.Millisecond}}},
		},
		"terminal": {
			reason:   "one line that is rewritten, and cleared in the end",
			terminal: true,
			steps:    []step{{time.Second, done(1)}, {time.Millisecond, done(2)}, {time.Second, done(3)}},
			want:     "\r\x1b[K1 of 9 objects, 0 requests\r\x1b[K3 of 9 objects, 0 requests\r\x1b[K",
		},
		"verbose": {
			reason:   "every event as it comes",
			terminal: true,
			verbose:  true,
			steps:    []step{{0, request}, {0, request}},
			want:     "GET /: 200 in 0s (attempt 0)\nGET /: 200 in 0s (attempt 0)\n",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			clock := &clock{at: time.Unix(0, 0)}
			p := newProgress(&out, c.verbose, clock.now)
			p.terminal = c.terminal
			for _, s := range c.steps {
				clock.at = clock.at.Add(s.after)
				p.observe(s.event)
			}
			p.end()
			assert.Equal(t, c.want, out.String(), c.reason)
		})
	}
}
