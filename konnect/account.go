package konnect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	sdk "github.com/Kong/sdk-konnect-go"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// account is one server and token, as one call uses it.
type account struct {
	server         *url.URL
	http           exchanger
	sdk            *sdk.SDK
	organizationID string
	tally          *tally
	// observed is true once Konnect was asked; verdict is why it did not answer.
	observed bool
	verdict  error
	name     string // for organizations
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
func (c *Client) newAccount(cred credential, t *tally) (*account, error) {
	cfg := transport.Config{
		Origin:         cred.server,
		Token:          cred.token,
		TokenKey:       cred.key,
		MaxConcurrency: c.config.maxConcurrency,
		AllowPlainHTTP: c.config.plainHTTP,
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
	shared, err := c.transports.Transport(cfg)
	if err != nil {
		return nil, err
	}
	a := &account{server: cred.server, http: exchanger{shared.Client()}, tally: t, name: cred.name()}
	a.sdk = sdk.New(sdk.WithServerURL(cred.server.String()), sdk.WithClient(a.http))
	return a, nil
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

// exchange records one request and its answer, whoever sent it.
type exchange struct {
	method, path string
	status       int
	header       http.Header
	body         []byte
}

type exchangeKey struct{}

// exchanger is the http client of an account. It records the answer in the
// exchange of the request's context, so that no decoding of the SDK stands
// between us and what Konnect said.
type exchanger struct{ client *http.Client }

// Do implements the SDK's HTTPClient.
func (x exchanger) Do(req *http.Request) (*http.Response, error) {
	res, err := x.client.Do(req)
	record, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if err != nil || !ok {
		return res, err
	}
	*record = exchange{
		method: req.Method, path: req.URL.Path, status: res.StatusCode, header: res.Header, body: transport.AnswerBody(res),
	}
	return nil, errRecorded
}

// errRecorded spares the SDK the decoding of an answer that is recorded.
var errRecorded = errors.New("the answer is recorded")

// call runs one call of the SDK, or of ours, and returns the answer's body. Errors:
// *APIError, or that of the transport.
func (a *account) call(ctx context.Context, method string, do func(context.Context) error) ([]byte, error) {
	a.tally.add(method)
	record := &exchange{}
	err := do(context.WithValue(ctx, exchangeKey{}, record))
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		return nil, failed // the SDK's wrapping names the request twice
	}
	switch {
	case record.status == 0 && err != nil:
		return nil, err
	case record.status == 0:
		return nil, fmt.Errorf("%s: nothing was sent", method)
	case record.status/100 == 2 && len(record.body) > 0 && !strings.Contains(record.header.Get("Content-Type"), "json"):
		return nil, fmt.Errorf("%s %s: the answer is not json, so it is not konnect's", record.method, record.path)
	case record.status/100 == 2:
		return record.body, nil
	default:
		return nil, newAPIError(record)
	}
}

// exchange sends one request of ours, to be run within call; body is encoded as
// JSON unless nil.
func (a *account) exchange(ctx context.Context, method, path string, query url.Values, body any) error {
	target := *a.server
	target.Path, target.RawPath = joinPath(a.server.Path, path)
	target.RawQuery = query.Encode()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode %s %s: %w", method, path, err)
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), reader)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	_, err = a.http.Do(req) //nolint:bodyclose // there is none: the answer is recorded
	return err
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
	return a.call(ctx, http.MethodGet, func(ctx context.Context) error {
		return a.exchange(ctx, http.MethodGet, path, query, nil)
	})
}

// readOrganization fills in the organisation of the token. Konnect serves it on
// the global server only.
func (c *Client) readOrganization(ctx context.Context, a *account) error {
	c.organizationLock.Lock()
	known := c.organizations[a.name]
	c.organizationLock.Unlock()
	if known != "" {
		a.organizationID = known
		return nil
	}
	global := *a
	if strings.HasSuffix(a.server.Hostname(), ".api.konghq.com") {
		global.server = &url.URL{Scheme: "https", Host: "global.api.konghq.com"}
	}
	raw, err := global.get(ctx, "/v3/organizations/me", nil)
	if isNotFound(err) { // a gateway in between may not serve it; only the status needs it
		c.config.logger.WarnContext(ctx, "organization is not known", "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read organization: %w", err)
	}
	var organization struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(raw, &organization); err != nil {
		return fmt.Errorf("read organization: %w", err)
	}
	a.organizationID = organization.ID
	c.organizationLock.Lock()
	c.organizations[a.name] = organization.ID
	c.organizationLock.Unlock()
	return nil
}

// newAPIError reads both of Konnect's families of errors.
func newAPIError(record *exchange) *APIError {
	e := &APIError{Method: record.method, Path: record.path, Status: record.status}
	var body struct {
		Message           string `json:"message"`
		Title             string `json:"title"`
		Detail            string `json:"detail"`
		Instance          string `json:"instance"`
		InvalidParameters []struct {
			Field  string `json:"field"`
			Reason string `json:"reason"`
		} `json:"invalid_parameters"`
		Details []struct {
			Type     string   `json:"type"`
			Field    string   `json:"field"`
			Messages []string `json:"messages"`
		} `json:"details"`
	}
	e.RetryAfter = transport.RetryAfter(record.header, time.Now())
	e.TraceID = record.header.Get("X-Kong-Request-Id")
	if json.Unmarshal(record.body, &body) != nil {
		return e
	}
	e.Message = body.Message
	if e.Message == "" {
		e.Message = body.Detail
	}
	if e.Message == "" {
		e.Message = body.Title
	}
	if body.Instance != "" {
		e.TraceID = body.Instance
	}
	for _, d := range body.Details {
		e.Details = append(e.Details, ErrorDetail{
			Type: strings.TrimPrefix(d.Type, "ERROR_TYPE_"), Field: d.Field, Messages: d.Messages,
		})
	}
	for _, p := range body.InvalidParameters {
		e.Details = append(e.Details, ErrorDetail{Field: p.Field, Messages: []string{p.Reason}})
	}
	return e
}
