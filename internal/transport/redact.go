package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/konnectkit/konnectkit/internal/printable"
)

const redactedText = "[redacted]"

// ErrToken marks a token that could not be had or cannot be sent. Nothing was sent.
var ErrToken = errors.New("no usable token")

func (t *Transport) token(ctx context.Context) (string, error) {
	token, err := t.cfg.Token(ctx)
	if err != nil {
		err = redactorFor(token).err(err)
		if text := err.Error(); printable.HoldsToken(text) { // one that we do not know
			err = hide(err, printable.Redact(text))
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

// redactor leaves a secret out of texts, however it is spelled there. It is never stored.
type redactor string

func redactorFor(token string) redactor { return redactor(token) }

// string replaces each spelling of the secret.
func (r redactor) string(s string) string {
	switch {
	case r == "":
		return s
	case !strings.ContainsAny(s, `\%`):
		return strings.ReplaceAll(s, string(r), redactedText)
	}
	var out strings.Builder
	starts, done := string(r[0])+`\%`, 0
	for i := strings.IndexAny(s, starts); i < len(s); {
		n := spelled(s[i:], string(r))
		if n > 0 {
			out.WriteString(s[done:i] + redactedText)
			done = i + n
		}
		i += max(n, 1)
		next := strings.IndexAny(s[i:], starts)
		if next < 0 {
			break
		}
		i += next
	}
	if done == 0 {
		return s
	}
	return out.String() + s[done:]
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
