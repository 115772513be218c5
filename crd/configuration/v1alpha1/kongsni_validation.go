package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (k *KongSNI) transition(errs *constraint.Errors, old *KongSNI) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	errs.Rule(field.NewPath("spec", "certificateRef"), !programmed || k.Spec.CertificateRef.Equal(old.Spec.CertificateRef),
		"is immutable once the entity is Programmed")
}
