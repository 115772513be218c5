package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongUpstreamSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
	s.validateBalancing(errs, path)
	errs.Rule(path, s.ClientCertificate == nil || s.ClientCertificateRef == nil,
		"client_certificate and clientCertificateRef exclude each other")
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

func (u *KongUpstream) transition(errs *constraint.Errors, old *KongUpstream) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, u.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
