package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongCACertificateSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path, s.Adopt == nil || s.ControlPlaneRef.IsKonnect(),
		"adopt needs a controlPlaneRef of type konnectNamespacedRef")
	errs.Rule(path, s.Type != CertificateTypeInline || s.Cert != nil && *s.Cert != "", "cert is required when type is inline")
	errs.Rule(path, s.Type != CertificateTypeSecretRef || s.SecretRef != nil, "secretRef is required when type is secretRef")
	errs.Rule(path, s.Cert == nil || s.SecretRef == nil, "cert and secretRef exclude each other")
}

func (k *KongCACertificate) transition(errs *constraint.Errors, old *KongCACertificate) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, k.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
}
