package transport

import (
	"math"
	"time"
)

// rate decides when the next request may go. It is pure: time comes in as an argument, and the caller locks.
//
// It starts fast and doubles until the server refuses a request (429) or announces a limit. An announced quota is
// followed; otherwise the pace rises additively and falls multiplicatively, once for each burst of refusals.
// After a refusal nothing goes for as long as Retry-After says (without one: a growing pause), then one request
// probes before the others follow.
type rate struct {
	burst    float64 // requests at once, at the start
	pace     float64 // requests per second
	heard    bool    // the first burst has an answer
	limited  bool    // refused or told a limit, ever
	last     time.Time
	seq      uint64 // number of the last request let through
	underWay int

	heldUntil time.Time
	pause     time.Duration // the next one, should a refusal name none
	probing   bool
	probe     uint64 // number of the probe under way

	ceiling float64 // pace at which requests were refused last
	cutSeq  uint64  // requests up to this one belong to a burst already answered
	calm    bool    // accepted something since the last cut

	accepted meter
	quota    quota
}

const (
	startPace   = 400.0
	startBurst  = 10
	startGrowth = 40.0   // per accepted request: doubles the pace about every 20 ms while it is used
	unpaced     = 20_000 // at this pace and beyond nothing is spread out
	minPace     = 0.5
	cutTo       = 0.85
	growth      = 0.02                  // of the ceiling, per second
	probeBeyond = 1.1                   // above this share of the ceiling it no longer tells much,
	fastGrowth  = 0.25                  // and the pace grows by this share of itself per second
	slack       = 20 * time.Millisecond // lateness that may be caught up
	// A group is smaller than the share of a second's quota that is left for requests that travel at different
	// speeds, so that it does no harm at the end of a window; nor does it take all places.
	longestTick   = 40 * time.Millisecond
	groupSize     = 8
	firstPause    = 250 * time.Millisecond
	longestPause  = 15 * time.Second
	untilAnswered = time.Duration(math.MaxInt64) // wait for another request's answer
)

func newRate(maxConcurrency int) rate {
	return rate{burst: min(float64(maxConcurrency), startBurst), pace: startPace, pause: firstPause, calm: true}
}

// delay returns how long the next request must wait; 0 means it may go now.
func (r *rate) delay(now time.Time) (time.Duration, WaitReason) {
	held, spent := r.heldUntil.Sub(now), r.quota.spent(now, r.seq)
	switch {
	case spent > 0 && spent >= held:
		return spent, WaitQuota
	case held > 0:
		return held, WaitRefused
	case r.probing && r.probe != 0, !r.heard && r.seq >= uint64(r.burst):
		return untilAnswered, WaitProbe
	}
	if r.quota.opened == r.seq && r.seq > 0 && !r.quota.short() {
		r.probing = true // the first in a window that we only believe to be open
	}
	if d := r.due(now).Sub(now); d > 0 {
		return d, WaitPace
	}
	return 0, ""
}

// due is when the next request should go to keep the pace. It may lie in the past, but only so far
// as a burst may make up for.
func (r *rate) due(now time.Time) time.Time {
	every := r.interval(now)
	lag := r.tick(now) + slack
	if !r.limited {
		lag = time.Duration((r.burst - 1) * float64(every))
	}
	due := r.last.Add(every)
	if oldest := now.Add(-lag); due.Before(oldest) {
		return oldest
	}
	return due
}

// tick is how long the first of a group waits for the others, where a limit is known to be kept.
func (r *rate) tick(now time.Time) time.Duration {
	if !r.limited {
		return 0
	}
	return min(longestTick, groupSize*r.interval(now))
}

func (r *rate) interval(now time.Time) time.Duration {
	every := r.quota.interval(now)
	if r.pace < unpaced {
		every = max(every, seconds(1/r.pace))
	}
	return every
}

// take lets one request go and returns its number.
func (r *rate) take(now time.Time) uint64 {
	r.last = r.due(now)
	r.seq++
	r.underWay++
	r.quota.left--
	if r.probing {
		r.probe = r.seq
	}
	return r.seq
}

// answer is what the controller needs to know of an answer; status 0 means there was none.
type answer struct {
	status     int
	took       time.Duration
	retryAfter time.Duration
	limits     limits
}

func (r *rate) done(now time.Time, seq uint64, a answer) {
	r.underWay--
	r.heard = true
	if r.probe == seq {
		r.probe = 0
	}
	if a.status == 0 {
		return
	}
	if a.limits.ok {
		if !r.limited {
			r.limited, r.pace = true, unpaced // the quota sets the pace from here on
		}
		r.quota.learn(now, a.limits, answered{seq, r.seq, r.underWay, a.took})
	}
	if a.status == 429 {
		r.refused(now, seq, a.retryAfter)
		return
	}
	r.accepted.add(now)
	if seq > r.cutSeq {
		r.calm, r.probing, r.pause = true, false, firstPause
	}
	if a.status < 500 {
		r.grow()
	}
}

func (r *rate) refused(now time.Time, seq uint64, retryAfter time.Duration) {
	stale := seq <= r.cutSeq
	if retryAfter == 0 {
		if stale {
			return
		}
		retryAfter, r.pause = r.pause, min(2*r.pause, longestPause)
	}
	if until := now.Add(retryAfter); until.After(r.heldUntil) {
		r.heldUntil = until
	}
	r.probing = true
	if stale || !r.calm {
		return
	}
	r.cutSeq, r.calm = r.seq, false
	r.cut(now)
}

func (r *rate) cut(now time.Time) {
	if r.quota.known && !r.quota.short() {
		return // its account and the pause say enough
	}
	base := r.pace
	if !r.limited { // far too fast by now: what was accepted is the better measure, if there was enough of it
		base = min(base, max(r.accepted.perSecond(now), startBurst))
	}
	if r.quota.known {
		base = min(base, r.quota.perSecond())
	}
	r.limited = true
	r.ceiling = max(base, minPace)
	r.pace = max(cutTo*base, minPace)
}

func (r *rate) grow() {
	switch {
	case r.pace >= unpaced:
	case !r.limited:
		r.pace += startGrowth
	case r.pace > probeBeyond*r.ceiling:
		r.pace += fastGrowth
	default:
		r.pace += growth * r.ceiling / r.pace
	}
}

func (r *rate) state(now time.Time) LimitState {
	s := LimitState{Limited: r.limited, Held: max(0, r.heldUntil.Sub(now))}
	if every := r.interval(now); every > 0 {
		s.PerSecond = 1 / every.Seconds()
	}
	if r.quota.known {
		s.Quota, s.Remaining = int(r.quota.limit), int(max(0, r.quota.left))
	}
	return s
}

// meter counts what was accepted within about the last second.
type meter struct {
	start           time.Time
	current, before float64
}

func (m *meter) add(now time.Time) {
	m.roll(now)
	m.current++
}

func (m *meter) roll(now time.Time) {
	switch n := now.Sub(m.start) / time.Second; {
	case n == 1:
		m.start, m.before, m.current = m.start.Add(time.Second), m.current, 0
	case n > 1:
		m.start, m.before, m.current = now, 0, 0
	}
}

func (m *meter) perSecond(now time.Time) float64 {
	m.roll(now)
	return m.current + m.before*(1-now.Sub(m.start).Seconds())
}
