package resolve

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Error holds every problem that Resolve found, sorted by object and field.
type Error struct {
	Problems []error
}

// Error returns one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = printable.Line(problem.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems, for errors.Is and errors.AsType.
func (e *Error) Unwrap() []error { return e.Problems }

// located is a problem of an object, or of a field of it.
type located interface {
	error
	location() (crd.Key, string)
}

// newError returns problems in order as one error, nil if there are none.
// Problems of no object come first.
func newError(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b error) int {
		keyA, fieldA := locationOf(a)
		keyB, fieldB := locationOf(b)
		if order := cmp.Or(keyA.Compare(keyB), compareFields(fieldA, fieldB)); order != 0 {
			return order
		}
		return cmp.Compare(a.Error(), b.Error())
	})
	return &Error{Problems: problems}
}

func locationOf(problem error) (crd.Key, string) {
	if at, ok := errors.AsType[located](problem); ok {
		return at.location()
	}
	return crd.Key{}, ""
}

// compareFields orders paths so that spec.members[2] comes before spec.members[10].
func compareFields(a, b string) int {
	listA, indexA, _ := strings.Cut(a, "[")
	listB, indexB, _ := strings.Cut(b, "[")
	return cmp.Or(cmp.Compare(listA, listB), cmp.Compare(len(indexA), len(indexB)), cmp.Compare(indexA, indexB))
}

// MissingError is a reference to an object that is neither in the batch nor in
// the source. It wraps ErrNotFound.
type MissingError struct {
	From  crd.Key
	Field string
	To    crd.Key
	// Or is what would do in its place and is not there either; nil for nothing.
	Or *crd.Key
}

func (e *MissingError) Error() string {
	if e.Or != nil {
		return printable.Sprintf("resolve %s: %s: %s %s, nor is there a %s", e.From, e.Field, e.To, ErrNotFound, e.Or)
	}
	return printable.Sprintf("resolve %s: %s: %s %s", e.From, e.Field, e.To, ErrNotFound)
}

// Unwrap returns ErrNotFound.
func (e *MissingError) Unwrap() error { return ErrNotFound }

func (e *MissingError) location() (crd.Key, string) { return e.From, e.Field }

// MissingTokenError is a reference to a Secret that has no token.
type MissingTokenError struct {
	From  crd.Key
	Field string
	// To is the Secret.
	To crd.Key
	// DataKey is the key that is absent or blank, always TokenKey.
	DataKey string
}

func (e *MissingTokenError) Error() string {
	return printable.Sprintf("resolve %s: %s: %s has nothing under the key %q", e.From, e.Field, e.To, e.DataKey)
}

func (e *MissingTokenError) location() (crd.Key, string) { return e.From, e.Field }

// InvalidTokenError is a reference to a Secret that holds something else than a token.
type InvalidTokenError struct {
	From  crd.Key
	Field string
	// To is the Secret.
	To crd.Key
	// DataKey is the key of the Secret, always TokenKey.
	DataKey string
	// Err says what is wrong, without the value.
	Err error
}

func (e *InvalidTokenError) Error() string {
	return fmt.Sprintf("resolve %s: %s: the key %q of %s %s", e.From, e.Field, e.DataKey, e.To, e.Err)
}

// Unwrap returns what is wrong.
func (e *InvalidTokenError) Unwrap() error { return e.Err }

func (e *InvalidTokenError) location() (crd.Key, string) { return e.From, e.Field }

// NotGrantedError is a reference into another namespace without a
// KongReferenceGrant there. Whether the target exists is not looked up.
type NotGrantedError struct {
	From  crd.Key
	Field string
	To    crd.Key
}

// Error says which grant is needed.
func (e *NotGrantedError) Error() string {
	return printable.Sprintf("resolve %s: %s: %s is not granted: needs a KongReferenceGrant in namespace %s "+
		"from group %s, kind %s, namespace %s to group %s, kind %s, name %s",
		e.From, e.Field, e.To, e.To.Namespace,
		grantGroup(e.From.Group), e.From.Kind, cmp.Or(e.From.Namespace, `""`), grantGroup(e.To.Group), e.To.Kind, e.To.Name)
}

func (e *NotGrantedError) location() (crd.Key, string) { return e.From, e.Field }

// UnsupportedError is a reference to a kind that this module does not have yet.
type UnsupportedError struct {
	From  crd.Key
	Field string
	To    crd.Key
}

func (e *UnsupportedError) Error() string {
	return printable.Sprintf("resolve %s: %s: %s is not supported yet", e.From, e.Field, e.To.Kind)
}

func (e *UnsupportedError) location() (crd.Key, string) { return e.From, e.Field }

// LookupError is a reference that could not be followed because the source
// failed, for the target or for the grants of its namespace.
type LookupError struct {
	From  crd.Key
	Field string
	To    crd.Key
	// Err is what the source answered.
	Err error
}

func (e *LookupError) Error() string {
	return printable.Sprintf("resolve %s: %s: look up %s: %v", e.From, e.Field, e.To, e.Err)
}

// Unwrap returns the error of the source.
func (e *LookupError) Unwrap() error { return e.Err }

func (e *LookupError) location() (crd.Key, string) { return e.From, e.Field }

// DuplicateError is a key that occurs more than once in the batch.
type DuplicateError struct {
	Key crd.Key
}

func (e *DuplicateError) Error() string {
	return printable.Sprintf("resolve %s: more than once in the batch", e.Key)
}

func (e *DuplicateError) location() (crd.Key, string) { return e.Key, "" }

// CycleError is a cycle of references. There is one for each set of objects that
// reach each other; objects that only lead into the cycle are no part of it.
type CycleError struct {
	// Path starts with the smallest key of the set; each refers to the next and
	// the last to the first, which is not repeated.
	Path []crd.Key
}

func (e *CycleError) Error() string {
	var path strings.Builder
	for _, key := range e.Path {
		path.WriteString(key.String() + " -> ")
	}
	return printable.Sprintf("resolve %s: cycle of references: %s%s", e.start(), path.String(), e.start())
}

func (e *CycleError) location() (crd.Key, string) { return e.start(), "" }

func (e *CycleError) start() crd.Key {
	if len(e.Path) == 0 {
		return crd.Key{}
	}
	return e.Path[0]
}

// NoControlPlaneError is an object that belongs in a control plane but names
// none, neither itself nor through a parent.
type NoControlPlaneError struct {
	Key crd.Key
	// IngressController is true for an object whose spec.controlPlaneRef is of type kic:
	// it configures an ingress controller, and has no place in Konnect.
	IngressController bool
}

func (e *NoControlPlaneError) Error() string {
	if e.IngressController {
		return printable.Sprintf("resolve %s: spec.controlPlaneRef: type kic (the default) is an ingress controller, not a control plane in Konnect; "+
			"name one with type konnectNamespacedRef", e.Key)
	}
	return printable.Sprintf("resolve %s: no control plane: the object refers neither to one nor to a parent that is in one", e.Key)
}

func (e *NoControlPlaneError) location() (crd.Key, string) {
	if e.IngressController {
		return e.Key, "spec.controlPlaneRef"
	}
	return e.Key, ""
}

// AmbiguousControlPlaneError is an object whose references lead to different
// control planes.
type AmbiguousControlPlaneError struct {
	Key crd.Key
	// Candidates are all references that lead to a control plane, in the order
	// of the fields.
	Candidates []ControlPlaneCandidate
}

// ControlPlaneCandidate is a control plane and the field that leads to it.
type ControlPlaneCandidate struct {
	Field        string
	ControlPlane crd.Key
}

func (e *AmbiguousControlPlaneError) Error() string {
	ways := make([]string, len(e.Candidates))
	for i, c := range e.Candidates {
		ways[i] = fmt.Sprintf("%s leads to %s", c.Field, c.ControlPlane)
	}
	return printable.Sprintf("resolve %s: more than one control plane: %s", e.Key, strings.Join(ways, ", "))
}

func (e *AmbiguousControlPlaneError) location() (crd.Key, string) { return e.Key, "" }
