package transport

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// budget makes requests wait, in the order of their arrival, for a place among those under way and then
// for the rate. Only the one in front looks at the clock.
type budget struct {
	places chan struct{}
	turn   chan struct{}
	wake   chan struct{} // an answer came: the one in front looks again

	mu      sync.Mutex
	rate    rate
	refusal *http.Response // the last one
}

func newBudget(maxConcurrency int) *budget {
	return &budget{
		places: make(chan struct{}, maxConcurrency),
		turn:   make(chan struct{}, 1),
		wake:   make(chan struct{}, 1),
		rate:   newRate(maxConcurrency),
	}
}

// heldError is a request that was not sent, because it waited for the rate budget until its context ended, or
// would have to wait for too long. refusal is what it had to wait for, if a server asked for that.
type heldError struct {
	err     error // nil: it would have to wait for too long
	reason  string
	refusal *http.Response
}

func (e *heldError) Error() string {
	text := "not sent"
	if e.err != nil {
		text = e.err.Error() + " while waiting for the rate budget"
	}
	if e.reason != "" {
		text += ": " + e.reason
	}
	return text
}

func (e *heldError) Unwrap() error { return e.err }

// acquire returns the request's number for release. It calls waiting before it waits for the rate,
// again whenever the reason changes; the duration is 0 when it depends on another request's answer.
// With a patience it does not wait for longer because of a refusal. The error is a *heldError.
func (b *budget) acquire(ctx context.Context, patience time.Duration, waiting func(time.Duration, WaitReason)) (uint64, error) {
	if err := put(ctx, b.places); err != nil {
		return 0, b.held(err)
	}
	seq, err := b.wait(ctx, patience, waiting)
	if err != nil {
		<-b.places
	}
	return seq, err
}

// held says what a request has waited for.
func (b *budget) held(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if left := b.rate.heldUntil.Sub(now); left > 0 {
		return &heldError{err, "after an answer 429 the server is left alone for another " + left.Round(time.Millisecond).String(), b.refusal}
	}
	if q := b.rate.quota; q.usedUp(now) {
		return &heldError{err, fmt.Sprintf("the quota of %.0f requests is used up for another %s", q.limit, q.resetAt.Sub(now).Round(time.Millisecond)), nil}
	}
	return &heldError{err: err}
}

func (b *budget) wait(ctx context.Context, patience time.Duration, waiting func(time.Duration, WaitReason)) (uint64, error) {
	if err := put(ctx, b.turn); err != nil {
		return 0, b.held(err)
	}
	defer func() { <-b.turn }()
	var told WaitReason
	for {
		b.mu.Lock()
		now := time.Now()
		d, reason := b.rate.delay(now)
		if d <= 0 {
			seq := b.rate.take(now)
			b.mu.Unlock()
			return seq, nil
		}
		b.mu.Unlock()
		if patience > 0 && reason == WaitRefused && d > patience {
			return 0, b.held(nil)
		}
		if reason != told {
			told = reason
			waiting(known(d), reason)
		}
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-b.wake:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return 0, b.held(ctx.Err())
		}
	}
}

func (b *budget) release(seq uint64, a answer, resp *http.Response) {
	b.mu.Lock()
	b.rate.done(time.Now(), seq, a)
	if a.status == http.StatusTooManyRequests {
		b.refusal = copyAnswer(resp) //nolint:bodyclose // it is in memory
	}
	b.mu.Unlock()
	<-b.places
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// resting reports whether the server is to be left alone for now.
func (b *budget) resting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	return b.rate.heldUntil.After(now) || b.rate.quota.usedUp(now)
}

func (b *budget) state() LimitState {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rate.state(time.Now())
}

func known(d time.Duration) time.Duration {
	if d == untilAnswered {
		return 0
	}
	return d
}

func put(ctx context.Context, c chan<- struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
