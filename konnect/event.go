package konnect

import (
	"fmt"
	"time"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// Event tells an observer how a call gets on. It is one of RequestEvent,
// WaitEvent and ProgressEvent; String is fit for a log line. No event holds a
// secret.
type Event interface {
	fmt.Stringer
	event()
}

// RequestEvent is one attempt of one HTTP request.
type RequestEvent struct {
	// Method and Path of the request, without host and query.
	Method, Path string
	// Status of the answer; 0 when there was none.
	Status int
	// Attempt counts from 1.
	Attempt int
	// Duration of the attempt.
	Duration time.Duration
	// Err is set when there was no answer.
	Err error
}

// String implements Event.
func (e RequestEvent) String() string {
	if e.Err != nil {
		return printable.Sprintf("%s %s: %v (attempt %d)", e.Method, e.Path, e.Err, e.Attempt)
	}
	return printable.Sprintf("%s %s: %d in %s (attempt %d)", e.Method, e.Path, e.Status, e.Duration.Round(time.Millisecond), e.Attempt)
}

// WaitEvent is a pause of at least 100 ms that the rate budget or a retry makes.
type WaitEvent struct {
	// Method and Path of the request that waits.
	Method, Path string
	// Reason is pace, quota, refused or probe where the rate budget makes the
	// request wait, and retry-after or backoff where its last attempt failed.
	Reason string
	// Duration of the pause, as far as it is known; 0 while it depends on the answer
	// to another request.
	Duration time.Duration
}

// String implements Event.
func (e WaitEvent) String() string {
	return printable.Sprintf("%s %s: wait %s: %s", e.Method, e.Path, e.Duration.Round(time.Millisecond), e.Reason)
}

// ProgressEvent says that one object is finished.
type ProgressEvent struct {
	// Done and Total count objects and pruned entities.
	Done, Total int
	// Change of the object that was finished.
	Change Change
}

// String implements Event.
func (e ProgressEvent) String() string {
	return printable.Sprintf("%d/%d %s %s", e.Done, e.Total, e.Change.Action, e.Change.Key)
}

func (RequestEvent) event()  {}
func (WaitEvent) event()     {}
func (ProgressEvent) event() {}
