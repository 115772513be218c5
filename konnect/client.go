package konnect

import (
	"sync"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// Client makes Konnect hold what objects say. It is safe for concurrent use; the
// objects of one call must not be used by others at the same time.
type Client struct {
	config     *config
	transports *transport.Pool

	observerLock sync.Mutex
	// organizations keeps the organisation of each server and token, which does not change.
	organizationLock sync.Mutex
	organizations    map[string]string
}

// NewClient returns a Client. Without a token the credentials come from the
// objects: each control plane then names a KonnectAPIAuthConfiguration.
func NewClient(opts ...Option) (*Client, error) {
	c, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	return &Client{config: c, transports: &transport.Pool{}, organizations: map[string]string{}}, nil
}

// String shows nothing of the credentials.
func (c *Client) String() string { return "konnect.Client{owner: " + c.config.owner + "}" }

// GoString is like String.
func (c *Client) GoString() string { return c.String() }

// Close closes idle connections. The client may be used again.
func (c *Client) Close() { c.transports.CloseIdleConnections() }

func (c *Client) emit(e Event) {
	if c.config.observer == nil {
		return
	}
	c.observerLock.Lock()
	defer c.observerLock.Unlock()
	c.config.observer(e)
}
