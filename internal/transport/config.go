package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Config is what [New] needs for one server and one credential. Origin and Token are required.
type Config struct {
	// Origin is scheme://host[:port][/prefix] of the server. The prefix matters only for identity requests
	// that the SDK sent elsewhere and that are brought back.
	Origin *url.URL
	// Token returns the bearer token, without the word Bearer. It is called for every attempt, so it may rotate
	// the token, and must be safe for concurrent use.
	Token func(context.Context) (string, error)
	// TokenKey names the credential for [Pool]: equal keys on one origin share a Transport.
	// For a fixed token it is HashToken of it; for a source that rotates tokens any name of the source. New ignores it.
	TokenKey string
	// Base sends the requests. Nil means a clone of http.DefaultTransport with connections for MaxConcurrency.
	// In a [Pool] the first one of a credential is used.
	Base http.RoundTripper
	// MaxConcurrency caps the requests under way; 0 means 32. In a [Pool] the first one of a credential holds.
	MaxConcurrency int
	// RedactSuccess also leaves the token out of answers that are a success. Else they are the data, as they came.
	RedactSuccess bool
	// AllowPlainHTTP permits an http origin that is not a loopback address.
	AllowPlainHTTP bool
	// Timeout bounds one attempt, answer body included; 0 means one minute. Waits are outside it.
	Timeout time.Duration
	// Retry bounds repetition; its zero value means the defaults.
	Retry Retry
	// UserAgent replaces the request's own when not empty.
	UserAgent string
	// Logger gets one debug record for each attempt and for each wait that is not mere pacing, and what Warn is
	// told. Nil discards.
	Logger *slog.Logger
	// Warn is told in one line of each header that cannot be meant as it stands, once per Transport and kind of
	// oddity. It must be safe for concurrent use. Nil is fine.
	Warn func(string)
	// Observe is called for each attempt and each wait, with the request's context, from the request's goroutine.
	// It must be safe for concurrent use. Nil is fine.
	Observe func(context.Context, Event)
}

// Retry bounds how often one request is sent. Zero fields mean their defaults.
type Retry struct {
	// MaxAttempts counts failures: connection errors and answers 500, 502, 503, 504. Default 8; 1 means no retry.
	// What does not pass within such a time is tried less often: a host name that does not resolve twice, and a
	// server that is no TLS server or has the wrong certificate once.
	MaxAttempts int
	// MaxElapsed bounds the time spent in failing attempts and in backing off between them. Default two minutes.
	// It never cuts a Retry-After short, and waiting for one does not count.
	MaxElapsed time.Duration
	// MaxRefusals counts answers 429. Default 30. Negative: the first one fails, and so does a request that would
	// have to wait for longer than MaxInterval because of another's.
	MaxRefusals int
	// InitialInterval is the first backoff, doubled each time with jitter. Default 250 ms.
	InitialInterval time.Duration
	// MaxInterval caps the backoff. Default 10 s, or InitialInterval if that is longer.
	MaxInterval time.Duration
}

func (r Retry) withDefaults() Retry {
	return Retry{
		MaxAttempts:     cmp.Or(r.MaxAttempts, 8),
		MaxElapsed:      cmp.Or(r.MaxElapsed, 2*time.Minute),
		MaxRefusals:     cmp.Or(r.MaxRefusals, 30),
		InitialInterval: cmp.Or(r.InitialInterval, 250*time.Millisecond),
		MaxInterval:     cmp.Or(r.MaxInterval, max(10*time.Second, r.InitialInterval)),
	}
}

// patience is how long a request waits because another was refused; 0 means as long as it takes.
func (r Retry) patience() time.Duration {
	if r.MaxRefusals < 0 {
		return r.MaxInterval
	}
	return 0
}

func (c Config) withDefaults() (Config, error) {
	if c.Origin == nil {
		return c, errors.New("transport: origin is required")
	}
	if c.Token == nil {
		return c, errors.New("transport: token source is required")
	}
	if c.MaxConcurrency < 0 {
		return c, fmt.Errorf("transport: max concurrency %d is negative", c.MaxConcurrency)
	}
	if err := checkOrigin(c.Origin, c.AllowPlainHTTP); err != nil {
		return c, err
	}
	c.Origin = new(*c.Origin)
	c.MaxConcurrency = cmp.Or(c.MaxConcurrency, 32)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.Retry = c.Retry.withDefaults()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// defaultBase gives every request under way a connection that stays open afterwards;
// the standard transport keeps two per host.
func defaultBase(conns int) http.RoundTripper {
	std, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // replaced by the program, for example by a mock
		return http.DefaultTransport
	}
	t := std.Clone()
	t.MaxIdleConns = max(t.MaxIdleConns, 2*conns)
	t.MaxIdleConnsPerHost = conns
	t.MaxConnsPerHost = conns
	return t
}

// String shows the origin and nothing of the credential.
func (c Config) String() string {
	if c.Origin == nil {
		return "transport.Config{}"
	}
	return "transport.Config{" + originOf(c.Origin) + "}"
}

// GoString is String, for %#v.
func (c Config) GoString() string { return c.String() }
