package builder

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// object is what a builder makes, by the struct S that it points to.
type object[S any] interface {
	*S
	crd.Object
	DeepCopy() *S
}

// base is what all builders share: the object as the calls so far have made it, and
// their mistakes. The methods that builders have in common are generated for each of
// them, in zz_generated.methods.go, because a method of base could not return the
// builder by its own type.
type base[S any] struct {
	mistakes

	obj S
	// started tells that a New function has made the builder.
	started bool
}

// start is what New functions begin with.
func start[S any, P object[S]](b *base[S], name string) {
	obj := P(&b.obj)
	obj.SetName(name)
	obj.SetNamespace(crd.NamespaceOf(obj))
	b.started = true
}

// build returns a copy of what a builder holds, completed by finish. The zero value of a builder is told which function makes one that works.
func build[S any, P object[S]](b *base[S], newFunction string, finish ...func(obj P) field.ErrorList) (P, error) {
	obj := P(P(&b.obj).DeepCopy())
	errs := slices.Clone(b.errs)
	if !b.started {
		path := field.NewPath("metadata", "name")
		errs = append(errs, field.Required(path, "the builder is a zero value: make it with builder."+newFunction))
		return nil, &Error{Key: crd.KeyOf(obj), Errors: errs}
	}
	for _, finish := range finish {
		errs = append(errs, withoutConsequences(errs, finish(obj))...)
	}
	obj.Default()
	errs = append(errs, withoutConsequences(errs, obj.Validate())...)
	if len(errs) > 0 {
		return nil, &Error{Key: crd.KeyOf(obj), Errors: errs}
	}
	return obj, nil
}

// must is for generated methods.
func must[P any](obj P, err error) P {
	if err != nil {
		panic(err)
	}
	return obj
}

// with returns m with one more entry; m may be nil.
func with[V any](m map[string]V, key string, value V) map[string]V {
	if m == nil {
		m = make(map[string]V, 1)
	}
	m[key] = value
	return m
}

// listOf copies values; none makes nil.
func listOf[V any](values []V) []V { return append([]V(nil), values...) }

// optional returns a pointer to a value that is not empty.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
