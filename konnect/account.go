package konnect

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// account is one server and token, as one call uses it.
type account struct {
	credential     credential
	http           *http.Client
	organizationID string
	tally          *tally
	// observed is true once Konnect was asked; verdict is why it did not answer.
	observed bool
	verdict  error
	// warn is told what is odd about an answer.
	warn func(string)
}

// tally counts the calls of one Ensure, Plan or Delete.
type tally struct{ reads, writes atomic.Int64 }

func (t *tally) add(method string) {
	if method == http.MethodGet {
		t.reads.Add(1)
	} else {
		t.writes.Add(1)
	}
}

// credential is what an account is made of.
type credential struct {
	server *url.URL
	token  func(context.Context) (string, error)
	// key tells credentials apart without holding the token.
	key string
}

// server is the URL that objects name in their status.
func (a *account) server() string { return a.credential.server.String() }

func (c credential) name() string { return c.server.String() + " " + c.key }

func tokenCredential(server *url.URL, token string) credential {
	return credential{
		server: server,
		token:  func(context.Context) (string, error) { return token, nil },
		key:    transport.HashToken(token),
	}
}

// newAccount returns the account of a credential, on the client's shared
// connections and rate budget.
func (c *Client) newAccount(cred credential, t *tally, warn func(string)) (*account, error) {
	cfg := c.transportConfig(cred)
	cfg.Warn, cfg.RedactSuccess = warn, true // what we read is shown in plans and reports
	sender, err := c.pooled.transports.Transport(cfg)
	if err != nil {
		return nil, err
	}
	return &account{credential: cred, http: sender.Client(), tally: t, warn: warn}, nil
}

func (c *Client) transportConfig(cred credential) transport.Config {
	cfg := transport.Config{
		Origin:         cred.server,
		Token:          cred.token,
		TokenKey:       cred.key,
		MaxConcurrency: c.config.maxConcurrency,
		AllowPlainHTTP: c.config.plainHTTP,
		Retry:          c.config.retry.transport(),
		Logger:         c.config.logger,
		UserAgent:      userAgent,
	}
	if c.config.observer != nil {
		cfg.Observe = func(_ context.Context, e transport.Event) { c.emitTransport(e) }
	}
	if client := c.config.httpClient; client != nil {
		cfg.Base, cfg.Timeout = client.Transport, client.Timeout
		if cfg.Base == nil {
			cfg.Base = http.DefaultTransport
		}
	}
	return cfg
}

const shortWait = 100 * time.Millisecond

const userAgent = "konnectkit"

func (c *Client) emitTransport(e transport.Event) {
	switch e.Kind {
	case transport.EventAttempt:
		c.emit(RequestEvent{
			Method: e.Method, Path: e.Path, Status: e.Status, Attempt: e.Attempt, Duration: e.Duration, Err: e.Err,
		})
	case transport.EventWait:
		if e.Duration > 0 && e.Duration < shortWait { // mere pacing
			return
		}
		c.emit(WaitEvent{Method: e.Method, Path: e.Path, Reason: string(e.Reason), Duration: e.Duration})
	}
}

// answer is what Konnect said to one request.
type answer struct {
	method, path string
	status       int
	header       http.Header
	body         []byte
	attempts     int
}

func newAnswer(req *http.Request, res *http.Response, attempts int) *answer {
	return &answer{
		method: req.Method, path: req.URL.Path, status: res.StatusCode, header: res.Header, body: transport.AnswerBody(res),
		attempts: attempts,
	}
}

// send sends one request, with body as JSON unless nil, and returns the answer's body.
// Errors: *APIError, or that of the transport.
func (a *account) send(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	a.tally.add(method)
	target := *a.credential.server
	target.Path, target.RawPath = joinPath(target.Path, path)
	target.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := a.http.Do(req) //nolint:bodyclose // the transport has read it into memory
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		return nil, withLastAnswer(req, failed) // without net/http's wrapping, which names the request twice
	}
	if err != nil {
		return nil, err
	}
	got := newAnswer(req, res, transport.Attempts(res))
	if got.status/100 != 2 {
		return nil, newAPIError(got)
	}
	return got.body, nil
}

// joinPath returns the path and raw path of an escaped path under a prefix.
func joinPath(prefix, escaped string) (path, raw string) {
	raw = prefix + escaped
	path, err := url.PathUnescape(raw)
	if err != nil {
		return raw, ""
	}
	return path, raw
}

func (a *account) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return a.send(ctx, http.MethodGet, path, query, nil)
}
