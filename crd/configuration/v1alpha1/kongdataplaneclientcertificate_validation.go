package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd/internal/constraint"
	"github.com/konnectkit/konnectkit/crd/internal/lifecycle"
)

func (s *KongDataPlaneClientCertificateSpec) rules(errs *constraint.Errors, path *field.Path) {
	errs.Rule(path.Child("adopt"), s.Adopt == nil || s.Adopt.IsMatch(), "adopt needs the mode match")
}

func (c *KongDataPlaneClientCertificate) transition(errs *constraint.Errors, old *KongDataPlaneClientCertificate) {
	programmed := lifecycle.Programmed(errs, old.Status.Conditions, old.Status.Konnect != nil)
	lifecycle.ControlPlaneRef(errs, c.Spec.ControlPlaneRef, old.Spec.ControlPlaneRef, programmed)
	errs.Rule(field.NewPath("spec", "cert"), !programmed || c.Spec.Cert == old.Spec.Cert, "is immutable once the entity is Programmed")
}
