package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limits is what an answer's headers say of the quota. Missing parts are negative; none at all is !ok.
type limits struct {
	ok        bool
	limit     float64
	remaining float64
	window    time.Duration // 0: not said
	reset     time.Duration
}

// Keys are in the canonical spelling of net/http, so that reading them allocates nothing.
const (
	keyPolicy     = "Ratelimit-Policy"
	keyLimit      = "Ratelimit-Limit"
	keyRemaining  = "Ratelimit-Remaining"
	keyReset      = "Ratelimit-Reset"
	epochMinimum  = 1e9 // a larger Reset is a point in time
	noNumber      = -1
	keyXLimit     = "X-Ratelimit-Limit"
	keyXRemaining = "X-Ratelimit-Remaining"
	keyXReset     = "X-Ratelimit-Reset"
)

// readLimits reads RateLimit-{Limit,Remaining,Reset}, the same with X- in front, and Kong's
// X-RateLimit-{Limit,Remaining}-{Second,Minute,Hour,Day}, of which the strictest counts.
func readLimits(h http.Header, now time.Time) limits {
	l := limits{limit: noNumber, remaining: noNumber, reset: noNumber}
	l.limit, l.window = leading(first(h, keyLimit, keyXLimit))
	l.remaining, _ = leading(first(h, keyRemaining, keyXRemaining))
	if _, w := leading(first(h, keyPolicy)); l.window == 0 {
		l.window = w
	}
	if reset, _ := leading(first(h, keyReset, keyXReset)); reset >= epochMinimum {
		l.reset = max(0, time.Unix(int64(reset), 0).Sub(serverTime(h, now)))
	} else if reset >= 0 {
		l.reset = seconds(reset)
	}
	perWindow(h, &l)
	l.ok = l.limit > 0 || l.remaining >= 0
	return l
}

func perWindow(h http.Header, l *limits) {
	strictest := 0.0
	for _, u := range [...]struct {
		limit, remaining string
		window           time.Duration
	}{
		{"X-Ratelimit-Limit-Second", "X-Ratelimit-Remaining-Second", time.Second},
		{"X-Ratelimit-Limit-Minute", "X-Ratelimit-Remaining-Minute", time.Minute},
		{"X-Ratelimit-Limit-Hour", "X-Ratelimit-Remaining-Hour", time.Hour},
		{"X-Ratelimit-Limit-Day", "X-Ratelimit-Remaining-Day", 24 * time.Hour},
	} {
		limit, _ := leading(first(h, u.limit))
		rate := limit / u.window.Seconds()
		if limit <= 0 || (strictest > 0 && rate >= strictest) {
			continue
		}
		strictest = rate
		l.limit, l.window = limit, u.window
		l.remaining, _ = leading(first(h, u.remaining))
	}
}

func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

func first(h http.Header, keys ...string) string {
	for _, k := range keys {
		if v := h[k]; len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// leading reads "50", "50, 50;w=1" or "50;w=1": the number in front and the window of the policy behind it.
func leading(s string) (number float64, window time.Duration) {
	if s == "" {
		return noNumber, 0
	}
	if i := strings.Index(s, "w="); i >= 0 {
		digits := s[i+2:]
		if end := strings.IndexAny(digits, ",; "); end >= 0 {
			digits = digits[:end]
		}
		if n, err := strconv.ParseFloat(digits, 64); err == nil {
			window = seconds(n)
		}
	}
	if end := strings.IndexAny(s, ",;"); end >= 0 {
		s = s[:end]
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(n >= 0) {
		return noNumber, window
	}
	return n, window
}
