package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// CACertificate builds a KongCACertificate. ControlPlane and one of Cert and Secret are
// required.
type CACertificate struct {
	base[configurationv1alpha1.KongCACertificate]
}

// finish gives a certificate that is in a Secret its type.
func (c *CACertificate) finish(obj *configurationv1alpha1.KongCACertificate) field.ErrorList {
	if c.obj.Spec.Type == "" && obj.Spec.SecretRef != nil {
		obj.Spec.Type = configurationv1alpha1.CertificateTypeSecretRef
	}
	return nil
}
