package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

var _ crd.Object = (*KonnectAPIAuthConfiguration)(nil)

// Default implements crd.Object.
func (c *KonnectAPIAuthConfiguration) Default() {
	c.SetGroupVersionKind(c.GVK())
	// The CRD has a default for the conditions of a status, but none for the whole.
	hasStatus := c.Status.OrganizationID != "" || c.Status.ServerURL != ""
	if hasStatus && len(c.Status.Conditions) == 0 {
		c.Status.Conditions = crd.PendingConditions()
		// The default of this kind does not use the type that the operator sets later.
		c.Status.Conditions[0].Type = "Valid"
	}
}

// Validate implements crd.Object. No error shows the token.
func (c *KonnectAPIAuthConfiguration) Validate() field.ErrorList {
	var errs constraint.Errors
	errs.Add(commonv1alpha1.ValidateMetadata(c)...)
	c.Spec.validate(&errs, field.NewPath("spec"))
	errs.Add(commonv1alpha1.ValidateConditions(c.Status.Conditions, field.NewPath("status"))...)
	return errs.List()
}

func (s *KonnectAPIAuthConfigurationSpec) validate(errs *constraint.Errors, path *field.Path) {
	errs.NonEmpty(path, "type", s.Type)
	errs.Enum(path, "type", s.Type, APIAuthTypeToken, APIAuthTypeSecretRef)
	switch s.Type {
	case APIAuthTypeToken:
		s.validateToken(errs, path)
	case APIAuthTypeSecretRef:
		errs.Rule(path, s.SecretRef != nil, "secretRef is required when type is secretRef")
	}
	errs.Rule(path, s.Token == nil || s.SecretRef == nil, "token and secretRef exclude each other")
	errs.NonEmpty(path, "serverURL", s.ServerURL)
	if s.ServerURL != "" {
		validateServerURL(errs, path.Child("serverURL"), s.ServerURL)
	}
}

func (s *KonnectAPIAuthConfigurationSpec) validateToken(errs *constraint.Errors, path *field.Path) {
	if s.Token == nil || *s.Token == "" {
		errs.Rule(path, false, "token is required when type is token")
		return
	}
	errs.Rule(path.Child("token"), isToken(s.Token.Reveal()), "must start with kpat_ or spat_")
}

// ValidateUpdate implements crd.Object. That a token must be kept follows from
// the rules for a new object.
func (c *KonnectAPIAuthConfiguration) ValidateUpdate(old crd.Object) field.ErrorList {
	var errs constraint.Errors
	before, ok := constraint.Before[*KonnectAPIAuthConfiguration](&errs, old)
	if !ok {
		return errs.List()
	}
	now := *c
	now.Status = before.Status
	errs.Add(now.Validate()...)
	errs.Rule(field.NewPath("spec", "serverURL"), c.Spec.ServerURL == before.Spec.ServerURL, "is immutable")
	return errs.List()
}
