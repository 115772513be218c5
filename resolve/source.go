package resolve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// ErrNotFound is what a Source answers for an object that it does not have.
var ErrNotFound = errors.New("not found")

// Source is where objects outside the batch are looked up. What it returns
// belongs to the caller.
type Source interface {
	// Get returns the object of key, or an error that wraps ErrNotFound.
	Get(ctx context.Context, key crd.Key) (crd.Object, error)

	// Grants lists the KongReferenceGrants of a namespace; none is no error.
	Grants(ctx context.Context, namespace string) ([]*configurationv1alpha1.KongReferenceGrant, error)
}

// Objects returns a Source that holds objects in memory. It copies them now and
// hands out copies, so what happens to them later does not show, and it is safe
// for concurrent use. Nil objects are left out; of duplicates the last one stays.
func Objects(objects ...crd.Object) Source {
	source := memory{
		objects: make(map[crd.Key]crd.Object, len(objects)),
		grants:  map[string][]*configurationv1alpha1.KongReferenceGrant{},
	}
	for _, obj := range objects {
		if isNil(obj) {
			continue
		}
		if stored, ok := obj.DeepCopyObject().(crd.Object); ok {
			source.objects[crd.KeyOf(obj)] = stored
		}
	}
	for key, obj := range source.objects {
		if grant, ok := obj.(*configurationv1alpha1.KongReferenceGrant); ok {
			source.grants[key.Namespace] = append(source.grants[key.Namespace], grant)
		}
	}
	for _, grants := range source.grants {
		slices.SortFunc(grants, func(a, b *configurationv1alpha1.KongReferenceGrant) int {
			return cmp.Compare(a.Name, b.Name)
		})
	}
	return source
}

// memory is only read once it is made.
type memory struct {
	objects map[crd.Key]crd.Object
	grants  map[string][]*configurationv1alpha1.KongReferenceGrant
}

// Get implements Source.
func (m memory) Get(_ context.Context, key crd.Key) (crd.Object, error) {
	stored, ok := m.objects[key]
	if !ok {
		return nil, fmt.Errorf("%s: %w", key, ErrNotFound)
	}
	obj, ok := stored.DeepCopyObject().(crd.Object)
	if !ok {
		return nil, fmt.Errorf("%s: its copy is a %T, not an object of a batch", key, stored.DeepCopyObject())
	}
	return obj, nil
}

// Grants implements Source.
func (m memory) Grants(_ context.Context, namespace string) ([]*configurationv1alpha1.KongReferenceGrant, error) {
	grants := make([]*configurationv1alpha1.KongReferenceGrant, 0, len(m.grants[namespace]))
	for _, grant := range m.grants[namespace] {
		grants = append(grants, grant.DeepCopy())
	}
	return grants, nil
}
