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
	login login
	http  *http.Client
	// serverURL is what objects name in their status.
	serverURL, organizationID string
	tally                     *tally
	// observed is true once Konnect was asked; verdict is why it did not answer.
	observed bool
	verdict  error
	// formulas are the client's.
	formulas *transport.Memory
	schemas  *schemas
	// warn is told what is odd about an answer.
	warn func(string)
}

// tally counts the calls of one Ensure, Plan or Delete.
type tally struct{ reads, writes atomic.Int64 }

// login is what an account is made of: a Konnect auth, resolved.
type login struct {
	server *url.URL
	token  func(context.Context) (string, error)
	// key tells logins apart without holding the token.
	key string
}

func tokenLogin(server *url.URL, token string) login {
	return login{
		server: server,
		token:  func(context.Context) (string, error) { return token, nil },
		key:    transport.HashToken(token),
	}
}

// newAccount returns the account of a login, on the client's shared
// connections and rate budget.
func (c *Client) newAccount(l login, t *tally, warn func(string)) (*account, error) {
	cfg := c.config.transportConfig(l)
	cfg.Warn, cfg.RedactSuccess = warn, true // what we read is shown in plans and reports
	sender, err := c.pooled.transports.Transport(cfg)
	if err != nil {
		return nil, err
	}
	return &account{
		login: l, serverURL: l.server.String(), http: sender.Client(), tally: t, warn: warn, formulas: &c.pooled.formulas,
		schemas: &c.pooled.schemas,
	}, nil
}

func (c *config) transportConfig(l login) transport.Config {
	retry := c.retry
	cfg := transport.Config{
		Origin:         l.server,
		Token:          l.token,
		TokenKey:       l.key,
		MaxConcurrency: c.maxConcurrency,
		AllowPlainHTTP: c.plainHTTP,
		Retry: transport.Retry{
			MaxAttempts: retry.MaxAttempts, MaxRefusals: retry.MaxRefusals, MaxElapsed: retry.MaxElapsedTime,
			InitialInterval: retry.InitialInterval, MaxInterval: retry.MaxInterval,
		},
		Logger:    c.logger,
		UserAgent: userAgent,
	}
	if c.observer != nil {
		cfg.Observe = func(_ context.Context, e transport.Event) { c.observer.emitTransport(e) }
	}
	if client := c.httpClient; client != nil {
		cfg.Base, cfg.Timeout = client.Transport, client.Timeout
		if cfg.Base == nil {
			cfg.Base = http.DefaultTransport
		}
	}
	return cfg
}

const shortWait = 100 * time.Millisecond

const userAgent = "konnectkit"

func (o *observer) emitTransport(e transport.Event) {
	switch e.Kind {
	case transport.EventAttempt:
		o.emit(RequestEvent{
			Method: e.Method, Path: e.Path, Status: e.Status, Attempt: e.Attempt, Duration: e.Duration, Err: e.Err,
		})
	case transport.EventWait:
		if e.Duration > 0 && e.Duration < shortWait { // mere pacing
			return
		}
		o.emit(WaitEvent{Method: e.Method, Path: e.Path, Reason: string(e.Reason), Duration: e.Duration})
	}
}

// send sends one request, with body as JSON unless nil, and returns the answer's body.
// Errors: *APIError, or that of the transport.
func (a *account) send(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	if method == http.MethodGet {
		a.tally.reads.Add(1)
	} else {
		a.tally.writes.Add(1)
	}
	target := *a.login.server
	target.RawPath = target.Path + path // which is escaped
	var err error
	if target.Path, err = url.PathUnescape(target.RawPath); err != nil {
		target.Path, target.RawPath = target.RawPath, ""
	}
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
	if res.StatusCode/100 != 2 {
		return nil, newAPIError(req, res, transport.Attempts(res))
	}
	return transport.AnswerBody(res), nil
}

func (a *account) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return a.send(ctx, http.MethodGet, path, query, nil)
}
