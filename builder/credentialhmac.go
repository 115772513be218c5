package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// CredentialHMAC builds a KongCredentialHMAC. Consumer and Username are required.
type CredentialHMAC struct {
	base[configurationv1alpha1.KongCredentialHMAC]
}
