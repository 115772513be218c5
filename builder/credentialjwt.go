package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// CredentialJWT builds a KongCredentialJWT. Consumer is required.
type CredentialJWT struct {
	base[configurationv1alpha1.KongCredentialJWT]
}
