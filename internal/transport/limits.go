package transport

import (
	"net/http"
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
	doubt     string // what is odd about them, in one line
}

// Keys are in the canonical spelling of net/http, so that reading them allocates nothing.
const (
	keyPolicy     = "Ratelimit-Policy"
	keyLimit      = "Ratelimit-Limit"
	keyRemaining  = "Ratelimit-Remaining"
	keyReset      = "Ratelimit-Reset"
	noNumber      = -1
	largest       = 1e9 // number that is believed
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
	longest := max(l.window, perWindow(h, &l))
	l.limit, l.remaining = min(l.limit, largest), min(l.remaining, largest)
	l.reset, l.doubt = readReset(h, longest, now)
	l.ok = l.limit > 0 || l.remaining >= 0
	return l
}

// perWindow returns the longest window that has a limit; the reset may be its.
func perWindow(h http.Header, l *limits) (longest time.Duration) {
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
		if limit > 0 {
			longest = u.window
		}
		if limit <= 0 || (strictest > 0 && rate >= strictest) {
			continue
		}
		strictest = rate
		l.limit, l.window = limit, u.window
		l.remaining, _ = leading(first(h, u.remaining))
	}
	return longest
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
		if n, err := parseNumber(digits); err == nil && seconds(n) <= believable {
			window = seconds(n)
		}
	}
	if end := strings.IndexAny(s, ",;"); end >= 0 {
		s = s[:end]
	}
	n, err := parseNumber(strings.TrimSpace(s))
	if err != nil || !(n >= 0) { // NaN too
		return noNumber, window
	}
	return n, window
}
