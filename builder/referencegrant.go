package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// ReferenceGrant builds a KongReferenceGrant, in the namespace of the objects
// that are referred to. At least one From and one To are required; every
// referrer may refer to every target.
type ReferenceGrant struct {
	base[configurationv1alpha1.KongReferenceGrant]
}

// NewReferenceGrant starts a KongReferenceGrant.
func NewReferenceGrant(name string) *ReferenceGrant {
	g := &ReferenceGrant{}
	start(&g.base, name)
	// Empty lists make a grant without a referrer or target a mistake.
	g.obj.Spec.From = []configurationv1alpha1.ReferenceGrantFrom{}
	g.obj.Spec.To = []configurationv1alpha1.ReferenceGrantTo{}
	return g
}

// From adds one to spec.from: the objects of a kind in a namespace may refer.
func (g *ReferenceGrant) From(group, kind, namespace string) *ReferenceGrant {
	g.obj.Spec.From = append(g.obj.Spec.From, configurationv1alpha1.ReferenceGrantFrom{
		Group: group, Kind: kind, Namespace: namespace,
	})
	return g
}

// FromControlPlanes adds the KonnectGatewayControlPlanes of a namespace, which
// refer to KonnectAPIAuthConfigurations.
func (g *ReferenceGrant) FromControlPlanes(namespace string) *ReferenceGrant {
	return g.From(crd.KonnectGroup, crd.ControlPlaneKind, namespace)
}

// FromAPIAuths adds the KonnectAPIAuthConfigurations of a namespace, which refer
// to Secrets.
func (g *ReferenceGrant) FromAPIAuths(namespace string) *ReferenceGrant {
	return g.From(crd.KonnectGroup, crd.APIAuthKind, namespace)
}

// FromServices adds the KongServices of a namespace, which refer to control planes.
func (g *ReferenceGrant) FromServices(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, serviceKind, namespace)
}

// FromRoutes adds the KongRoutes of a namespace, which refer to services and
// control planes.
func (g *ReferenceGrant) FromRoutes(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, routeKind, namespace)
}

// FromUpstreams adds the KongUpstreams of a namespace, which refer to control planes.
func (g *ReferenceGrant) FromUpstreams(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, upstreamKind, namespace)
}

// FromTargets adds the KongTargets of a namespace, which refer to upstreams.
func (g *ReferenceGrant) FromTargets(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, targetKind, namespace)
}

// FromKeySets adds the KongKeySets of a namespace, which refer to control planes.
func (g *ReferenceGrant) FromKeySets(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, keySetKind, namespace)
}

// FromKeys adds the KongKeys of a namespace, which refer to control planes.
func (g *ReferenceGrant) FromKeys(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, keyKind, namespace)
}

// FromConsumers adds the KongConsumers of a namespace, which refer to control planes.
func (g *ReferenceGrant) FromConsumers(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, consumerKind, namespace)
}

// FromConsumerGroups adds the KongConsumerGroups of a namespace, which refer to control planes.
func (g *ReferenceGrant) FromConsumerGroups(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, consumerGroupKind, namespace)
}

// FromPluginBindings adds the KongPluginBindings of a namespace, which refer to control
// planes and KongPlugins.
func (g *ReferenceGrant) FromPluginBindings(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, pluginBindingKind, namespace)
}

// FromDataPlaneClientCertificates adds the KongDataPlaneClientCertificates of a namespace,
// which refer to control planes.
func (g *ReferenceGrant) FromDataPlaneClientCertificates(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, dataPlaneClientCertificateKind, namespace)
}

// FromVaults adds KongVaults, which lie in no namespace and refer to control planes.
func (g *ReferenceGrant) FromVaults() *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, vaultKind, "")
}

// FromCertificates adds the KongCertificates of a namespace, which refer to control
// planes and Secrets.
func (g *ReferenceGrant) FromCertificates(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, certificateKind, namespace)
}

// FromCACertificates is like FromCertificates for KongCACertificates.
func (g *ReferenceGrant) FromCACertificates(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, caCertificateKind, namespace)
}

// FromSNIs adds the KongSNIs of a namespace, which refer to certificates.
func (g *ReferenceGrant) FromSNIs(namespace string) *ReferenceGrant {
	return g.From(crd.ConfigurationGroup, sniKind, namespace)
}

// To adds to spec.to the named objects of a kind, or without a name all of them:
// who passes on a list of names sees to it that there are some. The group of
// Secrets is "core" here.
func (g *ReferenceGrant) To(group, kind string, names ...string) *ReferenceGrant {
	if names != nil && len(names) == 0 {
		g.add(field.Required(field.NewPath("spec", "to"), "an empty list of names would permit every "+kind))
	}
	if len(names) == 0 {
		g.obj.Spec.To = append(g.obj.Spec.To, configurationv1alpha1.ReferenceGrantTo{Group: group, Kind: kind})
	}
	for _, name := range names {
		g.obj.Spec.To = append(g.obj.Spec.To, configurationv1alpha1.ReferenceGrantTo{Group: group, Kind: kind, Name: &name})
	}
	return g
}

// ToControlPlanes adds KonnectGatewayControlPlanes: those named, or all.
func (g *ReferenceGrant) ToControlPlanes(names ...string) *ReferenceGrant {
	return g.To(crd.KonnectGroup, crd.ControlPlaneKind, names...)
}

// ToAPIAuths adds KonnectAPIAuthConfigurations: those named, or all.
func (g *ReferenceGrant) ToAPIAuths(names ...string) *ReferenceGrant {
	return g.To(crd.KonnectGroup, crd.APIAuthKind, names...)
}

// ToServices adds KongServices: those named, or all.
func (g *ReferenceGrant) ToServices(names ...string) *ReferenceGrant {
	return g.To(crd.ConfigurationGroup, serviceKind, names...)
}

// ToUpstreams adds KongUpstreams: those named, or all.
func (g *ReferenceGrant) ToUpstreams(names ...string) *ReferenceGrant {
	return g.To(crd.ConfigurationGroup, upstreamKind, names...)
}

// ToCertificates adds KongCertificates: those named, or all.
func (g *ReferenceGrant) ToCertificates(names ...string) *ReferenceGrant {
	return g.To(crd.ConfigurationGroup, certificateKind, names...)
}

// ToCACertificates adds KongCACertificates: those named, or all.
func (g *ReferenceGrant) ToCACertificates(names ...string) *ReferenceGrant {
	return g.To(crd.ConfigurationGroup, caCertificateKind, names...)
}

// ToSecrets adds Secrets: those named, or all.
func (g *ReferenceGrant) ToSecrets(names ...string) *ReferenceGrant {
	return g.To("core", crd.SecretKind, names...)
}

// Kinds of the configuration group that grants concern.
const (
	serviceKind  = "KongService"
	routeKind    = "KongRoute"
	upstreamKind = "KongUpstream"
	targetKind   = "KongTarget"
	keySetKind   = "KongKeySet"
	keyKind      = "KongKey"
	consumerKind = "KongConsumer"

	consumerGroupKind              = "KongConsumerGroup"
	dataPlaneClientCertificateKind = "KongDataPlaneClientCertificate"
	vaultKind                      = "KongVault"
	pluginBindingKind              = "KongPluginBinding"
	certificateKind                = "KongCertificate"
	caCertificateKind              = "KongCACertificate"
	sniKind                        = "KongSNI"
)
