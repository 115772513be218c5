package crd

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what secret values show in any output meant for people.
const Redacted = "[redacted]"

// SecretString holds a secret, such as an API token. It is written in clear to
// JSON and YAML, because a cluster needs it there; every fmt verb and slog show
// "[redacted]" instead.
type SecretString string

// Reveal returns the secret in clear.
func (s SecretString) Reveal() string { return string(s) }

// String implements fmt.Stringer without showing the value.
func (s SecretString) String() string {
	if s == "" {
		return ""
	}
	return Redacted
}

// GoString implements fmt.GoStringer without showing the value.
func (s SecretString) GoString() string { return fmt.Sprintf("%q", s.String()) }

// Format implements fmt.Formatter, so that verbs such as %x and %q are covered too.
func (s SecretString) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// LogValue implements slog.LogValuer.
func (s SecretString) LogValue() slog.Value { return slog.StringValue(s.String()) }
