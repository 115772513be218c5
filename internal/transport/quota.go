package transport

import (
	"math"
	"time"
)

// quota is a budget that the server announces by headers, and our running account of it.
// It assumes nothing on how the windows lie: the server's count overrides ours with every answer.
type quota struct {
	known   bool
	limit   float64
	window  time.Duration
	left    float64       // by our count: what was reported, less what was sent since
	said    float64       // reported last
	resetAt time.Time     // the earliest bound we know for the end of the window
	opened  uint64        // the last request before the window that we opened by our own clock
	travel  time.Duration // shortest time from request to answer
}

const (
	// shortWindow and below are paced evenly: their ends are announced too coarsely to fill them in bursts.
	shortWindow = 2 * time.Second
	// longReserve of a longer window is spread over what is left of it, and longInterval apart at most;
	// the rest is spent freely, so that a small batch does not wait.
	longReserve  = 0.1
	longInterval = time.Second
	// quotaShare of a short window is used. The rest is room for requests that travel slower than others.
	quotaShare = 0.95
)

// answered places an answer among the requests.
type answered struct {
	seq      uint64 // number of the request
	last     uint64 // number of the last request let through
	underWay int    // requests without an answer
	took     time.Duration
}

// learn takes an answer's headers.
func (q *quota) learn(now time.Time, l limits, a answered) {
	if !q.known {
		*q = quota{known: true, left: math.Inf(-1), said: math.Inf(-1), window: time.Second, travel: a.took}
	}
	q.travel = min(q.travel, a.took)
	if l.window > 0 {
		q.window = l.window
	} else if l.reset > q.window { // at its start a window's reset is its length
		q.window = l.reset.Round(time.Second)
	}
	q.limit = max(l.limit, 1)
	if l.limit <= 0 {
		q.limit = max(q.limit, l.remaining+1)
	}
	if l.remaining < 0 {
		l.remaining = q.limit
	}
	q.left = max(q.left, l.remaining-float64(a.last-a.seq))
	if a.seq <= q.opened {
		return // it tells of the window before
	}
	q.left = min(q.left, l.remaining)
	reset := l.reset
	switch {
	case reset < 0: // not said
		reset = q.window
	case reset == 0: // rounded down
		reset = time.Second
	}
	// Rounded up as it mostly is, each reset bounds the end from above; the least one of a window is the best.
	// More remaining than answers in another order explain: a new window.
	if end := now.Add(reset); l.remaining > q.said+float64(a.underWay) || end.Before(q.resetAt) {
		q.resetAt = end
	}
	q.said = l.remaining
}

// interval is the distance to keep between requests.
func (q *quota) interval(now time.Time) time.Duration {
	switch {
	case !q.known:
		return 0
	case q.short():
		return seconds(1 / q.perSecond())
	case q.left > longReserve*q.limit:
		return 0
	default:
		return min(time.Duration(float64(q.resetAt.Sub(now))/max(q.left, 1)), longInterval)
	}
}

func (q *quota) short() bool { return q.known && q.window <= shortWindow }

func (q *quota) perSecond() float64 { return quotaShare * q.limit / q.window.Seconds() }

// usedUp reports whether nothing is left of a window that has not ended.
func (q *quota) usedUp(now time.Time) bool { return q.known && q.left < 1 && q.resetAt.After(now) }

// spent returns how long the next request must wait because the quota is used up. What is sent now arrives later,
// and the end was reckoned from an answer that took its time too: so a request may leave before the end.
// last is the number of the last request let through.
func (q *quota) spent(now time.Time, last uint64) time.Duration {
	if !q.known || q.left >= 1 {
		return 0
	}
	if early := q.resetAt.Add(-min(q.travel, q.window/2)); now.Before(early) {
		return early.Sub(now)
	}
	q.left, q.said, q.opened = q.limit, q.limit, last
	q.resetAt = q.resetAt.Add(q.window)
	if q.resetAt.Before(now) {
		q.resetAt = now.Add(q.window)
	}
	return 0
}
