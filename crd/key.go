package crd

import (
	"cmp"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Key identifies an object: group and kind without the version, namespace and
// name. Keys are comparable.
type Key struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// KeyOf returns the key of obj. A namespace that is not set counts as "default",
// as it does for kubectl.
func KeyOf(obj Object) Key {
	gvk := obj.GVK()
	return Key{Group: gvk.Group, Kind: gvk.Kind, Namespace: NamespaceOf(obj), Name: obj.GetName()}
}

// NamespaceOf returns the namespace of obj, "default" when it is not set.
func NamespaceOf(obj interface{ GetNamespace() string }) string {
	if ns := obj.GetNamespace(); ns != "" {
		return ns
	}
	return DefaultNamespace
}

// DefaultNamespace is the namespace of objects that do not name one.
const DefaultNamespace = "default"

// GroupKind returns the key's group and kind.
func (k Key) GroupKind() schema.GroupKind {
	return schema.GroupKind{Group: k.Group, Kind: k.Kind}
}

// String returns kind, namespace and name: "KongRoute kong/route".
func (k Key) String() string {
	if k.Namespace == "" {
		return k.Kind + " " + k.Name
	}
	return k.Kind + " " + k.Namespace + "/" + k.Name
}

// Compare orders keys by group, kind, namespace and name.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		cmp.Compare(k.Group, other.Group),
		cmp.Compare(k.Kind, other.Kind),
		cmp.Compare(k.Namespace, other.Namespace),
		cmp.Compare(k.Name, other.Name),
	)
}
