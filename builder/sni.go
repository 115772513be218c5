package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// SNI builds a KongSNI. Certificate is required.
type SNI struct {
	base[configurationv1alpha1.KongSNI]
}
