package gatewayapi

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// place is a namespace and a name.
type place struct{ namespace, name string }

// cluster is what routes and listeners refer to.
type cluster struct {
	services map[place]*corev1.Service
	slices   map[place][]discoveryv1.EndpointSlice
	secrets  map[place]bool
	plugins  map[place]*configurationv1.KongPlugin
	labels   map[string]map[string]string
	// grants and kongGrants are by namespace.
	grants     map[string][]*gatewayv1.ReferenceGrant
	kongGrants map[string][]*configurationv1alpha1.KongReferenceGrant
}

func newCluster(in *Input) *cluster {
	c := &cluster{
		services:   make(map[place]*corev1.Service, len(in.Services)),
		slices:     make(map[place][]discoveryv1.EndpointSlice, len(in.Services)),
		secrets:    map[place]bool{},
		plugins:    map[place]*configurationv1.KongPlugin{},
		labels:     map[string]map[string]string{},
		grants:     map[string][]*gatewayv1.ReferenceGrant{},
		kongGrants: map[string][]*configurationv1alpha1.KongReferenceGrant{},
	}
	for i := range in.Services {
		s := &in.Services[i]
		c.services[place{crd.NamespaceOf(s), s.Name}] = s
	}
	for _, slice := range in.EndpointSlices {
		of := place{crd.NamespaceOf(&slice), slice.Labels[discoveryv1.LabelServiceName]}
		c.slices[of] = append(c.slices[of], slice)
	}
	for i := range in.Secrets {
		c.secrets[place{crd.NamespaceOf(&in.Secrets[i]), in.Secrets[i].Name}] = true
	}
	for i := range in.KongPlugins {
		p := &in.KongPlugins[i]
		c.plugins[place{crd.NamespaceOf(p), p.Name}] = p
	}
	for i := range in.Namespaces {
		c.labels[in.Namespaces[i].Name] = in.Namespaces[i].Labels
	}
	for i := range in.ReferenceGrants {
		namespace := crd.NamespaceOf(&in.ReferenceGrants[i])
		c.grants[namespace] = append(c.grants[namespace], &in.ReferenceGrants[i])
	}
	for i := range in.KongReferenceGrants {
		namespace := crd.NamespaceOf(&in.KongReferenceGrants[i])
		c.kongGrants[namespace] = append(c.kongGrants[namespace], &in.KongReferenceGrants[i])
	}
	return c
}

// permits reports whether an object of the Gateway API may refer to one of the core group,
// which it may in its own namespace and where a ReferenceGrant says so.
func (c *cluster) permits(from, to crd.Key) bool {
	if from.Namespace == to.Namespace {
		return true
	}
	for _, grant := range c.grants[to.Namespace] {
		if grantsFrom(grant, from) && grantsTo(grant, to) {
			return true
		}
	}
	return false
}

func grantsFrom(grant *gatewayv1.ReferenceGrant, from crd.Key) bool {
	for _, f := range grant.Spec.From {
		if string(f.Group) == from.Group && string(f.Kind) == from.Kind && string(f.Namespace) == from.Namespace {
			return true
		}
	}
	return false
}

func grantsTo(grant *gatewayv1.ReferenceGrant, to crd.Key) bool {
	for _, t := range grant.Spec.To {
		if string(t.Group) == to.Group && string(t.Kind) == to.Kind && (t.Name == nil || string(*t.Name) == to.Name) {
			return true
		}
	}
	return false
}

// permitsKong reports whether a Kong object may refer to one, by the KongReferenceGrants.
func (c *cluster) permitsKong(from, to crd.Key) bool {
	if from.Namespace == to.Namespace {
		return true
	}
	for _, grant := range c.kongGrants[to.Namespace] {
		if grant.Permits(from, to) {
			return true
		}
	}
	return false
}
