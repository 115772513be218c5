package v1

import (
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
)

// References implements crd.Object.
func (c *KongConsumer) References() []crd.Reference {
	var refs []crd.Reference
	namespace := crd.NamespaceOf(c)
	if ref, ok := c.Spec.ControlPlaneRef.Reference(namespace); ok {
		refs = append(refs, ref)
	}
	for i, name := range c.ConsumerGroups {
		refs = append(refs, crd.Reference{
			Field: fmt.Sprintf("consumerGroups[%d]", i),
			To:    crd.Key{Group: crd.ConfigurationGroup, Kind: "KongConsumerGroup", Namespace: namespace, Name: name},
		})
	}
	for i, name := range c.Credentials {
		refs = append(refs, crd.Reference{
			Field: fmt.Sprintf("credentials[%d]", i),
			To:    crd.Key{Kind: crd.SecretKind, Namespace: namespace, Name: name},
			Role:  crd.RoleImplies,
		})
	}
	return append(refs, crd.PluginReferences(c)...)
}
