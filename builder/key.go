package builder

import (
	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Key builds a KongKey. KID, ControlPlane or KeySet, and JWK or PEM are required.
type Key struct {
	base[configurationv1alpha1.KongKey]
}

// KeySet sets spec.keySetRef to a KongKeySet of the same namespace.
func (k *Key) KeySet(name string) *Key {
	return k.KeySetRef(configurationv1alpha1.KeySetRef{
		Type:          configurationv1alpha1.KeySetRefNamespacedRef,
		NamespacedRef: &commonv1alpha1.NameRef{Name: name},
	})
}

// PEM sets spec.pem to a private key, which is not encrypted, and its public key. No
// output of this module shows the former, except the object's JSON and YAML.
func (k *Key) PEM(privateKey, publicKey string) *Key {
	k.obj.Spec.PEM = &configurationv1alpha1.PEMKeyPair{PrivateKey: new(crd.SecretString(privateKey)), PublicKey: publicKey}
	return k
}
