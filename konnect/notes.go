package konnect

import (
	"slices"
	"sync"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// notes are what a call has to tell beside what it does. Any goroutine may add to them.
type notes struct {
	tally   *tally
	without []WarningCode // which are left out

	lock     sync.Mutex
	warnings []Warning // in no order, and may repeat
}

// warn notes a warning, unless its code is left out.
func (n *notes) warn(w Warning) {
	if slices.Contains(n.without, w.Code) {
		return
	}
	w.Message = printable.Line(w.Message)
	n.lock.Lock()
	defer n.lock.Unlock()
	n.warnings = append(n.warnings, w)
}

// warnOfAnnotations notes annotations that have no effect and look as if they should.
func (n *notes) warnOfAnnotations(key crd.Key, obj crd.Object) {
	for _, m := range misspelledAnnotations(obj) {
		n.warn(Warning{
			Key: key, Field: annotationPath(m.key).String(), Code: WarningMisspelledAnnotation, Message: "has no effect; " + m.meant + " has",
		})
	}
}

// warned returns all warnings, each once, by object and field.
func (n *notes) warned() []Warning {
	n.lock.Lock()
	defer n.lock.Unlock()
	slices.SortFunc(n.warnings, Warning.compare)
	return slices.Compact(n.warnings)
}
