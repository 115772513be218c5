package konnectrules

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// CheckDataPlaneCertificate returns what Konnect refuses of a KongDataPlaneClientCertificate
// that its CRD takes. The text is not shown, as it may hold a private key by mistake.
func CheckDataPlaneCertificate(c *configurationv1alpha1.KongDataPlaneClientCertificate) field.ErrorList {
	if _, err := ParseCertificates(c.Spec.Cert); err != nil {
		return field.ErrorList{field.Invalid(field.NewPath("spec", "cert"), crd.Redacted, err.Error())}
	}
	return nil
}
