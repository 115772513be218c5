// Package lifecycle holds what Default and ValidateUpdate of several kinds share: the
// conditions of a new object, and the fields that must not change later.
package lifecycle

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// DefaultConditions returns conditions with the default of a status that says nothing
// at all; hasEntity reports whether the status names an entity.
func DefaultConditions(conditions []metav1.Condition, hasEntity bool) []metav1.Condition {
	switch {
	case len(conditions) > 0:
		return conditions
	case hasEntity:
		return nil
	default:
		return crd.PendingConditions()
	}
}

// ControlPlaneRef checks that spec.controlPlaneRef is kept, and not changed once the
// entity is Programmed.
func ControlPlaneRef(errs *constraint.Errors, ref, old *commonv1alpha1.ControlPlaneRef, programmed bool) {
	path := field.NewPath("spec", "controlPlaneRef")
	errs.Rule(path, old == nil || ref != nil, "must not be removed")
	if ref != nil && programmed {
		errs.Rule(path, ref.Equal(old), "is immutable once the entity is Programmed")
	}
}

// Programmed reports whether conditions say Programmed. A status that names an entity
// but has no conditions is an error: the rules of the CRD that look at them cannot be
// evaluated then, and so refuse the update.
func Programmed(errs *constraint.Errors, conditions []metav1.Condition, hasEntity bool) bool {
	errs.Rule(field.NewPath("status"), !hasEntity || len(conditions) > 0, "conditions must be set when konnect is set")
	return commonv1alpha1.ConditionIsTrue(conditions, crd.ConditionProgrammed)
}

// ID checks that spec.id is neither added, changed nor removed.
func ID(errs *constraint.Errors, id, old *string) {
	same := id == old || id != nil && old != nil && *id == *old
	errs.Rule(field.NewPath("spec", "id"), same, "is immutable")
}
