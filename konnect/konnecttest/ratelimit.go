package konnecttest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// rateLimit is how many requests a token may make a second; 0 is no limit.
type rateLimit struct {
	perSecond int
	headers   bool
}

// limiter counts requests in windows that begin with each second of the clock.
type limiter struct {
	mu      sync.Mutex
	limit   rateLimit
	windows map[*caller]*window
}

type window struct {
	second int64
	count  int
}

func newLimiter(limit rateLimit) *limiter {
	return &limiter{limit: limit, windows: map[*caller]*window{}}
}

func (l *limiter) admit(who *caller, now time.Time) (http.Header, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit.perSecond <= 0 {
		return nil, true
	}
	w := l.windows[who]
	if w == nil {
		w = &window{}
		l.windows[who] = w
	}
	if now.Unix() > w.second { // a late request counts among those of the window that is open
		*w = window{second: now.Unix()}
	}
	w.count++
	allowed := w.count <= l.limit.perSecond
	if !l.limit.headers {
		return nil, allowed
	}
	limit, left := strconv.Itoa(l.limit.perSecond), strconv.Itoa(max(l.limit.perSecond-w.count, 0))
	header := http.Header{}
	header.Set("RateLimit-Limit", limit)
	header.Set("RateLimit-Remaining", left)
	header.Set("RateLimit-Reset", "1")
	header.Set("X-RateLimit-Limit-Second", limit)
	header.Set("X-RateLimit-Remaining-Second", left)
	if !allowed {
		header.Set("Retry-After", "1")
	}
	return header, allowed
}

func (l *limiter) set(limit rateLimit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit = limit
	clear(l.windows)
}

// SetRateLimit changes the limit of WithRateLimit; 0 lifts it.
func (s *Server) SetRateLimit(n int, headers bool) {
	s.faults.limiter.set(rateLimit{perSecond: n, headers: headers})
}
