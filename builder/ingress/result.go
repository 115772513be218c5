package ingress

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// Result is what Ingresses become.
type Result struct {
	// Objects are those of all Ingresses, the ones that others refer to first, sorted by
	// kind and name. They have the defaults of the CRDs and pass Validate.
	Objects []crd.Object
	// Ingresses has a result for each Ingress with a control plane, sorted by namespace and
	// name.
	Ingresses []Outcome
	// Warnings tell what takes more requests than it says, or has no effect, sorted by key.
	Warnings []Warning
}

// Outcome is what became of one Ingress.
type Outcome struct {
	Key crd.Key
	// Class that the Ingress has, or the default one.
	Class        string
	ControlPlane crd.Key
	// Routes are the names of its KongRoutes, sorted.
	Routes []string
	// Problems are what was refused, by fields of the Ingress. What does not depend on such
	// a field is translated.
	Problems field.ErrorList
}

// Warning is what was translated, and may not be what was meant.
type Warning struct {
	// Key is that of the Ingress.
	Key crd.Key
	// Field is the path of what it is about.
	Field string
	// Message is one line.
	Message string
}

// String returns one line.
func (w Warning) String() string {
	return fmt.Sprintf("%s: %s", w.Key, printable.Line(w.Field+": "+w.Message))
}

// Err returns the problems of all Ingresses, each a *builder.Error; nil without any.
func (r *Result) Err() error {
	var errs []error
	for _, i := range r.Ingresses {
		if len(i.Problems) > 0 {
			errs = append(errs, &builder.Error{Key: i.Key, Errors: i.Problems})
		}
	}
	return errors.Join(errs...)
}

// SourceLabels returns the labels of what is made of an object: an Ingress, a Service, or
// the Secret of a certificate. They select exactly that, in all namespaces.
func SourceLabels(of crd.Key) map[string]string { return source.Labels(of) }

// refuse notes a problem once.
func (r *Outcome) refuse(problems ...*field.Error) {
	for _, problem := range problems {
		known := false
		for _, other := range r.Problems {
			known = known || other.Field == problem.Field && other.Type == problem.Type && other.Detail == problem.Detail
		}
		if !known {
			r.Problems = append(r.Problems, problem)
		}
	}
}
