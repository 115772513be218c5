package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const (
	defaultTargetWeight = 100
	maxTargetWeight     = 65535
)

// Default implements crd.Object.
func (t *KongTarget) Default() {
	t.SetGroupVersionKind(t.GVK())
	if t.Spec.Weight == nil {
		t.Spec.Weight = new(defaultTargetWeight)
	}
	t.Status.Conditions = defaultConditions(t.Status.Conditions, t.Status.Konnect != nil)
}

// Validate implements crd.Object. The CRD takes an empty target; Konnect does not.
func (t *KongTarget) Validate() field.ErrorList {
	var errs constraint.Errors
	errs.Add(commonv1alpha1.ValidateMetadata(t)...)
	t.Spec.validate(&errs, field.NewPath("spec"))
	status := field.NewPath("status")
	errs.Add(commonv1alpha1.ValidateConditions(t.Status.Conditions, status)...)
	if t.Status.Konnect != nil {
		errs.Add(t.Status.Konnect.Validate(status.Child("konnect"))...)
	}
	return errs.List()
}

func (s *KongTargetSpec) validate(errs *constraint.Errors, path *field.Path) {
	errs.Add(s.UpstreamRef.Validate(path.Child("upstreamRef"))...)
	if s.Weight == nil {
		errs.Required(path, "weight")
	} else {
		errs.Range(path, "weight", int64(*s.Weight), 0, maxTargetWeight)
	}
	errs.Add(s.Adopt.Validate(path)...)
	errs.Add(s.Tags.Validate(path)...)
}

// ValidateUpdate implements crd.Object.
func (t *KongTarget) ValidateUpdate(old crd.Object) field.ErrorList {
	var errs constraint.Errors
	before, ok := constraint.Before[*KongTarget](&errs, old)
	if !ok {
		return errs.List()
	}
	spec := field.NewPath("spec")
	now := *t
	now.Status = before.Status
	errs.Add(now.Validate()...)
	errs.Add(t.Spec.Adopt.ValidateUpdate(before.Spec.Adopt, spec)...)
	errs.Rule(spec.Child("upstreamRef"), t.Spec.UpstreamRef.Equal(before.Spec.UpstreamRef), "is immutable")
	return errs.List()
}
