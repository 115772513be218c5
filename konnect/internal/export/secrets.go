package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// secrecy returns why the secrets of an entity cannot be exported; empty for nothing.
func (x *Export) secrecy(n *node) string {
	for _, f := range n.kind.WriteOnly {
		value := valueAt(n.fields, f.Name)
		switch {
		case f.Formula != nil:
			return "has a " + f.Name + " of which konnect keeps only a hash"
		case value == nil && f.Generated != nil && f.Generated(n.fields):
			return "has a " + f.Name + " that konnect does not return"
		}
	}
	return ""
}

// hidden says that an object lacks what Konnect does not return; empty where it lacks
// something else.
func (n *node) hidden(errs field.ErrorList) string {
	for _, f := range n.kind.WriteOnly {
		if valueAt(n.fields, f.Name) != nil {
			continue
		}
		for _, err := range errs {
			if strings.HasSuffix(err.Field, "."+f.Name) || strings.Contains(err.Detail, f.Name) {
				return "has a " + f.Name + " that konnect does not return"
			}
		}
	}
	return ""
}

// secretsOf are the paths of the values of an entity that must not be shown.
func (x *Export) secretsOf(n *node, fields canon.Object) []string {
	var found []string
	for _, path := range canon.Expand(fields, n.kind.SecretPaths()) {
		if isSecret(valueAt(fields, path)) {
			found = append(found, path)
		}
	}
	if c := n.kind.Configuration; c != nil {
		config, _ := fields[c.Field].(map[string]any)
		found = append(found, x.schemas[n.entity.Name].Secrets(config)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// isSecret reports whether a value, or any in it, is there and no reference to a vault.
func isSecret(value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case string:
		return value != "" && !konnectrules.IsVaultReference(value)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(value)), isSecret)
	case []any:
		return slices.ContainsFunc(value, isSecret)
	}
	return true
}

func valueAt(object map[string]any, path string) any {
	name, below, deeper := strings.Cut(path, ".")
	if !deeper {
		return object[name]
	}
	inner, _ := object[name].(map[string]any)
	return valueAt(inner, below)
}

// stored is a Secret, and what its object says in place of the values, by path.
type stored struct {
	secret crd.Object
	set    map[string]any
}

// store puts the secrets of an entity into Secrets, if objects of its kind can refer to
// them. It returns the entity without them.
func (x *Export) store(n *node, fields canon.Object) (canon.Object, []stored) {
	paths := x.secretsOf(n, fields)
	if len(paths) == 0 {
		return fields, nil
	}
	if n.kind.Configuration != nil {
		return x.storeConfiguration(n, fields, paths)
	}
	rest := maps.Clone(fields)
	var all []stored
	for i, place := range n.kind.Stored {
		data := map[string]string{}
		for key, from := range place.Keys {
			if text, _ := fields[from].(string); text != "" {
				data[key] = text
			}
			delete(rest, from)
		}
		if len(data) == 0 {
			continue
		}
		name := n.secretName()
		if i > 0 {
			name = fmt.Sprintf("%s-%d", name, i+1)
		}
		s := stored{secret: x.secret(name, data), set: map[string]any{place.Field: map[string]any{"name": name}}}
		for path, value := range place.With {
			s.set[path] = value
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return fields, nil
	}
	return rest, all
}

// secretName is that of a Secret with values of the entity. Its end is the kind's own.
func (n *node) secretName() string {
	kind := strings.TrimPrefix(n.kind.GroupKind.Kind, "Kong")
	return n.name + "-" + strings.ToLower(strings.TrimSuffix(kind, "Binding"))
}

func (x *Export) secret(name string, data map[string]string) crd.Object {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: x.options.Namespace}, StringData: data, Type: corev1.SecretTypeOpaque,
	}
	wrapped := core.NewSecret(secret)
	wrapped.SetGroupVersionKind(wrapped.GVK())
	return wrapped
}

// storeConfiguration takes the secrets out of a configuration, one by one where they can be
// patched in again, else all of it.
func (x *Export) storeConfiguration(n *node, fields canon.Object, paths []string) (canon.Object, []stored) {
	rest, at := maps.Clone(fields), n.kind.Configuration.Field
	config, _ := fields[at].(map[string]any)
	name := n.secretName()
	from := func(key string) map[string]any {
		return map[string]any{"secretKeyRef": map[string]any{"name": name, "key": key}}
	}
	data := map[string]string{}
	var patches []any
	left := config
	for _, path := range patched(paths) {
		key := strings.TrimPrefix(path, at+".")
		value := valueAt(config, key)
		if value == nil || len(validation.IsConfigMapKey(key)) > 0 {
			delete(rest, at)
			return rest, []stored{{x.secret(name, map[string]string{"config": canon.Text(config)}), map[string]any{"configFrom": from("config")}}}
		}
		data[key] = canon.Text(value)
		patches = append(patches, map[string]any{"path": "/" + strings.ReplaceAll(key, ".", "/"), "valueFrom": from(key)})
		left = without(left, key)
	}
	rest[at] = left
	return rest, []stored{{x.secret(name, data), map[string]any{"configPatches": patches}}}
}

// patched are the paths that are patched in: of a list as a whole, and of what is within
// another one not again.
func patched(paths []string) []string {
	var kept []string
	for _, path := range paths {
		path, _, _ = strings.Cut(path, "[")
		if !slices.ContainsFunc(kept, func(other string) bool { return strings.HasPrefix(path+".", other+".") }) {
			kept = append(kept, path)
		}
	}
	return kept
}

// without is an object without the value at a path, and without objects in which nothing is
// left.
func without(object map[string]any, path string) map[string]any {
	rest := maps.Clone(object)
	name, below, deeper := strings.Cut(path, ".")
	if inner, ok := rest[name].(map[string]any); deeper && ok {
		if inner = without(inner, below); len(inner) > 0 {
			rest[name] = inner
			return rest
		}
	}
	delete(rest, name)
	return rest
}
