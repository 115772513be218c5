package scheme

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	"github.com/konnectkit/konnectkit/crd"
)

// Kind is a kind of object that a batch can hold, and makes empty ones.
type Kind struct {
	schema.GroupVersionKind
	object, list reflect.Type
}

// List is a list of objects, as clients of a cluster fill it.
type List interface {
	metav1.ListInterface
	runtime.Object
}

// New returns an empty object.
func (k Kind) New() crd.Object {
	obj, _ := reflect.TypeAssert[crd.Object](reflect.New(k.object))
	return obj
}

// NewList returns an empty list of objects.
func (k Kind) NewList() List {
	list, _ := reflect.TypeAssert[List](reflect.New(k.list))
	return list
}

// Kinds returns all kinds of this module by group and kind, each in the newest
// version whose objects can be members of a batch.
func Kinds() ([]Kind, error) {
	scheme := runtime.NewScheme()
	if err := AddToScheme(scheme); err != nil {
		return nil, err
	}
	newest := map[schema.GroupKind]Kind{}
	types := scheme.AllKnownTypes()
	for gvk, object := range types {
		// Lists, options and versions that are only converted are no objects of a batch.
		if !reflect.PointerTo(object).Implements(reflect.TypeFor[crd.Object]()) {
			continue
		}
		list := types[gvk.GroupVersion().WithKind(gvk.Kind+"List")]
		if list == nil || !reflect.PointerTo(list).Implements(reflect.TypeFor[List]()) {
			return nil, fmt.Errorf("kind %s has no list", gvk)
		}
		known, ok := newest[gvk.GroupKind()]
		if !ok || version.CompareKubeAwareVersionStrings(gvk.Version, known.Version) > 0 {
			newest[gvk.GroupKind()] = Kind{GroupVersionKind: gvk, object: object, list: list}
		}
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b Kind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	}), nil
}
