// Package serverside keeps the objects that a controller makes as they should be, by
// server-side apply: fields that others set stay.
package serverside

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
)

// Writer writes for one owner of fields.
type Writer struct {
	Cluster client.Client
	Owner   client.FieldOwner
}

// Objects are found by their keys.
type Objects map[crd.Key]crd.Object

// ByKey returns the objects by their keys.
func ByKey(objects []crd.Object) Objects {
	found := make(Objects, len(objects))
	for _, obj := range objects {
		found[crd.KeyOf(obj)] = obj
	}
	return found
}

// Sync applies what is wanted and differs from what exists, and deletes what exists and is
// not wanted.
func (w Writer) Sync(ctx context.Context, existing, wanted Objects) error {
	for key, obj := range wanted {
		if err := w.apply(ctx, existing[key], obj); err != nil {
			return fmt.Errorf("apply %s: %w", key, err)
		}
	}
	for key, obj := range existing {
		if wanted[key] != nil || !obj.GetDeletionTimestamp().IsZero() {
			continue
		}
		if err := client.IgnoreNotFound(w.Cluster.Delete(ctx, obj)); err != nil {
			return fmt.Errorf("delete %s: %w", key, err)
		}
	}
	return nil
}

func (w Writer) apply(ctx context.Context, existing, obj crd.Object) error {
	wanted, err := content(obj)
	if err != nil {
		return err
	}
	if existing != nil && existing.GetDeletionTimestamp().IsZero() {
		there, err := content(existing)
		if err != nil {
			return err
		}
		if sameFields(there, wanted) && sameMetadata(existing, obj) {
			return nil
		}
	}
	return w.Cluster.Apply(ctx, client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: wanted}), w.Owner, client.ForceOwnership)
}

// content is an object without what is not ours to say.
func content(obj crd.Object) (map[string]any, error) {
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil, err
	}
	object["apiVersion"], object["kind"] = obj.GVK().GroupVersion().String(), obj.GVK().Kind
	delete(object, "status")
	unstructured.RemoveNestedField(object, "metadata", "creationTimestamp")
	return object, nil
}

// sameFields compares all but the metadata: not all kinds have their fields in a spec.
func sameFields(there, wanted map[string]any) bool {
	there, wanted = maps.Clone(there), maps.Clone(wanted)
	delete(there, "metadata")
	delete(wanted, "metadata")
	return reflect.DeepEqual(there, wanted)
}

func sameMetadata(there, wanted crd.Object) bool {
	return contains(there.GetLabels(), wanted.GetLabels()) && contains(there.GetAnnotations(), wanted.GetAnnotations()) &&
		slices.EqualFunc(there.GetOwnerReferences(), wanted.GetOwnerReferences(), func(a, b metav1.OwnerReference) bool { return a.UID == b.UID })
}

func contains(there, wanted map[string]string) bool {
	for name, value := range wanted {
		if found, ok := there[name]; !ok || found != value {
			return false
		}
	}
	return true
}
