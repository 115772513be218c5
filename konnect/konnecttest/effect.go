package konnecttest

import (
	"fmt"
	"math"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// Effect is what a fault does to a request. The zero Effect does nothing.
type Effect struct {
	name     string
	delay    time.Duration
	answer   func(*call) *failure // in place of the true answer
	applied  bool                 // the request is carried out although its answer is not sent
	rewrite  func(body []byte) []byte
	delivery delivery
}

func (e Effect) onlyDelays() bool {
	return e.answer == nil && e.rewrite == nil && e.delivery == deliverWhole
}

// Delay makes the server wait before it carries the request out.
func Delay(d time.Duration) Effect { return Effect{name: "delay", delay: d} }

// TooManyRequests answers 429 without carrying the request out. RetryAfter, rounded up to
// seconds, goes into the header of that name; 0 leaves the header out.
func TooManyRequests(retryAfter time.Duration) Effect {
	return Effect{name: "429", answer: func(*call) *failure {
		return withRetryAfter(rateLimited(), strconv.Itoa(int(math.Ceil(retryAfter.Seconds()))), retryAfter)
	}}
}

// TooManyRequestsUntil is TooManyRequests with an HTTP date in the header, counted from
// the server's clock.
func TooManyRequestsUntil(retryAfter time.Duration) Effect {
	return Effect{name: "429", answer: func(c *call) *failure {
		return withRetryAfter(rateLimited(), roundUp(c.now.at.Add(retryAfter)).UTC().Format(http.TimeFormat), retryAfter)
	}}
}

// roundUp keeps a date in whole seconds from coming too early.
func roundUp(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }

func withRetryAfter(f *failure, value string, retryAfter time.Duration) *failure {
	if retryAfter > 0 {
		f.header = http.Header{"Retry-After": {value}}
	}
	return f
}

// FailBefore answers with a status such as 503 without carrying the request out.
func FailBefore(status int) Effect {
	return Effect{name: fmt.Sprintf("%d before applying", status), answer: faultAnswer(status)}
}

// FailAfter carries the request out and answers with a status such as 500 all the same.
func FailAfter(status int) Effect {
	return Effect{name: fmt.Sprintf("%d after applying", status), answer: faultAnswer(status), applied: true}
}

func faultAnswer(status int) func(*call) *failure {
	return func(c *call) *failure { return serverFault(c.family, status) }
}

// Answer gives a fixed answer without carrying the request out.
func Answer(status int, contentType, body string) Effect {
	return AnswerWith(status, nil, contentType, body)
}

// AnswerWith is Answer with further headers, such as a Retry-After that nobody means.
func AnswerWith(status int, header http.Header, contentType, body string) Effect {
	return Effect{name: "fixed answer", answer: func(*call) *failure {
		return &failure{status: status, header: header.Clone(), contentType: contentType, body: []byte(body)}
	}}
}

// LoseResponse carries the request out and closes the connection without an answer.
// Go's client repeats a GET on its own when a reused connection is closed. A server that is
// called as a handler, without a network, panics with [http.ErrAbortHandler] instead; so do
// Truncate and Reset.
func LoseResponse() Effect { return Effect{name: "lose response", delivery: deliverClose} }

// Rewrite carries the request out and sends what change makes of the answer's body, as the
// whole answer: a list without its data, say, or with the ID of another entity. change may
// be called by several requests at once.
func Rewrite(change func(body []byte) []byte) Effect { return Effect{name: "rewrite", rewrite: change} }

// CutShort carries the request out and sends half of the answer as if it were the whole:
// unlike with Truncate, the Content-Length header does not show it.
func CutShort() Effect {
	return Effect{name: "cut short", rewrite: func(body []byte) []byte { return body[:len(body)/2] }}
}

// Truncate carries the request out and sends only half of the body that the
// Content-Length header announces. An answer without a body arrives as it is.
func Truncate() Effect { return Effect{name: "truncate", delivery: deliverHalf} }

// Reset resets the connection without carrying the request out.
func Reset() Effect {
	return Effect{name: "reset", delivery: deliverReset, answer: func(*call) *failure {
		return &failure{contentType: contentJSON}
	}}
}

// pathMatches implements the patterns of Fault.Path.
func pathMatches(pattern, name string) bool {
	return segmentsMatch(segments(pattern), segments(name), globMatches)
}

func segments(name string) []string { return strings.Split(strings.Trim(name, "/"), "/") }

func globMatches(glob, segment string) bool {
	ok, err := path.Match(glob, segment)
	return err == nil && ok
}

func segmentsMatch(pattern, segments []string, match func(glob, segment string) bool) bool {
	for i, want := range pattern {
		if want == "**" {
			for skip := range len(segments) - i + 1 {
				if segmentsMatch(pattern[i+1:], segments[i+skip:], match) {
					return true
				}
			}
			return false
		}
		if i >= len(segments) || !match(want, segments[i]) {
			return false
		}
	}
	return len(pattern) == len(segments)
}
