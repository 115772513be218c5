package konnecttest

import "time"

// Lag is how long a change takes to reach all of Konnect: until so many further
// requests have come in, and until so much time has passed, whichever is later. The
// count makes tests independent of timing. The zero Lag is none.
type Lag struct {
	Requests int
	Duration time.Duration
}

// moment is a point in the life of the server, in both measures of a Lag.
type moment struct {
	request int64
	at      time.Time
}

// holds reports whether a change made then is still under way now.
func (l Lag) holds(then, now moment) bool {
	if l.Requests > 0 && now.request-then.request <= int64(l.Requests) {
		return true
	}
	return l.Duration > 0 && now.at.Sub(then.at) < l.Duration
}
