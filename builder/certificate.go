package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Certificate builds a KongCertificate. ControlPlane and one of KeyPair and Secret are
// required.
type Certificate struct {
	base[configurationv1alpha1.KongCertificate]
}

// KeyPair sets spec.cert and spec.key: a certificate in PEM, perhaps with its chain, and
// its private key, or references to a vault.
func (c *Certificate) KeyPair(cert, key string) *Certificate { return c.Cert(cert).Key(key) }

// KeyPairAlt is like KeyPair for spec.cert_alt and spec.key_alt, whose key is of the
// other type: RSA beside ECDSA.
func (c *Certificate) KeyPairAlt(cert, key string) *Certificate { return c.CertAlt(cert).KeyAlt(key) }

// Key sets spec.key. No output of this module shows it, except the object's JSON and YAML.
func (c *Certificate) Key(key string) *Certificate {
	c.obj.Spec.Key = new(crd.SecretString(key))
	return c
}

// KeyAlt sets spec.key_alt, which is as secret as spec.key.
func (c *Certificate) KeyAlt(key string) *Certificate {
	c.obj.Spec.KeyAlt = new(crd.SecretString(key))
	return c
}

// finish gives a certificate that is in a Secret its type.
func (c *Certificate) finish(obj *configurationv1alpha1.KongCertificate) field.ErrorList {
	if c.obj.Spec.Type == "" && obj.Spec.SecretRef != nil {
		obj.Spec.Type = configurationv1alpha1.CertificateTypeSecretRef
	}
	return nil
}
