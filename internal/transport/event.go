package transport

import (
	"context"
	"log/slog"
	"time"
)

// EventKind says what an Event tells about.
type EventKind string

const (
	// EventAttempt: one request was sent and answered, or failed.
	EventAttempt EventKind = "attempt"
	// EventWait: a request is about to wait.
	EventWait EventKind = "wait"
)

// WaitReason says what a request waits for.
type WaitReason string

const (
	// WaitPace: requests are spread out to stay within the rate budget.
	WaitPace WaitReason = "pace"
	// WaitQuota: the quota that the server announced is used up until its window ends.
	WaitQuota WaitReason = "quota"
	// WaitRefused: the server answered 429; everybody on this budget waits.
	WaitRefused WaitReason = "refused"
	// WaitProbe: one request tries whether the server accepts again; the others wait for its answer.
	WaitProbe WaitReason = "probe"
	// WaitRetryAfter: the server answered 503 with Retry-After.
	WaitRetryAfter WaitReason = "retry-after"
	// WaitBackoff: the last attempt failed.
	WaitBackoff WaitReason = "backoff"
)

// Event is one attempt or one wait. It holds no query, no header and no body.
type Event struct {
	Kind   EventKind
	Method string
	// Path is the request's path without query.
	Path string
	// Attempt counts the request's attempts from 1; for a wait it is the attempt that follows.
	Attempt int
	// Status is the answer's; 0 for a wait and when there was no complete answer.
	Status int
	// Err says why there was none.
	Err error
	// Duration is how long the attempt took, or how long the wait is expected to be (0: not known).
	Duration time.Duration
	// Reason is set for waits.
	Reason WaitReason
	// Limit is the rate budget at that moment.
	Limit LimitState
}

// LimitState is what is known of the rate budget.
type LimitState struct {
	// Limited: the server has refused a request or announced a limit.
	Limited bool
	// PerSecond is the present pace; 0 means no pacing.
	PerSecond float64
	// Quota and Remaining are the limit announced last and what is left of it by our count; 0 if none was announced.
	Quota, Remaining int
	// Held is how long nothing is sent because of a 429.
	Held time.Duration
}

func (t *Transport) attempted(ctx context.Context, c *call, out *outcome) {
	if t.log.Enabled(ctx, slog.LevelDebug) {
		attrs := []slog.Attr{
			slog.String("method", c.method), slog.String("path", out.path), slog.Int("attempt", c.attempts),
			slog.Int("status", out.status()), slog.Duration("duration", out.took),
		}
		if out.err != nil {
			attrs = append(attrs, slog.String("error", out.err.Error()))
		}
		t.log.LogAttrs(ctx, slog.LevelDebug, "konnect request", attrs...)
	}
	t.observe(ctx, c, Event{
		Kind: EventAttempt, Path: out.path, Attempt: c.attempts, Status: out.status(), Err: out.err, Duration: out.took,
	})
}

// waiting is told by the budget with limit set, or by the retry loop.
func (t *Transport) waiting(ctx context.Context, c *call, e Event) {
	e.Kind, e.Attempt = EventWait, c.attempts+1
	if e.Reason != WaitPace {
		t.log.LogAttrs(ctx, slog.LevelDebug, "konnect request waits",
			slog.String("method", c.method), slog.String("path", e.Path), slog.Int("attempt", e.Attempt),
			slog.String("reason", string(e.Reason)), slog.Duration("duration", e.Duration))
	}
	t.observe(ctx, c, e)
}

func (t *Transport) observe(ctx context.Context, c *call, e Event) {
	if t.cfg.Observe == nil {
		return
	}
	e.Method, e.Limit = c.method, c.shared.budget.state()
	t.cfg.Observe(ctx, e)
}

// warn says once what is odd about a header.
func (t *Transport) warn(ctx context.Context, secret redactor, header, doubt string) {
	if doubt == "" {
		return
	}
	if _, told := t.warned.LoadOrStore(header, true); told {
		return
	}
	doubt = secret.string(doubt)
	t.log.WarnContext(ctx, "konnect answer is odd", "reason", doubt)
	if t.cfg.Warn != nil {
		t.cfg.Warn(doubt)
	}
}
