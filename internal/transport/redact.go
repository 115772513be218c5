package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const redactedText = "[redacted]"

// ErrToken marks a token that could not be had or cannot be sent. Nothing was sent.
var ErrToken = errors.New("no usable token")

// konnectToken is the shape of Konnect's own tokens, for texts written before we know the token.
var konnectToken = regexp.MustCompile(`\b[ks]pat_[A-Za-z0-9_-]+`)

func (t *Transport) token(ctx context.Context) (string, error) {
	token, err := t.cfg.Token(ctx)
	if err != nil {
		err = redactorFor(token).err(err)
		if text := err.Error(); konnectToken.MatchString(text) {
			err = hide(err, konnectToken.ReplaceAllString(text, redactedText))
		}
		return "", fmt.Errorf("%w: %w", ErrToken, err)
	}
	if token == "" {
		return "", fmt.Errorf("%w: the token is empty", ErrToken)
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return "", fmt.Errorf("%w: the token contains a space, a line break or another character that a header cannot hold", ErrToken)
		}
	}
	return token, nil
}

// redactor holds the spellings of one secret that an echo of it may have. It is never stored.
type redactor []string

func redactorFor(token string) redactor {
	if token == "" {
		return nil
	}
	r := redactor{token}
	add := func(s string) {
		if !slices.Contains(r, s) {
			r = append(r, s)
		}
	}
	add(url.QueryEscape(token))
	add(url.PathEscape(token))
	if strings.ContainsAny(token, `"\<>&`) {
		quoted, _ := json.Marshal(token) // a string always marshals
		add(strings.Trim(string(quoted), `"`))
	}
	return r
}

func (r redactor) string(s string) string {
	for _, secret := range r {
		s = strings.ReplaceAll(s, secret, redactedText)
	}
	return s
}

func (r redactor) header(h http.Header) {
	for _, values := range h {
		for i, v := range values {
			values[i] = r.string(v)
		}
	}
}

func (r redactor) err(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := r.string(text); clean != text {
		return hide(err, clean)
	}
	return err
}

// hide gives err another text and cuts it off, because whoever unwraps it would see the old text;
// only the two context errors stay recognisable.
func hide(err error, text string) error {
	for _, keep := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, keep) {
			return &hiddenError{text: text, cause: keep}
		}
	}
	return errors.New(text)
}

type hiddenError struct {
	text  string
	cause error
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.cause }
