package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/konnectkit/konnectkit/internal/transport"
)

// RetryPolicy bounds how often and for how long the client repeats what may pass by
// itself. Zero fields mean the defaults.
//
// Only what is safe is repeated: reads, and writes that change nothing when they
// arrive a second time. A POST or PATCH whose fate is not known is repeated where
// looking first makes it safe. Two failures do not pass so soon and are given up
// earlier: a host name that does not resolve, after a second look, and a server that
// has the wrong certificate or speaks no TLS, at once.
type RetryPolicy struct {
	// MaxAttempts is how often a request is sent in vain: without a connection or a
	// whole answer, or answered 500, 502, 503 or 504. The default is 8; 1 never
	// repeats. Where it is set it also bounds the writes that Konnect refuses while
	// it lags behind an earlier one of the same call; 15 by default.
	MaxAttempts int
	// MaxRefusals is how many answers 429 a request may get and be sent again, each
	// time when the server is ready; the default is 30. Negative: the first one fails,
	// and what would have to wait for longer than MaxInterval because of it is not sent.
	MaxRefusals int
	// InitialInterval is the first pause; later ones grow up to MaxInterval, with
	// jitter. The defaults are 250 ms and 10 s, and 50 ms and 1 s where Konnect lags
	// behind.
	InitialInterval time.Duration
	// MaxInterval is at least InitialInterval.
	MaxInterval time.Duration
	// MaxElapsedTime bounds the time in failing attempts and the pauses between them,
	// for each request; the default is two minutes. Waits that the server asked for do
	// not count.
	MaxElapsedTime time.Duration
}

// NoRetry never repeats: each request fails with its first failure or refusal. Tests
// of failures then take milliseconds, and programs with a queue of their own decide
// when to come again.
func NoRetry() RetryPolicy { return RetryPolicy{MaxAttempts: 1, MaxRefusals: -1} }

// WithRetry bounds what is repeated, of single requests as of whole steps. Pauses of
// the rate budget remain.
func WithRetry(policy RetryPolicy) Option {
	return Option{func(c *config) error {
		if err := policy.check(); err != nil {
			return fmt.Errorf("WithRetry: %w", err)
		}
		c.retry = policy
		return nil
	}}
}

func (p RetryPolicy) check() error {
	if p.MaxAttempts < 0 {
		return fmt.Errorf("MaxAttempts: %d is negative; 1 never repeats, 0 is the default", p.MaxAttempts)
	}
	for _, d := range []struct {
		field string
		value time.Duration
	}{
		{"InitialInterval", p.InitialInterval}, {"MaxInterval", p.MaxInterval}, {"MaxElapsedTime", p.MaxElapsedTime},
	} {
		if d.value < 0 {
			return fmt.Errorf("%s: %s is negative; 0 is the default", d.field, d.value)
		}
	}
	if p.MaxInterval > 0 && p.MaxInterval < p.InitialInterval {
		return fmt.Errorf("MaxInterval: %s is less than InitialInterval, %s", p.MaxInterval, p.InitialInterval)
	}
	return nil
}

// Defaults of what is repeated above the transport, which repeats what it can by itself.
const (
	repeatFirst = 50 * time.Millisecond
	repeatMost  = time.Second
	repeatTries = 15 // four to thirteen seconds of pauses
)

// repeat calls try until it succeeds, says that trying again is pointless, or the
// policy's bounds are reached. The error counts the attempts of all tries.
func (p RetryPolicy) repeat(ctx context.Context, try func() (raw []byte, again bool, err error)) ([]byte, error) {
	growing := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(cmp.Or(p.InitialInterval, repeatFirst)),
		backoff.WithMaxInterval(cmp.Or(p.MaxInterval, max(repeatMost, p.InitialInterval))),
		backoff.WithMaxElapsedTime(0), // pauses are counted here, because waits of the server do not count
	)
	attempts, paused := 0, time.Duration(0)
	for n := 1; ; n++ {
		raw, again, err := try()
		if err == nil {
			return raw, nil
		}
		attempts = countAttempts(err, attempts)
		pause := growing.NextBackOff()
		paused += pause
		tooLong := p.MaxElapsedTime > 0 && paused > p.MaxElapsedTime
		if !again || n >= cmp.Or(p.MaxAttempts, repeatTries) || tooLong || ctx.Err() != nil {
			return nil, err
		}
		if ended := sleep(ctx, pause); ended != nil {
			return nil, fmt.Errorf("%w while waiting after: %w", ended, err)
		}
	}
}

// countAttempts adds those of earlier tries to a request's error, and returns the sum.
func countAttempts(err error, earlier int) int {
	if failed, ok := errors.AsType[*transport.Error](err); ok {
		failed.Attempts += earlier
		return failed.Attempts
	}
	if api, ok := errors.AsType[*APIError](err); ok {
		api.Attempts += earlier
		return api.Attempts
	}
	return earlier
}

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
