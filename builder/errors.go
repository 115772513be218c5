package builder

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Error lists everything that is wrong with one built object.
type Error struct {
	// Key is the object that was to be built, or to be built from.
	Key crd.Key
	// Errors are the mistakes of the chain in the order of the calls, then those
	// that Validate finds in fields that none of these concerns.
	Errors field.ErrorList
}

// Error returns one line with the object and every mistake, each with its field.
func (e *Error) Error() string {
	messages := make([]string, len(e.Errors))
	for i, err := range e.Errors {
		messages[i] = printable.Line(err.Error())
	}
	return "build " + e.Key.String() + ": " + strings.Join(messages, "; ")
}

// Unwrap returns each mistake, a *field.Error.
func (e *Error) Unwrap() []error {
	errs := make([]error, len(e.Errors))
	for i, err := range e.Errors {
		errs[i] = err
	}
	return errs
}

// mistakes collects what is wrong with the calls of a chain.
type mistakes struct{ errs field.ErrorList }

func (m *mistakes) add(err *field.Error) { m.errs = append(m.errs, err) }

// number returns value as the CRD types hold it, and notes one outside [low, high].
func (m *mistakes) number(path *field.Path, value, low, high int) *int64 {
	if value < low || value > high {
		m.add(field.Invalid(path, value, validation.InclusiveRangeError(low, high)))
	}
	return new(int64(value))
}

// The longest timeout that Konnect takes, in milliseconds, and the longest
// interval of a health check, in seconds.
const (
	maxMilliseconds = 2147483646
	maxSeconds      = 65535
)

// milliseconds returns d in milliseconds, and notes one that is not a whole
// number from 1 to maxMilliseconds.
func (m *mistakes) milliseconds(path *field.Path, d time.Duration) *int64 {
	if d < time.Millisecond || d > maxMilliseconds*time.Millisecond || d%time.Millisecond != 0 {
		m.add(field.Invalid(path, d.String(), "must be a whole number of milliseconds, from 1ms to 2147483646ms"))
	}
	return new(d.Milliseconds())
}

// seconds returns d in seconds, and notes one that is not from 0 to maxSeconds
// or is finer than a millisecond, as a number without a unit is.
func (m *mistakes) seconds(path *field.Path, d time.Duration) *float64 {
	if d < 0 || d > maxSeconds*time.Second || d%time.Millisecond != 0 {
		m.add(field.Invalid(path, d.String(), "must be a whole number of milliseconds, from 0s to 65535s"))
	}
	return new(d.Seconds())
}

// missing reports an empty string at a path: the CRD cannot tell it from one that was
// meant, but nobody means it.
func missing(value string, path *field.Path) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// withoutConsequences returns the errors of found that are not about a field
// that a mistake of the chain concerns already.
func withoutConsequences(mistakes, found field.ErrorList) field.ErrorList {
	return slices.DeleteFunc(slices.Clone(found), func(err *field.Error) bool {
		return slices.ContainsFunc(mistakes, func(m *field.Error) bool { return m.Field == err.Field })
	})
}
