package transport

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// retries decides for one request whether it is sent again, and when.
type retries struct {
	cfg      Retry
	failures int
	refusals int
	spent    time.Duration
	backoff  *backoff.ExponentialBackOff
}

// next returns how long to wait before the next attempt. After a 429 that is nothing: the rate budget makes
// the request wait together with all others.
func (r *retries) next(method string, out *outcome) (wait time.Duration, reason WaitReason, again bool) {
	if out.final || !repeatable(method, out) {
		return 0, "", false
	}
	if out.status() == http.StatusTooManyRequests {
		r.refusals++
		return 0, "", r.refusals <= r.cfg.MaxRefusals
	}
	most := r.cfg.MaxAttempts
	if out.unresolved {
		most = min(most, unresolvedAttempts)
	}
	if r.failures++; r.failures >= most {
		return 0, "", false
	}
	r.spent += out.took
	if out.retryAfter > 0 {
		return out.retryAfter, WaitRetryAfter, true
	}
	if r.backoff == nil {
		r.backoff = backoff.NewExponentialBackOff(
			backoff.WithInitialInterval(r.cfg.InitialInterval),
			backoff.WithMaxInterval(r.cfg.MaxInterval),
			backoff.WithMultiplier(2),
			backoff.WithMaxElapsedTime(0), // counted here, because waits for Retry-After do not count
		)
	}
	wait = r.backoff.NextBackOff()
	r.spent += wait
	return wait, WaitBackoff, r.spent <= r.cfg.MaxElapsed
}

// unresolvedAttempts is how often a host name is looked up that does not resolve: it is probably wrong.
const unresolvedAttempts = 2

// isWrongServer reports whether what answers is not the server that was meant, which does not pass.
func isWrongServer(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	return noTLS || errors.Is(err, http.ErrSchemeMismatch)
}

// incomplete says why a success is none: where the caller accepts JSON alone, something else comes from somebody
// in between, or is cut short. An answer may be empty where nothing was to be read.
func (c *call) incomplete(resp *http.Response, body []byte) error {
	wanted := c.req.Header.Get("Accept") == "application/json" && resp.StatusCode/100 == 2
	switch {
	case !wanted, c.method == http.MethodHead, len(body) == 0 && c.method != http.MethodGet:
		return nil
	case !strings.Contains(resp.Header.Get("Content-Type"), "json"):
		return errors.New("the answer is not json, so it is not konnect's")
	case !json.Valid(body):
		return errors.New("the answer is cut short, or no json")
	}
	return nil
}

// repeatable knows idempotency: what may have been applied is sent again only if twice is the same as once.
func repeatable(method string, out *outcome) bool {
	if out.status() == http.StatusTooManyRequests || (out.err != nil && !out.sent) {
		return true
	}
	return idempotent(method) && (out.err != nil || slices.Contains([]int{
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, out.status()))
}

func idempotent(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete}, method)
}
