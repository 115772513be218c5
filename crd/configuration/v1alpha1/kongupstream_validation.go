package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

const (
	minUpstreamSlots = 10
	maxUpstreamSlots = 65536
)

// Default implements crd.Object.
func (u *KongUpstream) Default() {
	u.SetGroupVersionKind(u.GVK())
	u.Spec.ControlPlaneRef.Default()
	u.Status.Conditions = defaultConditions(u.Status.Conditions, u.Status.Konnect != nil)
}

// Validate implements crd.Object.
func (u *KongUpstream) Validate() field.ErrorList {
	var errs constraint.Errors
	errs.Add(commonv1alpha1.ValidateMetadata(u)...)
	u.Spec.validate(&errs, field.NewPath("spec"))
	status := field.NewPath("status")
	errs.Add(commonv1alpha1.ValidateConditions(u.Status.Conditions, status)...)
	if u.Status.Konnect != nil {
		errs.Add(u.Status.Konnect.Validate(status.Child("konnect"))...)
	}
	return errs.List()
}

func (s *KongUpstreamSpec) validate(errs *constraint.Errors, path *field.Path) {
	if s.ControlPlaneRef == nil {
		errs.Required(path, "controlPlaneRef")
	}
	errs.Add(s.ControlPlaneRef.Validate(path)...)
	errs.Add(s.Adopt.Validate(path)...)
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
	s.validateBalancing(errs, path)
	s.Healthchecks.validate(errs, path)
	if s.Slots != nil {
		errs.Range(path, "slots", *s.Slots, minUpstreamSlots, maxUpstreamSlots)
	}
	if s.ClientCertificateRef != nil {
		errs.Add(s.ClientCertificateRef.Validate(path.Child("clientCertificateRef"))...)
	}
	errs.Rule(path, s.ClientCertificate == nil || s.ClientCertificateRef == nil,
		"client_certificate and clientCertificateRef exclude each other")
	errs.Add(s.Tags.Validate(path)...)
}

// validateBalancing checks that a way to balance comes with the fields it needs.
func (s *KongUpstreamSpec) validateBalancing(errs *constraint.Errors, path *field.Path) {
	needs := func(name string, value *string, when string, other string, set *string) {
		if value != nil && *value == when && set == nil {
			errs.Rule(path, false, other+" is required when "+name+" is "+when)
		}
	}
	needs("hash_on", s.HashOn, "header", "hash_on_header", s.HashOnHeader)
	needs("hash_on", s.HashOn, "cookie", "hash_on_cookie", s.HashOnCookie)
	needs("hash_on", s.HashOn, "cookie", "hash_on_cookie_path", s.HashOnCookiePath)
	needs("hash_on", s.HashOn, "query_arg", "hash_on_query_arg", s.HashOnQueryArg)
	needs("hash_on", s.HashOn, "uri_capture", "hash_on_uri_capture", s.HashOnURICapture)
	needs("hash_fallback", s.HashFallback, "header", "hash_fallback_header", s.HashFallbackHeader)
	needs("hash_fallback", s.HashFallback, "cookie", "hash_on_cookie", s.HashOnCookie)
	needs("hash_fallback", s.HashFallback, "cookie", "hash_on_cookie_path", s.HashOnCookiePath)
	needs("hash_fallback", s.HashFallback, "query_arg", "hash_fallback_query_arg", s.HashFallbackQueryArg)
	needs("hash_fallback", s.HashFallback, "uri_capture", "hash_fallback_uri_capture", s.HashFallbackURICapture)
	needs("algorithm", s.Algorithm, "sticky-sessions", "sticky_sessions_cookie", s.StickySessionsCookie)
}

// ValidateUpdate implements crd.Object.
func (u *KongUpstream) ValidateUpdate(old crd.Object) field.ErrorList {
	var errs constraint.Errors
	before, ok := constraint.Before[*KongUpstream](&errs, old)
	if !ok {
		return errs.List()
	}
	now := *u
	now.Status = before.Status
	errs.Add(now.Validate()...)
	errs.Add(u.Spec.Adopt.ValidateUpdate(before.Spec.Adopt, field.NewPath("spec"))...)
	programmed := programmedUpdate(&errs, before.Status.Conditions, before.Status.Konnect != nil)
	controlPlaneRefUpdate(&errs, u.Spec.ControlPlaneRef, before.Spec.ControlPlaneRef, programmed)
	return errs.List()
}
