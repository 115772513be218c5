package backends

import (
	"context"
	"maps"
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/konnectkit/konnectkit/crd"
)

// apply applies obj server-side, if what there is differs: fields that others set stay.
func (r *Reconciler) apply(ctx context.Context, existing, obj crd.Object) error {
	wanted, err := content(obj)
	if err != nil {
		return err
	}
	if existing != nil && existing.GetDeletionTimestamp().IsZero() {
		there, err := content(existing)
		if err != nil {
			return err
		}
		if reflect.DeepEqual(there["spec"], wanted["spec"]) && contains(existing.GetLabels(), obj.GetLabels()) &&
			slices.EqualFunc(existing.GetOwnerReferences(), obj.GetOwnerReferences(), func(a, b metav1.OwnerReference) bool { return a.UID == b.UID }) {
			return nil
		}
	}
	return r.cluster.Apply(ctx, client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: wanted}),
		fieldOwner, client.ForceOwnership)
}

// content is an object without what is not ours to say.
func content(obj crd.Object) (map[string]any, error) {
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil, err
	}
	delete(object, "status")
	unstructured.RemoveNestedField(object, "metadata", "creationTimestamp")
	return object, nil
}

func contains(labels, wanted map[string]string) bool {
	merged := maps.Clone(labels)
	maps.Copy(merged, wanted)
	return maps.Equal(merged, labels)
}
