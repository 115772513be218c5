package main

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
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
		"unreachable": {
			reason: "what keeps it waiting",
			steps: []step{
				{5 * time.Second, konnect.RequestEvent{Err: errors.New("dial: connection\nrefused")}},
				{5 * time.Second, konnect.RequestEvent{Status: 503}},
				{5 * time.Second, request},
			},
			want: "reading, 1 requests, no answer: dial: connection refused\nreading, 2 requests, last answer 503 service unavailable\nreading, 3 requests\n",
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

// A server that takes a request and says nothing makes no event.
func TestSilence(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		run    func(p *progress)
		want   string
	}{
		"hanging": {
			"how long there was no answer",
			func(*progress) { time.Sleep(11 * time.Second) },
			"reading, 0 requests, no answer for 5s\nreading, 0 requests, no answer for 10s\n",
		},
		"waiting": {
			"a wait that was announced is no silence until it is over",
			func(p *progress) {
				p.observe(konnect.WaitEvent{Reason: "quota", Duration: 12 * time.Second})
				time.Sleep(21 * time.Second)
			},
			"reading, 0 requests, no answer for 8s\n",
		},
		"answering": {
			"answers are seen to arrive",
			func(p *progress) {
				for range 9 {
					time.Sleep(time.Second)
					p.observe(konnect.ProgressEvent{Done: 1, Total: 2})
				}
			},
			"1 of 2 objects, 0 requests\n",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				p := newProgress(&out, false, time.Now)
				stop := p.watch()
				c.run(p)
				p.end()
				time.Sleep(time.Minute)
				stop()
				assert.Equal(t, c.want, out.String(), c.reason)
			})
		})
	}
}
