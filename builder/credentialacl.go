package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// CredentialACL builds a KongCredentialACL. Consumer and Group are required.
type CredentialACL struct {
	base[configurationv1alpha1.KongCredentialACL]
}
