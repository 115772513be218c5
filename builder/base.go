package builder

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
)

// object is what a builder makes.
type object[T any] interface {
	crd.Object
	DeepCopy() T
}

// base is what all builders share. B is the builder that embeds it, which its
// methods return; T is what that builder makes.
type base[B any, T object[T]] struct {
	mistakes

	self B
	obj  T
	// complete finishes the copy that Build returns; nil when nothing is left to do.
	complete func(obj T) field.ErrorList
}

func newBase[B any, T object[T]](self B, obj T, name string) base[B, T] {
	obj.SetName(name)
	obj.SetNamespace(crd.DefaultNamespace)
	return base[B, T]{self: self, obj: obj}
}

// Namespace sets metadata.namespace, which is "default" without it.
func (b *base[B, T]) Namespace(namespace string) B {
	b.obj.SetNamespace(namespace)
	return b.self
}

// Labels replaces metadata.labels.
func (b *base[B, T]) Labels(labels map[string]string) B {
	b.obj.SetLabels(maps.Clone(labels))
	return b.self
}

// Label adds one to metadata.labels.
func (b *base[B, T]) Label(key, value string) B {
	b.obj.SetLabels(with(b.obj.GetLabels(), key, value))
	return b.self
}

// Annotations replaces metadata.annotations.
func (b *base[B, T]) Annotations(annotations map[string]string) B {
	b.obj.SetAnnotations(maps.Clone(annotations))
	return b.self
}

// Annotation adds one to metadata.annotations.
func (b *base[B, T]) Annotation(key, value string) B {
	b.obj.SetAnnotations(with(b.obj.GetAnnotations(), key, value))
	return b.self
}

// Build returns a new object with the defaults of the CRD schema, or an *Error
// with everything that is wrong with it.
func (b *base[B, T]) Build() (T, error) {
	obj := b.obj.DeepCopy()
	errs := slices.Clone(b.errs)
	if b.complete != nil {
		errs = append(errs, withoutConsequences(errs, b.complete(obj))...)
	}
	obj.Default()
	errs = append(errs, withoutConsequences(errs, obj.Validate())...)
	if len(errs) > 0 {
		var none T
		return none, &Error{Key: crd.KeyOf(obj), Errors: errs}
	}
	return obj, nil
}

// MustBuild is like Build, but panics with the *Error. It is meant for objects
// that do not depend on input.
func (b *base[B, T]) MustBuild() T {
	obj, err := b.Build()
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
