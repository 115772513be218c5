package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

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

func (s *KonnectAPIAuthConfigurationSpec) rules(errs *constraint.Errors, path *field.Path) {
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

// transition has no rule for the token: that it must be kept follows from the rules for
// a new object.
func (c *KonnectAPIAuthConfiguration) transition(errs *constraint.Errors, old *KonnectAPIAuthConfiguration) {
	errs.Rule(field.NewPath("spec", "serverURL"), c.Spec.ServerURL == old.Spec.ServerURL, "is immutable")
}
