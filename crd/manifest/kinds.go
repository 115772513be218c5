package manifest

import (
	"maps"
	"reflect"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/crd/scheme"
)

// old is an object of a version that is read, but not worked with.
type old interface {
	Latest() (crd.Object, error)
}

// catalog knows the types of all kinds that can be decoded. It does not change
// once it is made.
type catalog struct {
	types   map[schema.GroupVersionKind]reflect.Type
	structs map[reflect.Type]map[string]reflect.StructField
	// required lists the fields that a struct must have, in order.
	required map[reflect.Type][]string
}

// kinds returns the catalog, which is put together on first use: every kind of
// the scheme that is an object or can become one, and Secrets.
var kinds = sync.OnceValues(func() (*catalog, error) {
	known := runtime.NewScheme()
	if err := scheme.AddToScheme(known); err != nil {
		return nil, err
	}
	c := &catalog{
		types:    map[schema.GroupVersionKind]reflect.Type{},
		structs:  map[reflect.Type]map[string]reflect.StructField{},
		required: map[reflect.Type][]string{},
	}
	for gvk, t := range known.AllKnownTypes() {
		isObject := reflect.PointerTo(t).Implements(reflect.TypeFor[crd.Object]())
		if isObject || reflect.PointerTo(t).Implements(reflect.TypeFor[old]()) {
			c.add(gvk, t)
		}
	}
	c.learn(reflect.TypeFor[metav1.ListMeta]())
	c.add((*core.Secret)(nil).GVK(), reflect.TypeFor[core.Secret]())
	return c, nil
})

func (c *catalog) add(gvk schema.GroupVersionKind, t reflect.Type) {
	c.types[gvk] = t
	c.learn(t)
}

// learn notes the JSON fields of t and of every struct within it.
func (c *catalog) learn(t reflect.Type) {
	switch {
	case isOpaque(t):
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Map:
		c.learn(t.Elem())
	case t.Kind() == reflect.Struct && c.structs[t] == nil:
		fields := map[string]reflect.StructField{}
		c.structs[t] = fields
		collectFields(t, fields)
		for name, field := range fields {
			c.learn(field.Type)
			if isRequired(field) {
				c.required[t] = append(c.required[t], name)
			}
		}
		slices.Sort(c.required[t])
	}
}

// versions lists the API versions that kind has in group, in order.
func (c *catalog) versions(gk schema.GroupKind) []string {
	var versions []string
	for gvk := range maps.Keys(c.types) {
		if gvk.GroupKind() == gk {
			versions = append(versions, gvk.GroupVersion().String())
		}
	}
	slices.Sort(versions)
	return versions
}

// similar returns the API versions of other groups that have kind, in order.
func (c *catalog) similar(kind string) []string {
	var versions []string
	for gvk := range maps.Keys(c.types) {
		if gvk.Kind == kind {
			versions = append(versions, gvk.GroupVersion().String())
		}
	}
	slices.Sort(versions)
	return versions
}

// kindNames lists the kinds that can be decoded, in order.
func (c *catalog) kindNames() []string {
	names := map[string]bool{}
	for gvk := range maps.Keys(c.types) {
		names[gvk.Kind] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// otherTypes are those of the other versions of a kind, by version.
func (c *catalog) otherTypes(kind schema.GroupVersionKind) map[string]reflect.Type {
	others := map[string]reflect.Type{}
	for gvk, t := range c.types {
		if gvk.GroupKind() == kind.GroupKind() && gvk.Version != kind.Version {
			others[gvk.Version] = t
		}
	}
	return others
}
