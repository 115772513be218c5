package konnect

import (
	"net/http"

	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/internal/transport"
)

// interruptedError is a request that was given up while an answer had it repeated, or
// wait for its turn.
type interruptedError struct {
	request *transport.Error
	last    *APIError
}

// Error returns one line.
func (e *interruptedError) Error() string {
	return printable.Sprintf("%v; the last answer was %s", e.request, e.last.reason())
}

// Unwrap implements the multiple form of errors.Unwrap.
func (e *interruptedError) Unwrap() []error { return []error{e.request, e.last} }

// withLastAnswer adds the answer that a failed request is about, if there is one.
func withLastAnswer(req *http.Request, failed *transport.Error) error {
	if failed.Answer == nil {
		return failed
	}
	return &interruptedError{failed, newAPIError(req, failed.Answer, failed.Attempts)}
}
