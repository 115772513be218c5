package konnect

import (
	"errors"
	"fmt"
	"net/http"
)

// HTTPClient returns a client for what this package has no kind for, such as an SDK
// client of the program's own. Its requests go through the transport of c: they get
// the token of WithToken or WithTokenSource, share connections and rate budget with
// all other calls, are repeated as WithRetry says and told to the observer; errors and
// answers other than success show no token. A POST or PATCH is not repeated once it
// may have arrived.
//
// It serves the client's own server and token: use With for a client of another
// account. A request to any other host is an error, and nothing is sent. (The two
// reads of /v3/organizations/me and /v3/users/me may go to Konnect's global host.)
// Redirects are not followed. A client without a token of its own is an error.
func (c *Client) HTTPClient() (*http.Client, error) {
	if err := c.checkConfigured(); err != nil {
		return nil, fmt.Errorf("http client: %w", err)
	}
	own, err := c.config.ownLogin()
	if err != nil {
		return nil, fmt.Errorf("http client: %w", err)
	}
	sender, err := c.pooled.transports.Transport(c.config.transportConfig(own))
	if err != nil {
		return nil, fmt.Errorf("http client: %w", err)
	}
	return sender.Client(), nil
}

// ownLogin is that of a client whose program has given it a token.
func (c *config) ownLogin() (login, error) {
	if c.token == nil {
		return login{}, errors.New("the client has no token of its own; use WithToken or WithTokenSource, or With for one that has")
	}
	return login{server: c.server, token: c.token, key: c.tokenKey}, nil
}
