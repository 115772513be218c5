package deck

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// EncodeError holds all that keeps objects from being written as a decK file.
type EncodeError struct{ Problems []Problem }

// Problem is one thing that a decK file cannot say.
type Problem struct {
	// Key of the object; empty for the batch as a whole.
	Key crd.Key
	// Field is the path in the object; empty for the object as a whole.
	Field string
	// Message says what is wrong, without any value that may be a secret.
	Message string

	err error
}

// Error lists the problems, one a line.
func (e *EncodeError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the causes that are errors of their own, such as those of package resolve.
func (e *EncodeError) Unwrap() []error {
	var errs []error
	for _, problem := range e.Problems {
		if problem.err != nil {
			errs = append(errs, problem.err)
		}
	}
	return errs
}

// String is the problem in one line: "KongCertificate shop/tls: spec.cert_alt: …".
func (p Problem) String() string {
	if p.err != nil {
		return "encode decK file: " + printable.Line(p.err.Error())
	}
	parts := []string{"encode decK file"}
	if p.Key != (crd.Key{}) {
		parts = append(parts, p.Key.String())
	}
	if p.Field != "" {
		parts = append(parts, p.Field)
	}
	return printable.Line(strings.Join(append(parts, p.Message), ": "))
}
