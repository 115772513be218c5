package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongCertificateSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
	errs.Rule(path, s.Type != CertificateTypeInline || s.Cert != nil && *s.Cert != "", "cert is required when type is inline")
	errs.Rule(path, s.Type != CertificateTypeInline || s.Key != nil && *s.Key != "", "key is required when type is inline")
	errs.Rule(path, s.Type != CertificateTypeSecretRef || s.SecretRef != nil, "secretRef is required when type is secretRef")
	inSecrets := s.SecretRef != nil || s.SecretRefAlt != nil
	errs.Rule(path, !inSecrets || s.Cert == nil && s.Key == nil, "cert and key exclude secretRef and secretRefAlt")
	errs.Rule(path, !inSecrets || s.CertAlt == nil && s.KeyAlt == nil, "cert_alt and key_alt exclude secretRef and secretRefAlt")
}

func (k *KongCertificate) transition(errs *constraint.Errors, old *KongCertificate) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, k.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
