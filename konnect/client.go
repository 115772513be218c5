package konnect

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/konnectkit/konnectkit/internal/transport"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// Client makes Konnect hold what objects say. It is safe for concurrent use; the
// objects of one call must not be used by others at the same time.
type Client struct {
	config *config
	pooled *pooled
}

// pooled is what a client has in common with those that With makes of it, each part
// by server and token.
type pooled struct {
	transports transport.Pool
	// organizations are those of tokens, by server and digest of the token: a source of
	// tokens may change from one to another.
	organizations transport.Memory
	// formulas tell by what Konnect has answered to writes whether it keeps values so.
	formulas transport.Memory
	// schemas describe configurations of plugins.
	schemas schemas
}

// NewClient returns a Client. Without a token the credentials come from the
// objects: each control plane then names a KonnectAPIAuthConfiguration.
func NewClient(opts ...Option) (*Client, error) {
	defaults := config{
		logger: slog.New(slog.DiscardHandler), owner: DefaultOwner, maxConcurrency: defaultMaxConcurrency, table: kinds.NewTable(), now: time.Now,
	}
	c, err := defaults.with(opts)
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	return &Client{config: c, pooled: &pooled{}}, nil
}

// With returns a client that differs from c by opts, and has all other options of c.
// The two share connections, rate budgets and what is known of organisations, each
// by server and token: so several owners, or callers with retries, loggers and
// observers of their own, keep within one limit of the server, which separate clients
// with the same token do not.
//
// WithHTTPClient, WithMaxConcurrency and WithPlainHTTP concern what is shared and
// are refused. WithToken and WithTokenSource make another login, except where
// the token is the same; each token source is one of its own.
func (c *Client) With(opts ...Option) (*Client, error) {
	if err := c.checkConfigured(); err != nil {
		return nil, err
	}
	base := *c.config
	base.derived = true
	changed, err := base.with(opts)
	if err != nil {
		return nil, fmt.Errorf("client with other options: %w", err)
	}
	return &Client{config: changed, pooled: c.pooled}, nil
}

// checkConfigured says what to call where a zero Client is used.
func (c *Client) checkConfigured() error {
	if c == nil || c.config == nil {
		return errors.New("the client is not configured: make it with konnect.NewClient")
	}
	return nil
}

// String shows nothing of the credentials.
func (c *Client) String() string {
	if c.checkConfigured() != nil {
		return "konnect.Client{}"
	}
	return "konnect.Client{owner: " + c.config.owner + "}"
}

// GoString is like String.
func (c *Client) GoString() string { return c.String() }

// Close closes idle connections, also those of clients that share them (With). The
// client may be used again.
func (c *Client) Close() {
	if c.checkConfigured() == nil {
		c.pooled.transports.CloseIdleConnections()
	}
}

// observer is what all clients with it call, one at a time.
type observer struct {
	lock    sync.Mutex
	observe func(Event)
}

func (o *observer) emit(e Event) {
	if o == nil {
		return
	}
	o.lock.Lock()
	defer o.lock.Unlock()
	o.observe(e)
}
