package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

var (
	_ crd.Object = (*KongService)(nil)
	_ crd.Object = (*KongRoute)(nil)
	_ crd.Object = (*KongUpstream)(nil)
	_ crd.Object = (*KongTarget)(nil)
	_ crd.Object = (*KongReferenceGrant)(nil)
)

// defaultConditions returns conditions with the default of a status that says
// nothing at all.
func defaultConditions(conditions []metav1.Condition, hasEntity bool) []metav1.Condition {
	switch {
	case len(conditions) > 0:
		return conditions
	case hasEntity:
		return nil
	default:
		return crd.PendingConditions()
	}
}

// controlPlaneRefUpdate checks that a control plane reference is kept, and not
// changed once the entity is Programmed.
func controlPlaneRefUpdate(errs *constraint.Errors, ref, old *commonv1alpha1.ControlPlaneRef, programmed bool) {
	path := field.NewPath("spec", "controlPlaneRef")
	errs.Rule(path, old == nil || ref != nil, "must not be removed")
	if ref != nil && programmed {
		errs.Rule(path, ref.Equal(old), "is immutable once the entity is Programmed")
	}
}

// programmedUpdate tells whether conditions say Programmed. A status that holds
// something but no conditions is an error: the rules of the CRD that look at them
// cannot be evaluated then, and so refuse the update.
func programmedUpdate(errs *constraint.Errors, conditions []metav1.Condition, hasEntity bool) bool {
	errs.Rule(field.NewPath("status"), !hasEntity || len(conditions) > 0, "conditions must be set when konnect is set")
	return commonv1alpha1.ConditionIsTrue(conditions, crd.ConditionProgrammed)
}

// idUpdate checks that spec.id is neither added, changed nor removed.
func idUpdate(errs *constraint.Errors, id, old *string) {
	same := id == old || id != nil && old != nil && *id == *old
	errs.Rule(field.NewPath("spec", "id"), same, "is immutable")
}
