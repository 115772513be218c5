package konnect

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Sentinels for errors.Is, each a class of *APIError.
var (
	// ErrNotFound is status 404.
	ErrNotFound = errors.New("not found")
	// ErrConflict is a unique name or ID that is taken: status 409, or a core
	// entity's 400 that says so.
	ErrConflict = errors.New("conflict")
	// ErrUnauthorized is status 401.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden is status 403.
	ErrForbidden = errors.New("forbidden")
	// ErrRateLimited is status 429, after all attempts.
	ErrRateLimited = errors.New("rate limited")
)

// APIError is an answer of Konnect other than success.
type APIError struct {
	// Method and Path of the request.
	Method, Path string
	// Status of the answer.
	Status int
	// Message is Konnect's own text, without secrets.
	Message string
	// Details are per field where Konnect gives them.
	Details []ErrorDetail
	// TraceID is Konnect's name of the request, for its support; it is not part
	// of the message, so that messages can be compared.
	TraceID string
	// RetryAfter is the pause that Konnect asked for; 0 when it asked for none.
	RetryAfter time.Duration
	// Attempts is how often the request was sent, this answer being the last one.
	// It is 0 where another request got the answer, and this one had to wait for it.
	Attempts int
}

// ErrorDetail is one reason of an APIError.
type ErrorDetail struct {
	// Type is REFERENCE, FIELD or ENTITY for core entities; else empty.
	Type string
	// Field that the reason is about; empty for the whole entity.
	Field string
	// Messages of the reason.
	Messages []string
	// Object is the one that Field comes from, and Path the field there, such as
	// config.minute of a KongPlugin; empty where that is not known.
	Object crd.Key
	Path   string
}

// Error returns one line.
func (e *APIError) Error() string {
	text := e.Method + " " + e.Path + ": "
	if e.Attempts > 1 {
		text += fmt.Sprintf("%d attempts: ", e.Attempts)
	}
	return printable.Line(text + e.reason())
}

// String returns one line.
func (d ErrorDetail) String() string {
	text := oneLine(strings.Join(d.Messages, ", "))
	switch {
	case d.Path != "":
		text = fmt.Sprintf("%s: %s: %s", d.Object, d.Path, text)
	case d.Field != "":
		text = d.Field + ": " + text
	}
	return printable.Line(text)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Is reports the class of the error for the sentinels of this package.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrConflict:
		return e.Status == http.StatusConflict || e.mentions("(type: unique)") || e.mentions("(type: primary)")
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrRateLimited:
		return e.Status == http.StatusTooManyRequests
	}
	return false
}

func (e *APIError) mentions(text string) bool {
	for _, d := range e.Details {
		if strings.Contains(strings.Join(d.Messages, " "), text) {
			return true
		}
	}
	return strings.Contains(e.Message, text)
}

// referenceOnly tells whether the answer is a 400 that may pass by itself: all
// its reasons are about other entities.
func (e *APIError) referenceOnly() bool {
	if e.Status != http.StatusBadRequest || len(e.Details) == 0 {
		return false
	}
	for _, d := range e.Details {
		if d.Type != "REFERENCE" {
			return false
		}
	}
	return true
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// Problem is one thing that is wrong with an object, found before anything is sent.
type Problem struct {
	// Key of the object.
	Key crd.Key
	// Err is a *field.Error, an error of package resolve, or one of this package.
	Err error
}

// BatchError lists everything that is wrong with a batch. Nothing was
// written. Unwrap gives each problem's error.
type BatchError struct {
	// Problems by object in order of its key.
	Problems []Problem
}

// Error lists the problems, one a line; beyond a hundred it says how many more there are.
func (e *BatchError) Error() string {
	return firstLines(e.Problems, shownProblems, Problem.String, "problems; Problems has all of them")
}

// String returns one line.
func (p Problem) String() string { return p.named().Error() }

// named returns the error with the object's key; other errors than those of
// fields name it themselves.
func (p Problem) named() error {
	if _, ok := errors.AsType[*field.Error](p.Err); ok {
		return printable.Error(fmt.Errorf("validate %s: %w", p.Key, p.Err))
	}
	return printable.Error(p.Err)
}

// Unwrap implements the multiple form of errors.Unwrap.
func (e *BatchError) Unwrap() []error {
	unwrapped := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		unwrapped[i] = p.Err
	}
	return unwrapped
}

// OwnershipError is an entity that is not ours to touch, or one that keeps an
// entity of ours from being deleted.
type OwnershipError struct {
	// Key of the object that wants the entity.
	Key crd.Key
	// KonnectID and Name of the entity.
	KonnectID, Name string
	// Holder says who looks after it, as far as its marks tell.
	Holder string
	// Hint says how to take it over, or what to do instead.
	Hint string

	// belongs is true where the entity belongs to that of an object to delete.
	belongs bool
	// left is set where the entity belongs to this one, which the object would leave.
	left string
}

// Error returns one line.
func (e *OwnershipError) Error() string {
	text := printable.Sprintf("find %s: entity %s (%s) exists and is looked after by %s", e.Key, e.KonnectID, e.Name, e.Holder)
	switch {
	case e.left != "":
		text = printable.Sprintf("update %s: it would leave entity %s, to which %s (%s), looked after by %s, belongs, and lose that", e.Key, e.left, e.KonnectID, e.Name, e.Holder)
	case e.belongs:
		text = printable.Sprintf("delete %s: entity %s (%s) belongs to it and is looked after by %s", e.Key, e.KonnectID, e.Name, e.Holder)
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// ImmutableError is a difference that Konnect does not let anybody change.
type ImmutableError struct {
	// Key of the object.
	Key crd.Key
	// KonnectID of the entity.
	KonnectID string
	// Fields that differ.
	Fields []Field
	// Hint says what to do instead, if there is anything.
	Hint string
}

// Error returns one line.
func (e *ImmutableError) Error() string {
	text := printable.Sprintf("update %s: immutable fields differ: %s", e.Key, joinFields(e.Fields))
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// MismatchError is an entity that is to be adopted with mode: match and differs.
type MismatchError struct {
	// Key of the object.
	Key crd.Key
	// KonnectID of the entity.
	KonnectID string
	// Fields that differ.
	Fields []Field
}

// Error returns one line.
func (e *MismatchError) Error() string {
	return printable.Sprintf("adopt %s: entity %s does not match: %s", e.Key, e.KonnectID, joinFields(e.Fields))
}

// StalePlanError says that what a plan rests on has changed since it was made.
type StalePlanError struct {
	// Planned and Now are the digests.
	Planned, Now string
}

// Error returns one line.
func (e *StalePlanError) Error() string {
	return "apply plan: objects or entities have changed since the plan was made; make a new one"
}

// TooManyDeletesError says that a call would delete more than WithMaxDeletes allows.
type TooManyDeletesError struct {
	// Deletes that are due, Max that are allowed.
	Deletes, Max int
}

// Error returns one line.
func (e *TooManyDeletesError) Error() string {
	return fmt.Sprintf("%d entities would be deleted, more than the %d allowed; nothing was written", e.Deletes, e.Max)
}

func joinFields(fields []Field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = f.String()
	}
	return strings.Join(parts, ", ")
}

// DependencyError is an object that was not handled because one that it refers
// to was not.
type DependencyError struct {
	// Key of the object, Field of its reference, On the object referred to. Where
	// something could not be deleted because of what refers to it, Field is
	// "dependents" and On is what refers to it. Where the object implies an entity that is
	// not as desired, Field is "implied".
	Key   crd.Key
	Field string
	On    crd.Key
	// Cause is what is wrong with On.
	Cause error

	lookedUp bool // On is not in the batch, so that nothing else tells the cause
}

// dependentsField stands for the reference where it is another object's.
const dependentsField = "dependents"

// impliedField stands for the names by which an object implies others.
const impliedField = "implied"

// Error returns one line; the cause stands with its own object if that is in the batch.
func (e *DependencyError) Error() string {
	text := printable.Sprintf("%s: %s: %s is not programmed", e.Key, e.Field, e.On)
	if e.lookedUp {
		text += ": " + printable.Error(e.Cause).Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *DependencyError) Unwrap() error { return e.Cause }
