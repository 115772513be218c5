package transport

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// budget makes requests wait, in the order of their arrival, for a place among those under way and for the rate.
//
// A process that waits should sleep. Requests that wait only to keep the pace are let go in small groups, so that it
// wakes once for a group, and once for their answers; and a request wakes when it may go, not when its turn comes.
type budget struct {
	places int

	mu      sync.Mutex
	rate    rate
	refusal *http.Response // the last one
	queue   []*waiter
	timer   *time.Timer // looks at the queue again; nil for none
	fires   time.Time
	looks   int // how often the rate was asked, for tests
}

// waiter is a request that waits. Its channel has room for what it is told.
type waiter struct {
	patience time.Duration
	told     WaitReason
	turns    chan turn
}

// turn is what a waiter is told: that it may go, that it will not, or why it has to wait.
type turn struct {
	seq    uint64
	err    error
	wait   time.Duration
	reason WaitReason // of a wait
}

func newBudget(maxConcurrency int) *budget {
	return &budget{places: maxConcurrency, rate: newRate(maxConcurrency)}
}

// acquire returns the request's number for release. It calls waiting before it waits for the rate, again whenever
// the reason changes, but not to keep the pace for less than a tick; the duration is 0 when it depends on another
// request's answer. With a patience it does not wait for longer because of a refusal. The error is a *heldError.
func (b *budget) acquire(ctx context.Context, patience time.Duration, waiting func(time.Duration, WaitReason)) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, b.held(err)
	}
	w := &waiter{patience: patience, turns: make(chan turn, 1)}
	b.mu.Lock()
	b.queue = append(b.queue, w)
	if len(b.queue) == 1 || patience > 0 {
		b.look()
	}
	b.mu.Unlock()
	for {
		select {
		case t := <-w.turns:
			if t.reason == "" {
				return t.seq, t.err
			}
			waiting(known(t.wait), t.reason)
		case <-ctx.Done():
			b.leave(w)
			return 0, b.held(ctx.Err())
		}
	}
}

// leave takes out a waiter, who may have been let go meanwhile.
func (b *budget) leave(w *waiter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	} else if t := <-w.turns; t.err == nil { // whoever leaves the queue is told why
		b.rate.done(time.Now(), t.seq, answer{})
	}
	b.look()
}

func (b *budget) release(seq uint64, a answer, resp *http.Response) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rate.done(time.Now(), seq, a)
	if a.status == http.StatusTooManyRequests {
		b.refusal = copyAnswer(resp) //nolint:bodyclose // it is in memory
	}
	if now := time.Now(); b.timer == nil || b.fires.Sub(now) > b.rate.tick(now) {
		b.look()
	}
}

// look lets go all that may, and says when to look again; the caller locks.
func (b *budget) look() {
	b.stop()
	for len(b.queue) > 0 && b.rate.underWay < b.places {
		now := time.Now()
		b.looks++
		wait, reason := b.rate.delay(now)
		if wait <= 0 {
			b.tell(b.queue[0], turn{seq: b.rate.take(now)})
			b.queue = slices.Delete(b.queue, 0, 1)
			continue
		}
		if reason == WaitRefused && b.dismiss(wait) {
			continue
		}
		if reason == WaitPace {
			wait = max(wait, b.rate.tick(now))
		}
		if w := b.queue[0]; w.told != reason && (reason != WaitPace || wait > longestTick) {
			w.told = reason
			b.tell(w, turn{wait: wait, reason: reason})
		}
		if wait != untilAnswered {
			b.fires, b.timer = now.Add(wait), time.AfterFunc(wait, b.lookAgain)
		}
		return
	}
}

// dismiss takes out all that have no patience for a pause, and reports whether there were any.
func (b *budget) dismiss(pause time.Duration) bool {
	before := len(b.queue)
	b.queue = slices.DeleteFunc(b.queue, func(w *waiter) bool {
		if w.patience == 0 || pause <= w.patience {
			return false
		}
		b.tell(w, turn{err: b.heldNow(nil)})
		return true
	})
	return len(b.queue) < before
}

// tell replaces what the waiter has not heard yet.
func (b *budget) tell(w *waiter, t turn) {
	select {
	case <-w.turns:
	default:
	}
	w.turns <- t
}

func (b *budget) lookAgain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.look()
}

func (b *budget) stop() {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
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
