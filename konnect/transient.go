package konnect

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/konnectkit/konnectkit/resolve"
)

// IsTransient reports whether err, of a call or of a Change, may pass by itself:
// Konnect could not be reached, failed, or asked for patience, or objects could not
// be looked up. So may a call whose context was canceled or ran out, which says nothing
// of Konnect or the objects: what it left undone the next call does. Of joined errors one
// is enough. All others last until an object, or
// what Konnect holds, is changed.
func IsTransient(err error) bool {
	if apiErr, ok := errors.AsType[*APIError](err); ok && isPassing(apiErr.Status) {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*resolve.LookupError](err); ok {
		return true
	}
	for _, passing := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

func isPassing(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// RetryAfter returns how long Konnect asked to wait before the next call; 0 when it
// did not.
func RetryAfter(err error) time.Duration {
	if apiErr, ok := errors.AsType[*APIError](err); ok {
		return apiErr.RetryAfter
	}
	return 0
}
