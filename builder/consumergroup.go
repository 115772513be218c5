package builder

import configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"

// ConsumerGroup builds a KongConsumerGroup. Konnect needs its ControlPlane.
type ConsumerGroup struct {
	base[configurationv1beta1.KongConsumerGroup]
}
