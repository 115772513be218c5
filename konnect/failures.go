package konnect

import (
	"fmt"
	"strings"
)

// failures are the errors of single objects, joined. Its text stays readable where
// thousands of objects failed; the report and Unwrap have all of them.
type failures []error

// What an error tells before the rest is counted. Who puts a batch right wants to see
// more than who looks what is the matter with Konnect.
const (
	shownErrors   = 10
	shownProblems = 100
)

// Error lists the first errors, one a line, and says how many more there are.
func (f failures) Error() string {
	return firstLines(f, shownErrors, error.Error, "errors; the report has all of them")
}

// Unwrap implements the multiple form of errors.Unwrap.
func (f failures) Unwrap() []error { return f }

// firstLines tells up to most items, one a line, and how many more there are.
func firstLines[T any](items []T, most int, line func(T) string, rest string) string {
	lines := make([]string, 0, min(len(items), most)+1)
	for _, item := range items[:min(len(items), most)] {
		lines = append(lines, line(item))
	}
	if more := len(items) - most; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more %s", more, rest))
	}
	return strings.Join(lines, "\n")
}
