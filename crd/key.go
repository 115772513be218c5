package crd

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

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
// as it does for kubectl; objects of the cluster have none.
func KeyOf(obj Object) Key {
	gvk := obj.GVK()
	return Key{Group: gvk.Group, Kind: gvk.Kind, Namespace: NamespaceOf(obj), Name: obj.GetName()}
}

// NamespaceOf returns the namespace of obj: "default" when it is not set, empty when its
// kind is cluster-scoped.
func NamespaceOf(obj interface{ GetNamespace() string }) string {
	if IsClusterScoped(obj) {
		return ""
	}
	if ns := obj.GetNamespace(); ns != "" {
		return ns
	}
	return DefaultNamespace
}

// IsClusterScoped reports whether obj is of a kind whose objects lie in no namespace.
func IsClusterScoped(obj any) bool {
	scoped, ok := obj.(interface{ IsClusterScoped() bool })
	return ok && scoped.IsClusterScoped()
}

// DefaultNamespace is the namespace of objects that do not name one.
const DefaultNamespace = "default"

// GroupKind returns the key's group and kind.
func (k Key) GroupKind() schema.GroupKind {
	return schema.GroupKind{Group: k.Group, Kind: k.Kind}
}

// String returns kind, namespace and name: "KongRoute kong/route". What is not
// printable in them, as in no name that an API server takes, is escaped.
func (k Key) String() string {
	if k.Namespace == "" {
		return oneLine(k.Kind + " " + k.Name)
	}
	return oneLine(k.Kind + " " + k.Namespace + "/" + k.Name)
}

// oneLine escapes what is not printable. The types import nothing that others could
// share it with.
func oneLine(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
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
