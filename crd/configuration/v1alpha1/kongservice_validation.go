package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Default implements crd.Object.
func (s *KongService) Default() {
	s.SetGroupVersionKind(s.GVK())
	s.Spec.ControlPlaneRef.Default()
	s.Status.Conditions = defaultConditions(s.Status.Conditions, s.Status.Konnect != nil)
}

// Validate implements crd.Object. The CRD takes an empty host; Konnect does not.
func (s *KongService) Validate() field.ErrorList {
	var errs constraint.Errors
	errs.Add(commonv1alpha1.ValidateMetadata(s)...)
	s.Spec.validate(&errs, field.NewPath("spec"))
	s.Status.validate(&errs, field.NewPath("status"))
	return errs.List()
}

func (s *KongServiceSpec) validate(errs *constraint.Errors, path *field.Path) {
	if s.ControlPlaneRef == nil {
		errs.Required(path, "controlPlaneRef")
	}
	errs.Add(s.ControlPlaneRef.Validate(path)...)
	errs.Add(s.Adopt.Validate(path)...)
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
	if s.ClientCertificateRef != nil {
		errs.Add(s.ClientCertificateRef.Validate(path.Child("clientCertificateRef"))...)
	}
	for i, ref := range s.CACertificateRefs {
		errs.Add(ref.Validate(path.Child("caCertificateRefs").Index(i))...)
	}
	errs.Add(s.Tags.Validate(path)...)
}

func (s *KongServiceStatus) validate(errs *constraint.Errors, path *field.Path) {
	errs.Add(commonv1alpha1.ValidateConditions(s.Conditions, path)...)
	if s.Konnect == nil {
		return
	}
	errs.Add(s.Konnect.Validate(path.Child("konnect"))...)
	constraint.Unique(errs, path.Child("konnect"), "caCertificateIDs", s.Konnect.CACertificateIDs,
		func(id *string) string { return *id })
}

// ValidateUpdate implements crd.Object.
func (s *KongService) ValidateUpdate(old crd.Object) field.ErrorList {
	var errs constraint.Errors
	before, ok := constraint.Before[*KongService](&errs, old)
	if !ok {
		return errs.List()
	}
	now := *s
	now.Status = before.Status
	errs.Add(now.Validate()...)
	errs.Add(s.Spec.Adopt.ValidateUpdate(before.Spec.Adopt, field.NewPath("spec"))...)
	programmed := programmedUpdate(&errs, before.Status.Conditions, before.Status.Konnect != nil)
	controlPlaneRefUpdate(&errs, s.Spec.ControlPlaneRef, before.Spec.ControlPlaneRef, programmed)
	idUpdate(&errs, s.Spec.ID, before.Spec.ID)
	return errs.List()
}
