package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidateMetadata checks metadata as an API server does for every namespaced
// custom resource. A namespace that is not set is no error: KeyOf has a default.
func ValidateMetadata(meta metav1.Object) field.ErrorList {
	hasNamespace := meta.GetNamespace() != ""
	return validation.ValidateObjectMetaAccessor(meta, hasNamespace, validation.NameIsDNSSubdomain, field.NewPath("metadata"))
}
