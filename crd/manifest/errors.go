package manifest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// ErrTooLarge is wrapped by errors about input over a size limit.
var ErrTooLarge = errors.New("too large")

// DecodeError says why manifests could not be decoded.
type DecodeError struct {
	// Problems of all documents, in the order of the input; at most maxProblems.
	Problems []Problem
	// Omitted is the number of problems beyond that.
	Omitted int
}

// maxProblems bounds the problems that one error lists.
const maxProblems = 1000

// Problem is one thing that is wrong with a document.
type Problem struct {
	// Document counts from 1 and leaves out documents that hold nothing; 0 where input is
	// one document by its nature.
	Document int
	// Line of the input, from 1; 0 when it is not known.
	Line int
	// Object is the kind and name, such as KongRoute kong/route; empty when the
	// document does not say.
	Object string
	// Field is the path within the object, such as spec.paths[0]; empty for the
	// document as a whole.
	Field string
	// Message says what is wrong. It shows no value but apiVersion and kind, because
	// any other may be a secret.
	Message string

	err error
}

// Error lists the problems, one a line.
func (e *DecodeError) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	for _, problem := range e.Problems {
		lines = append(lines, problem.String())
	}
	if e.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("and %d more problems", e.Omitted))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the causes that are errors of their own, such as ErrTooLarge.
func (e *DecodeError) Unwrap() []error {
	var errs []error
	for _, problem := range e.Problems {
		if problem.err != nil {
			errs = append(errs, problem.err)
		}
	}
	return errs
}

// String is the problem in one line: "document 2, line 14: KongRoute kong/route:
// spec.prot: unknown field".
func (p Problem) String() string {
	var place, parts []string
	if p.Document > 0 {
		place = append(place, fmt.Sprintf("document %d", p.Document))
	}
	if p.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", p.Line))
	}
	for _, part := range []string{strings.Join(place, ", "), p.Object, p.Field, p.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return printable.Line(strings.Join(parts, ": "))
}
