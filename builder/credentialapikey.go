package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// CredentialAPIKey builds a KongCredentialAPIKey. Consumer and Key are required.
type CredentialAPIKey struct {
	base[configurationv1alpha1.KongCredentialAPIKey]
}
