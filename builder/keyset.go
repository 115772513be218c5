package builder

import configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"

// KeySet builds a KongKeySet. ControlPlane is required.
type KeySet struct {
	base[configurationv1alpha1.KongKeySet]
}
