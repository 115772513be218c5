package konnect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/internal/transport"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
	"github.com/konnectkit/konnectkit/resolve"
)

// Option sets up a Client. Its zero value changes nothing.
type Option struct{ apply func(*config) error }

type config struct {
	token          func(context.Context) (string, error)
	tokenKey       string
	server         *url.URL
	httpClient     *http.Client
	logger         *slog.Logger
	owner          string
	ownerIsSet     bool
	maxConcurrency int
	retry          RetryPolicy
	observer       *observer
	source         resolve.Source
	plainHTTP      bool
	keptTags       keptTags
	fallbackAuth   bool
	secretKeys     *secrets.Keys // nil for none
	now            func() time.Time
	// table has all kinds; only tests have others.
	table *kinds.Table
	// derived is true for a client that shares the connections of another.
	derived bool
}

// DefaultOwner is the owner in the marks of entities when WithOwner is not used.
const DefaultOwner = "default"

const defaultMaxConcurrency = 32

// WithToken sets the token for control planes that name no credentials.
func WithToken(token string) Option {
	return Option{func(c *config) error {
		if token == "" {
			return errors.New("WithToken: the token is empty")
		}
		c.token, c.tokenKey = func(context.Context) (string, error) { return token, nil }, transport.HashToken(token)
		return nil
	}}
}

// WithTokenSource is like WithToken for tokens that change: source is asked for
// each request and must be safe for concurrent use. Its tokens share one rate budget,
// which no other source has, nor the same token given otherwise.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	key := "token source " + uuid.NewString()
	return Option{func(c *config) error {
		if source == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		c.token, c.tokenKey = source, key
		return nil
	}}
}

// WithRegion sets the server for control planes that name no credentials:
// https://<region>.api.konghq.com, such as us, eu, au, me, in or sg.
func WithRegion(region string) Option {
	return Option{func(c *config) error {
		if !regexp.MustCompile(`^[a-z]{2}$`).MatchString(region) {
			return fmt.Errorf("WithRegion: %q is not a region of two lower-case letters", region)
		}
		c.server = &url.URL{Scheme: "https", Host: region + ".api.konghq.com"}
		return nil
	}}
}

// WithServerURL is like WithRegion for any other server, without the version that is
// in the paths of the API. Plain http is accepted for loopback addresses only, unless
// WithPlainHTTP is given too.
func WithServerURL(serverURL string) Option {
	return Option{func(c *config) error {
		server, err := transport.ParseServer(serverURL)
		if err != nil {
			return fmt.Errorf("WithServerURL: %w", err)
		}
		c.server = server
		return nil
	}}
}

// WithPlainHTTP permits plain http to addresses that are not loopback. The token
// crosses the network in clear.
func WithPlainHTTP() Option {
	return Option{func(c *config) error {
		c.plainHTTP = true
		return c.refuseDerived("WithPlainHTTP")
	}}
}

// WithHTTPClient sends requests through client's Transport and Timeout. Redirects
// are never followed. The default keeps connections for WithMaxConcurrency
// requests and gives each attempt a minute.
func WithHTTPClient(client *http.Client) Option {
	return Option{func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		c.httpClient = client
		return c.refuseDerived("WithHTTPClient")
	}}
}

// WithLogger sets where records go: writes at Info, the rest at Debug. The
// default discards them.
func WithLogger(logger *slog.Logger) Option {
	return Option{func(c *config) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		c.logger = logger
		return nil
	}}
}

// WithOwner names who looks after the entities that the client creates; it is
// part of their marks and their IDs. Letters, digits, dots, dashes and
// underscores, at most 63, with a letter or digit at both ends. The default is
// "default", which may not prune.
func WithOwner(owner string) Option {
	return Option{func(c *config) error {
		if !regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`).MatchString(owner) {
			return fmt.Errorf("WithOwner: %q must be 1 to 63 letters, digits, dots, dashes and underscores, with a letter or digit at both ends", owner)
		}
		c.owner, c.ownerIsSet = owner, true
		return nil
	}}
}

// WithMaxConcurrency caps the requests under way per server and token; the
// default is 32.
func WithMaxConcurrency(n int) Option {
	return Option{func(c *config) error {
		if n < 1 {
			return fmt.Errorf("WithMaxConcurrency: %d is less than 1", n)
		}
		c.maxConcurrency = n
		return c.refuseDerived("WithMaxConcurrency")
	}}
}

// WithObserver calls observe for each Event, from several goroutines at a time
// but never twice at once, not even for several clients.
func WithObserver(observe func(Event)) Option {
	shared := &observer{observe: observe}
	return Option{func(c *config) error {
		if observe == nil {
			return errors.New("WithObserver: the observer is nil")
		}
		c.observer = shared
		return nil
	}}
}

// WithSource sets where objects that are not in a batch are looked up, such as
// the control plane of a service. The default knows none.
func WithSource(source resolve.Source) Option {
	return Option{func(c *config) error {
		if source == nil {
			return errors.New("WithSource: the source is nil")
		}
		c.source = source
		return nil
	}}
}

// refuseDerived returns why an option cannot be changed any more.
func (c *config) refuseDerived(option string) error {
	if !c.derived {
		return nil
	}
	return fmt.Errorf("%s: connections are shared with the first client; give it to NewClient", option)
}

// with returns the configuration with opts.
func (c config) with(opts []Option) (*config, error) {
	var problems []error
	for _, opt := range opts {
		if opt.apply == nil {
			continue
		}
		if err := opt.apply(&c); err != nil {
			problems = append(problems, err)
		}
	}
	switch {
	case c.token != nil && c.server == nil:
		problems = append(problems, errors.New("a token needs a server: use WithRegion or WithServerURL"))
	case c.token == nil && c.server != nil:
		problems = append(problems, errors.New("a server needs a token: use WithToken or WithTokenSource"))
	case c.fallbackAuth && c.token == nil:
		problems = append(problems, errors.New("WithFallbackAuth: the client has no token to fall back to: use WithToken or WithTokenSource"))
	}
	if c.server != nil {
		if err := transport.CheckPlainHTTP(c.server, c.plainHTTP); err != nil {
			problems = append(problems, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return &c, nil
}
