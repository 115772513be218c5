package v1alpha1

import (
	"fmt"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Tags group and filter entities in Konnect: at most 20, each 1 to 128
// characters long. Konnect treats them as a set.
//
// +kubebuilder:validation:MaxItems=20
// +kubebuilder:validation:XValidation:rule="self.all(tag, size(tag) >= 1 && size(tag) <= 128)",message="each of tags must have 1 to 128 characters"
type Tags []string

const (
	maxTags      = 20
	maxTagLength = 128
)

// Validate checks the tags, which are at spec.tags.
func (t Tags) Validate(spec *field.Path) field.ErrorList {
	if len(t) == 0 {
		return nil
	}
	var errs constraint.Errors
	errs.Items(spec, "tags", len(t), 0, maxTags)
	for i, tag := range t {
		if tag == "" || len(tag) > maxTagLength && utf8.RuneCountInString(tag) > maxTagLength {
			errs.Rule(spec.Child("tags"), false, fmt.Sprintf("tag %d must have 1 to %d characters", i, maxTagLength))
		}
	}
	return errs.List()
}
