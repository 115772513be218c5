package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// CredentialBasicAuth builds a KongCredentialBasicAuth. Consumer, Username and Password are required.
type CredentialBasicAuth struct {
	base[configurationv1alpha1.KongCredentialBasicAuth]
}
