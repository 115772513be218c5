package transport

import (
	"context"
	"sync"
	"time"
)

// budget makes requests wait, in the order of their arrival, for a place among those under way and then
// for the rate. Only the one in front looks at the clock.
type budget struct {
	places chan struct{}
	turn   chan struct{}
	wake   chan struct{} // an answer came: the one in front looks again

	mu   sync.Mutex
	rate rate
}

func newBudget(maxConcurrency int) *budget {
	return &budget{
		places: make(chan struct{}, maxConcurrency),
		turn:   make(chan struct{}, 1),
		wake:   make(chan struct{}, 1),
		rate:   newRate(maxConcurrency),
	}
}

// acquire returns the request's number for release. It calls waiting before it waits for the rate,
// again whenever the reason changes; the duration is 0 when it depends on another request's answer.
func (b *budget) acquire(ctx context.Context, waiting func(time.Duration, WaitReason)) (uint64, error) {
	if err := put(ctx, b.places); err != nil {
		return 0, err
	}
	seq, err := b.wait(ctx, waiting)
	if err != nil {
		<-b.places
	}
	return seq, err
}

func (b *budget) wait(ctx context.Context, waiting func(time.Duration, WaitReason)) (uint64, error) {
	if err := put(ctx, b.turn); err != nil {
		return 0, err
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
			return 0, ctx.Err()
		}
	}
}

func (b *budget) release(seq uint64, a answer) {
	b.mu.Lock()
	b.rate.done(time.Now(), seq, a)
	b.mu.Unlock()
	<-b.places
	select {
	case b.wake <- struct{}{}:
	default:
	}
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
