package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// Transport is an [http.RoundTripper] for one (origin, token). It is safe for concurrent use and keeps no
// goroutine of its own.
type Transport struct {
	cfg     Config
	origin  string // normalised
	prefix  string // path of the origin, without a slash at the end
	log     *slog.Logger
	pool    *Pool
	key     poolKey
	maxBody int64
	warned  sync.Map // names of headers
}

// New returns a Transport with connections and a rate budget of its own; use a [Pool] to share them.
// It fails when the origin is no http or https URL, is plain http to an address that is not loopback
// (unless allowed), or carries credentials.
func New(cfg Config) (*Transport, error) { return newTransport(cfg, &Pool{}) }

func newTransport(cfg Config, pool *Pool) (*Transport, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	t := &Transport{
		cfg:     cfg,
		origin:  originOf(cfg.Origin),
		prefix:  strings.TrimRight(cfg.Origin.Path, "/"),
		log:     cfg.Logger,
		pool:    pool,
		maxBody: 64 << 20,
	}
	t.key = poolKey{t.origin, t.prefix, cfg.TokenKey}
	return t, nil
}

// RoundTrip sends req with the token, as often as it may be repeated, and returns the answer with its whole body
// in memory (at most 64 MiB). When attempts are used up it returns the last answer, whatever its status,
// or an *Error. The token is replaced by [redacted] in answers that are not a success, and in headers.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	c, err := t.newCall(req)
	if err != nil {
		return nil, &Error{Method: methodOf(req), Path: pathOf(req), Err: err}
	}
	c.shared = t.pool.enter(t)
	defer t.pool.leave(c.shared)
	ctx := req.Context()
	retries := retries{cfg: t.cfg.Retry}
	for {
		out := t.attempt(ctx, c)
		wait, reason, again := retries.next(c.method, &out)
		if !again || ctx.Err() != nil {
			return t.finish(c, &out)
		}
		if out.resp != nil {
			c.last = out.resp
		}
		if wait <= 0 {
			continue
		}
		t.waiting(ctx, c, Event{Path: out.path, Duration: wait, Reason: reason})
		if err := sleep(ctx, wait); err != nil {
			out.err = fmt.Errorf("%w while waiting after %s", err, out.cause())
			out.resp, out.unsent = nil, true
			return t.finish(c, &out)
		}
	}
}

func (t *Transport) finish(c *call, out *outcome) (*http.Response, error) {
	if out.err == nil {
		out.resp.Request = c.req // the caller's: the one that was sent holds the token
		setAttempts(out.resp, c.attempts)
		return out.resp, nil
	}
	failed := &Error{Method: c.method, Path: out.path, Attempts: c.attempts, Sent: c.sent, Err: out.err}
	if out.unsent || c.req.Context().Err() != nil {
		failed.Answer = c.last
	}
	return nil, failed
}

// Client returns an http.Client on t that follows no redirect.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: refuseRedirect}
}

// CloseIdleConnections closes the connections of Base that are not in use.
func (t *Transport) CloseIdleConnections() {
	s := t.pool.enter(t)
	defer t.pool.leave(s)
	closeIdle(s.base)
}

// Limit returns what is known of the rate budget now.
func (t *Transport) Limit() LimitState {
	s := t.pool.enter(t)
	defer t.pool.leave(s)
	return s.budget.state()
}

// String shows the origin and nothing of the credential.
func (t *Transport) String() string { return "transport to " + t.origin }

// GoString is String, for %#v.
func (t *Transport) GoString() string { return t.String() }

// Error is a request that got no answer. The text holds method, path and attempts, never the token.
type Error struct {
	Method, Path string
	// Attempts is how many were made; 0 when the request was refused here.
	Attempts int
	// Sent: the server may have received the request and acted on it. False is certain.
	Sent bool
	// Answer is the last one, 429 or 5xx, where the context ended or patience was lost while it was to be
	// repeated; nil for none. It may be the answer to another request, after which all have to wait.
	Answer *http.Response
	Err    error
}

func (e *Error) Error() string {
	if e.Attempts > 1 {
		return fmt.Sprintf("%s %s: %d attempts: %v", e.Method, e.Path, e.Attempts, e.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Method, e.Path, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Timeout lets net/http recognise a time limit.
func (e *Error) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Err)
	return ok && t.Timeout()
}

func pathOf(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	return printable.Redact(req.URL.EscapedPath())
}

func methodOf(req *http.Request) string { return cmp.Or(req.Method, http.MethodGet) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
