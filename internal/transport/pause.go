package transport

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Pauses that a header asks for are kept as far as they can be meant. What is longer than a day is an error of who
// sent it (milliseconds, a point in time, a number that ran over), and would stop a program for good.
const (
	believable = 24 * time.Hour
	// insteadOf a longer pause; what is no number or negative counts as not said.
	insteadOf = time.Minute
	// believableReset bounds the end of a window whose length nobody has announced.
	believableReset = time.Hour

	keyRetryAfter     = "Retry-After"
	epochMinimum      = 1e9 // a larger number is a point in time, in seconds
	epochMilliMinimum = 1e11
)

// RetryAfter is the pause that an answer asks for, in seconds or by a date; 0 means none. A date is measured from
// the answer's own Date, because our clock may differ from the server's. doubt says in one line what is odd about
// the header and what is made of it; it is empty for a proper one.
func RetryAfter(h http.Header, now time.Time) (pause time.Duration, doubt string) {
	value := strings.TrimSpace(h.Get(keyRetryAfter))
	if value == "" {
		return 0, ""
	}
	n, err := parseNumber(value)
	if err != nil {
		at, err := http.ParseTime(value)
		if err != nil {
			return 0, doubtful(keyRetryAfter, value, "is ignored")
		}
		if pause = until(at, h, now); pause > believable {
			return insteadOf, doubtful(keyRetryAfter, value, "is taken for "+insteadOf.String())
		}
		return pause, ""
	}
	pause, point := span(n, h, now)
	switch {
	case !(n >= 0): // NaN too
		return 0, doubtful(keyRetryAfter, value, "is ignored")
	case pause > believable:
		return insteadOf, doubtful(keyRetryAfter, value, "is taken for "+insteadOf.String())
	case point:
		return pause, doubtful(keyRetryAfter, value, "is taken for a point in time")
	}
	return pause, ""
}

// readReset is the time until a window ends, the longest of which takes window (0: not announced); negative where
// it is not said.
func readReset(h http.Header, window time.Duration, now time.Time) (reset time.Duration, doubt string) {
	value := first(h, keyReset, keyXReset)
	n, _ := leading(value)
	if n < 0 {
		if value != "" {
			return noNumber, doubtful("RateLimit-Reset", value, "is ignored")
		}
		return noNumber, ""
	}
	most, instead := believableReset, insteadOf
	if window > 0 {
		most, instead = window+time.Second, min(window, insteadOf) // rounded up
	}
	if reset, _ = span(n, h, now); reset > most {
		return instead, doubtful("RateLimit-Reset", value, "is taken for "+instead.String())
	}
	return reset, ""
}

// span is what a number of seconds, or a point in time in seconds or milliseconds since 1970, means from now on.
func span(n float64, h http.Header, now time.Time) (d time.Duration, point bool) {
	switch {
	case n >= epochMinimum*epochMilliMinimum: // no time at all
		return 2 * believable, false
	case n >= epochMilliMinimum:
		return until(time.UnixMilli(int64(n)), h, now), true
	case n >= epochMinimum:
		return until(time.Unix(int64(n), 0), h, now), true
	}
	return seconds(n), false
}

// until measures by the server's clock, unless that is far off itself.
func until(at time.Time, h http.Header, now time.Time) time.Duration {
	d := at.Sub(serverTime(h, now))
	if d > believable {
		d = at.Sub(now)
	}
	return max(0, d)
}

func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

// parseNumber takes a number that runs over for an infinite one.
func parseNumber(s string) (float64, error) {
	n, err := strconv.ParseFloat(s, 64)
	if errors.Is(err, strconv.ErrRange) {
		err = nil
	}
	return n, err
}

// seconds is n as a duration within [0, about 31 years].
func seconds(n float64) time.Duration {
	if !(n > 0) { // NaN too
		return 0
	}
	return time.Duration(min(n, 1e9) * float64(time.Second))
}

func doubtful(header, value, taken string) string {
	if len(value) > 40 {
		value = value[:40] + "…"
	}
	return fmt.Sprintf("%s %q cannot be meant and %s", header, value, taken)
}
