package provision

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/konnect"
)

// Indexes of the cache: by the keys that objects refer to, parents and all others
// apart, by the other namespaces that their references lead into, and by the Konnect ID
// of the control plane that holds their entity.
const (
	byParent       = "konnectkit.parent"
	byOther        = "konnectkit.other"
	byNamespace    = "konnectkit.namespace"
	byControlPlane = "konnectkit.control-plane"
)

// forest finds trees in the cache: each object below the parents that it refers to,
// as far up as those exist. What stands at the top is the root.
type forest struct {
	reader client.Reader
	kinds  map[schema.GroupKind]scheme.Kind
}

func newForest(ctx context.Context, reader client.Reader, indexer client.FieldIndexer) (forest, error) {
	f := forest{reader: reader, kinds: map[schema.GroupKind]scheme.Kind{}}
	kinds, err := scheme.Kinds()
	if err != nil {
		return f, err
	}
	for _, kind := range kinds {
		f.kinds[kind.GroupKind()] = kind
		for index, keys := range indexes() {
			if err := indexer.IndexField(ctx, kind.New(), index, func(obj client.Object) []string {
				return keys(objectOf(obj))
			}); err != nil {
				return f, fmt.Errorf("index %s %s: %w", kind.Kind, index, err)
			}
		}
	}
	return f, nil
}

func indexes() map[string]func(crd.Object) []string {
	references := func(obj crd.Object, keep func(crd.Reference) bool, value func(crd.Key) string) []string {
		found := sets.Set[string]{}
		for _, ref := range obj.References() {
			if keep(ref) {
				found.Insert(value(ref.To))
			}
			if keep(ref) && ref.Or != nil {
				found.Insert(value(*ref.Or))
			}
		}
		return sets.List(found)
	}
	return map[string]func(crd.Object) []string{
		byParent: func(obj crd.Object) []string { return references(obj, isParent, indexValue) },
		byOther: func(obj crd.Object) []string {
			return references(obj, func(ref crd.Reference) bool { return !isParent(ref) }, indexValue)
		},
		byNamespace: func(obj crd.Object) []string {
			crosses := func(ref crd.Reference) bool { return ref.To.Namespace != crd.NamespaceOf(obj) }
			return references(obj, crosses, func(key crd.Key) string { return key.Namespace })
		},
		byControlPlane: func(obj crd.Object) []string {
			if id := obj.GetKonnectStatus().ControlPlaneID; id != "" {
				return []string{id}
			}
			return nil
		},
	}
}

func isParent(ref crd.Reference) bool { return ref.Role == crd.RoleParent }

func isCredential(ref crd.Reference) bool { return ref.Role == crd.RoleCredential }

func indexValue(key crd.Key) string { return key.Group + "/" + key.String() }

// get returns the cached object of key, nil when there is none. It must not be changed.
func (f forest) get(ctx context.Context, key crd.Key) (crd.Object, error) {
	kind, ok := f.kinds[key.GroupKind()]
	if !ok {
		return nil, nil
	}
	obj := kind.New()
	err := f.reader.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.Name}, obj, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return obj, err
}

// find returns the cached objects with a value in an index. They must not be changed.
func (f forest) find(ctx context.Context, index, value string) ([]crd.Object, error) {
	var found []crd.Object
	for _, kind := range f.kinds {
		objects, err := f.list(ctx, kind, client.MatchingFields{index: value})
		if err != nil {
			return nil, err
		}
		found = append(found, objects...)
	}
	return found, nil
}

func (f forest) list(ctx context.Context, kind scheme.Kind, opts ...client.ListOption) ([]crd.Object, error) {
	list := kind.NewList()
	if err := f.reader.List(ctx, list, append(opts, client.UnsafeDisableDeepCopy)...); err != nil {
		return nil, fmt.Errorf("list %s: %w", kind.Kind, err)
	}
	var found []crd.Object
	err := meta.EachListItem(list, func(item runtime.Object) error {
		found = append(found, objectOf(item))
		return nil
	})
	return found, err
}

// roots returns the tops of the trees that obj is in: one, unless its references
// lead to different control planes.
func (f forest) roots(ctx context.Context, obj crd.Object) (sets.Set[crd.Key], error) {
	found := sets.Set[crd.Key]{}
	for _, ref := range obj.References() {
		if !isParent(ref) {
			continue
		}
		parent, err := f.get(ctx, ref.To)
		if err != nil {
			return nil, err
		}
		if parent == nil {
			continue
		}
		above, err := f.roots(ctx, parent)
		if err != nil {
			return nil, err
		}
		found.Insert(above.UnsortedList()...)
	}
	if found.Len() == 0 {
		found.Insert(crd.KeyOf(obj))
	}
	return found, nil
}

// affected returns the roots of the trees that have to be looked at because of obj:
// its own, and those of the objects that need it. With distant set, children count
// too, whose root is another when obj comes or goes.
func (f forest) affected(ctx context.Context, obj crd.Object, distant bool) (sets.Set[crd.Key], error) {
	key := crd.KeyOf(obj)
	found := sets.Set[crd.Key]{}
	if konnect.HasEntity(key) {
		roots, err := f.roots(ctx, obj)
		if err != nil {
			return nil, err
		}
		found.Insert(roots.UnsortedList()...)
	}
	needed := map[string]string{byOther: indexValue(key)}
	if distant {
		needed[byParent] = indexValue(key)
	}
	if key.Kind == crd.ReferenceGrantKind {
		needed[byNamespace] = key.Namespace
	}
	for index, value := range needed {
		referrers, err := f.find(ctx, index, value)
		if err != nil {
			return nil, err
		}
		for _, referrer := range referrers {
			roots, err := f.affected(ctx, referrer, false)
			if err != nil {
				return nil, err
			}
			found.Insert(roots.UnsortedList()...)
		}
	}
	return found, nil
}

// credentials returns the credentials that have to be looked at because of obj: itself,
// those that take their token from it and, for a grant, those to which or from which
// references cross that it may permit.
func (f forest) credentials(ctx context.Context, obj crd.Object) (sets.Set[crd.Key], error) {
	key := crd.KeyOf(obj)
	found := sets.Set[crd.Key]{}
	index, value := byOther, indexValue(key)
	if key.Kind == crd.ReferenceGrantKind {
		index, value = byNamespace, key.Namespace
	}
	referrers, err := f.find(ctx, index, value)
	for _, other := range append(referrers, obj) {
		if slices.ContainsFunc(other.References(), isCredential) && !konnect.HasEntity(crd.KeyOf(other)) {
			found.Insert(crd.KeyOf(other))
			continue
		}
		for _, ref := range other.References() {
			if index == byNamespace && isCredential(ref) {
				found.Insert(ref.To)
			}
		}
	}
	return found, err
}

// tree returns the objects of the tree below root, each after its parents; none when
// root is not there or is no root any more.
func (f forest) tree(ctx context.Context, root crd.Key) ([]crd.Object, error) {
	top, err := f.get(ctx, root)
	if err != nil || top == nil {
		return nil, err
	}
	if roots, err := f.roots(ctx, top); err != nil || !roots.Has(root) {
		return nil, err
	}
	tree := []crd.Object{top}
	seen := sets.New(root)
	for i := 0; i < len(tree); i++ {
		children, err := f.find(ctx, byParent, indexValue(crd.KeyOf(tree[i])))
		if err != nil {
			return nil, err
		}
		for _, child := range children {
			if key := crd.KeyOf(child); !seen.Has(key) {
				seen.Insert(key)
				tree = append(tree, child)
			}
		}
	}
	return tree, nil
}

// allRoots returns the roots of all trees, and the keys of all objects without an entity.
func (f forest) allRoots(ctx context.Context) (sets.Set[crd.Key], error) {
	found := sets.Set[crd.Key]{}
	for _, kind := range f.kinds {
		objects, err := f.list(ctx, kind)
		if err != nil {
			return found, err
		}
		for _, obj := range objects {
			roots, err := f.roots(ctx, obj)
			if err != nil {
				return found, err
			}
			found.Insert(roots.UnsortedList()...)
		}
	}
	return found, nil
}
