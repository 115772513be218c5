package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// ValidateMetadata checks metadata as an API server does for every namespaced
// custom resource. A namespace that is not set is no error: KeyOf has a default.
func ValidateMetadata(meta metav1.Object) field.ErrorList {
	if isPlainMetadata(meta) {
		return nil
	}
	hasNamespace := meta.GetNamespace() != ""
	return validation.ValidateObjectMetaAccessor(meta, hasNamespace, validation.NameIsDNSSubdomain, field.NewPath("metadata"))
}

// isPlainMetadata tells whether there is nothing but a valid name and namespace, and labels
// as everybody has them, which spares most objects of a large batch the full check.
func isPlainMetadata(meta metav1.Object) bool {
	const (
		maxName      = 253
		maxNamespace = 63
	)
	name, namespace := meta.GetName(), meta.GetNamespace()
	return len(name) <= maxName && constraint.IsDNSSubdomain(name) &&
		len(namespace) <= maxNamespace && (namespace == "" || constraint.IsDNSLabel(namespace)) &&
		meta.GetGenerateName() == "" && meta.GetGeneration() >= 0 &&
		len(meta.GetAnnotations())+len(meta.GetOwnerReferences())+len(meta.GetFinalizers())+len(meta.GetManagedFields()) == 0 &&
		arePlainLabels(meta.GetLabels())
}

// arePlainLabels tells whether labels are valid, with keys much shorter than they may be.
func arePlainLabels(labels map[string]string) bool {
	const maxLength = 63
	for key, value := range labels {
		if len(key) > maxLength || !constraint.IsQualifiedName(key) || len(value) > maxLength || value != "" && !constraint.IsLabelKey(value) {
			return false
		}
	}
	return true
}
