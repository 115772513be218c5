package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const (
	maxConditions       = 8
	maxConditionType    = 316
	maxConditionReason  = 1024
	maxConditionMessage = 32768
)

// ValidateConditions checks status.conditions. An empty list counts as unset.
func ValidateConditions(conditions []metav1.Condition, status *field.Path) field.ErrorList {
	if len(conditions) == 0 {
		return nil
	}
	var errs constraint.Errors
	errs.Items(status, "conditions", len(conditions), 1, maxConditions)
	for i := range conditions {
		path := status.Child("conditions").Index(i)
		validateCondition(&errs, path, &conditions[i])
	}
	constraint.Unique(&errs, status, "conditions", conditions, func(c *metav1.Condition) string { return c.Type })
	return errs.List()
}

func validateCondition(errs *constraint.Errors, path *field.Path, c *metav1.Condition) {
	errs.NonEmpty(path, "type", c.Type)
	errs.MaxLength(path, "type", c.Type, maxConditionType)
	errs.Match(path, "type", c.Type, constraint.IsQualifiedName, "a condition type such as Programmed or example.com/Ready")
	errs.NonEmpty(path, "status", string(c.Status))
	errs.Enum(path, "status", string(c.Status),
		string(metav1.ConditionTrue), string(metav1.ConditionFalse), string(metav1.ConditionUnknown))
	errs.Name(path, "reason", c.Reason, maxConditionReason)
	errs.Match(path, "reason", c.Reason, constraint.IsConditionReason, "letters, digits, _ , and : that start with a letter")
	errs.MaxLength(path, "message", c.Message, maxConditionMessage)
	if c.LastTransitionTime.IsZero() {
		errs.Required(path, "lastTransitionTime")
	}
	if c.ObservedGeneration < 0 {
		errs.Add(field.Invalid(path.Child("observedGeneration"), c.ObservedGeneration, "must not be negative"))
	}
}

// ConditionIsTrue tells whether conditions hold one of that type whose status is True.
func ConditionIsTrue(conditions []metav1.Condition, conditionType string) bool {
	for i := range conditions {
		if conditions[i].Type == conditionType && conditions[i].Status == metav1.ConditionTrue {
			return true
		}
	}
	return false
}
