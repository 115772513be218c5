package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// call is one RoundTrip: the caller's request, made repeatable.
type call struct {
	req    *http.Request
	method string
	path   string
	url    *url.URL
	body   []byte
	shared *shared

	attempts int            // made so far
	sent     bool           // by any of them
	last     *http.Response // the last answer that was to be repeated
}

// newCall checks where req goes and takes over its body, which it always closes.
// GetBody is not used: with its dump variables set, the SDK installs one that returns a reader already read.
func (t *Transport) newCall(req *http.Request) (*call, error) {
	c := &call{req: req, method: methodOf(req), path: pathOf(req)}
	if req.Body != nil && req.Body != http.NoBody {
		defer func() { _ = req.Body.Close() }()
	}
	var err error
	if c.url, err = t.target(req); err != nil {
		return nil, err
	}
	if req.Body != nil && req.Body != http.NoBody {
		if c.body, err = io.ReadAll(req.Body); err != nil {
			return nil, fmt.Errorf("read request body: %w", err)
		}
	}
	return c, nil
}

// request is a fresh copy to send: the caller's never gets the token.
func (c *call) request(ctx context.Context, token, userAgent string) *http.Request {
	r := c.req.Clone(ctx)
	r.Method, r.URL, r.Host = c.method, c.url, "" // no Host that differs from the URL's
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if userAgent != "" {
		r.Header.Set("User-Agent", userAgent)
	}
	r.Body, r.GetBody, r.ContentLength, r.TransferEncoding = nil, nil, 0, nil
	if c.body != nil {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.body)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(c.body))
		if len(c.body) == 0 {
			r.Body = http.NoBody
		}
	}
	return r
}

// outcome is one attempt's result: resp or err is set.
type outcome struct {
	resp *http.Response
	err  error
	// final: trying again is pointless. unresolved: it is, but for one more time.
	final, unresolved bool
	// unsent: the attempt was not made.
	unsent bool
	// sent: the server may have received the request.
	sent       bool
	retryAfter time.Duration
	took       time.Duration
	path       string
}

func (o *outcome) status() int {
	if o.resp == nil {
		return 0
	}
	return o.resp.StatusCode
}

// cause says what a wait follows.
func (o *outcome) cause() string {
	if o.resp != nil {
		return "status " + strconv.Itoa(o.resp.StatusCode)
	}
	return o.err.Error()
}

func (t *Transport) attempt(ctx context.Context, c *call) outcome {
	token, err := t.token(ctx)
	if err != nil {
		return outcome{err: err, final: true, unsent: true, path: c.path}
	}
	secret := redactorFor(token)
	path := secret.string(c.path)
	seq, err := c.shared.budget.acquire(ctx, t.cfg.Retry.patience(), func(d time.Duration, reason WaitReason) {
		t.waiting(ctx, c, Event{Path: path, Duration: d, Reason: reason})
	})
	if err != nil {
		if held, ok := errors.AsType[*heldError](err); ok {
			c.last = held.refusal
		}
		return outcome{err: err, final: true, unsent: true, path: path}
	}
	c.attempts++
	start := time.Now()
	out := t.exchange(ctx, c, token)
	out.took, out.path = time.Since(start), path
	out.err = secret.err(out.err)
	c.sent = c.sent || out.sent
	var limits limits
	if out.resp != nil {
		now := time.Now()
		var doubt string
		out.retryAfter, doubt = RetryAfter(out.resp.Header, now)
		limits = readLimits(out.resp.Header, now)
		t.warn(ctx, secret, keyRetryAfter, doubt)
		t.warn(ctx, secret, keyReset, limits.doubt)
		secret.answer(out.resp, c.method, t.cfg.RedactSuccess)
	}
	c.shared.budget.release(seq, answer{status: out.status(), took: out.took, retryAfter: out.retryAfter, limits: limits}, out.resp)
	t.attempted(ctx, c, &out)
	return out
}

// exchange sends the request and reads the whole answer, so that a body that breaks off counts as no answer.
func (t *Transport) exchange(parent context.Context, c *call, token string) outcome {
	ctx, cancel := context.WithTimeout(parent, t.cfg.Timeout)
	defer cancel()
	var trace connTrace
	resp, err := c.shared.base.RoundTrip(c.request(trace.watch(ctx), token, t.cfg.UserAgent)) //nolint:bodyclose // readBody closes it
	sent := err == nil || trace.maySend(err)
	if err == nil {
		var body []byte
		if body, err = t.readBody(resp); err == nil {
			err = c.incomplete(resp, body)
		}
		if err == nil || resp.StatusCode == http.StatusTooManyRequests { // refused, whatever the text
			setBody(resp, c.method, body)
			resp.Request = nil // it holds the token
			return outcome{resp: resp, sent: true}
		}
	}
	final := errors.Is(err, errTooLarge) || isWrongServer(err)
	_, unresolved := errors.AsType[*net.DNSError](err)
	if ctx.Err() != nil && parent.Err() == nil {
		err = fmt.Errorf("no complete answer within %s", t.cfg.Timeout)
	}
	return outcome{err: err, sent: sent, final: final, unresolved: unresolved}
}

var errTooLarge = errors.New("answer is too large")

func (t *Transport) readBody(resp *http.Response) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= t.maxBody {
		buf.Grow(int(n) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, t.maxBody+1))
	if err != nil {
		return buf.Bytes(), fmt.Errorf("read answer: %w", err)
	}
	if n > t.maxBody {
		return nil, fmt.Errorf("%w: more than %d bytes", errTooLarge, t.maxBody)
	}
	return buf.Bytes(), nil
}

// answerBody is an answer's body in memory, with what else is known of the answer.
type answerBody struct {
	bytes.Reader
	whole    []byte
	attempts int
}

func (*answerBody) Close() error { return nil }

// AnswerBody returns the body of an answer of [Transport.RoundTrip] without reading
// or copying it; nil for other answers. It must not be changed.
func AnswerBody(resp *http.Response) []byte {
	if body, ok := resp.Body.(*answerBody); ok {
		return body.whole
	}
	return nil
}

// Attempts returns how many it took to get an answer of [Transport.RoundTrip]; 0 for other answers.
func Attempts(resp *http.Response) int {
	if body, ok := resp.Body.(*answerBody); ok {
		return body.attempts
	}
	return 0
}

func setAttempts(resp *http.Response, n int) {
	if body, ok := resp.Body.(*answerBody); ok {
		body.attempts = n
	}
}

// copyAnswer returns an answer for others than its caller.
func copyAnswer(resp *http.Response) *http.Response {
	if resp == nil {
		return nil
	}
	kept := &http.Response{Status: resp.Status, StatusCode: resp.StatusCode, Header: resp.Header.Clone()}
	setBody(kept, "", AnswerBody(resp))
	return kept
}

func setBody(resp *http.Response, method string, body []byte) {
	held := &answerBody{whole: body}
	held.Reset(body)
	resp.Body = held
	if method == http.MethodHead {
		return // its length tells of a body that is not there
	}
	resp.ContentLength = int64(len(body))
	if resp.Header.Get("Content-Length") != "" {
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
}

// answer redacts an echo of the secret.
func (r redactor) answer(resp *http.Response, method string, success bool) {
	r.header(resp.Header)
	resp.Status = r.string(resp.Status)
	if resp.StatusCode < 300 && !success {
		return
	}
	body := AnswerBody(resp)
	if !bytes.ContainsAny(body, `\%`) && !bytes.Contains(body, []byte(r)) { // most are large and hold nothing
		return
	}
	setBody(resp, method, []byte(r.string(string(body))))
}

// connTrace tells whether an attempt ever had a connection.
type connTrace struct{ asked, got atomic.Bool }

func (c *connTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	})
}

// maySend is false when the server cannot have received the request: dialling failed, or Base asked for
// a connection and never got one. A Base that does not trace counts as sent.
func (c *connTrace) maySend(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	return c.got.Load() || !c.asked.Load()
}
