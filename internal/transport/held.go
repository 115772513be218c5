package transport

import (
	"fmt"
	"net/http"
	"time"
)

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

// held says what a request has waited for.
func (b *budget) held(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.heldNow(err)
}

// heldNow is held for a caller that locks.
func (b *budget) heldNow(err error) error {
	now := time.Now()
	if left := b.rate.heldUntil.Sub(now); left > 0 {
		return &heldError{err, "after an answer 429 the server is left alone for another " + left.Round(time.Millisecond).String(), b.refusal}
	}
	if q := b.rate.quota; q.usedUp(now) {
		return &heldError{err, fmt.Sprintf("the quota of %.0f requests is used up for another %s", q.limit, q.resetAt.Sub(now).Round(time.Millisecond)), nil}
	}
	return &heldError{err: err}
}
