package ingress

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// name is that of an object in a namespace.
type name struct{ namespace, name string }

func (n name) String() string { return n.namespace + "/" + n.name }

// cluster finds what the input holds.
type cluster struct {
	services       map[name]*corev1.Service
	endpointSlices map[name][]discoveryv1.EndpointSlice
	secrets        map[name]bool
	// plugins are all KongPlugins, and KongClusterPlugins without a namespace.
	plugins map[name]plugin
	grants  map[string][]*configurationv1alpha1.KongReferenceGrant
}

// plugin is what matters of a KongPlugin or a KongClusterPlugin.
type plugin struct{ kind, instance string }

func newCluster(in Input) *cluster {
	c := &cluster{
		services: map[name]*corev1.Service{}, endpointSlices: map[name][]discoveryv1.EndpointSlice{},
		secrets: map[name]bool{}, plugins: map[name]plugin{}, grants: map[string][]*configurationv1alpha1.KongReferenceGrant{},
	}
	for i := range in.Services {
		s := &in.Services[i]
		c.services[name{crd.NamespaceOf(s), s.Name}] = s
	}
	for i := range in.EndpointSlices {
		s := &in.EndpointSlices[i]
		of := name{crd.NamespaceOf(s), s.Labels[discoveryv1.LabelServiceName]}
		c.endpointSlices[of] = append(c.endpointSlices[of], *s)
	}
	for i := range in.Secrets {
		s := &in.Secrets[i]
		c.secrets[name{crd.NamespaceOf(s), s.Name}] = true
	}
	for i := range in.KongClusterPlugins {
		p := &in.KongClusterPlugins[i]
		c.plugins[name{"", p.Name}] = pluginOf(p)
	}
	for i := range in.KongPlugins {
		p := &in.KongPlugins[i]
		c.plugins[name{crd.NamespaceOf(p), p.Name}] = pluginOf(p)
	}
	for i := range in.KongReferenceGrants {
		g := &in.KongReferenceGrants[i]
		c.grants[crd.NamespaceOf(g)] = append(c.grants[crd.NamespaceOf(g)], g)
	}
	return c
}

func pluginOf(p interface{ Plugin() configurationv1.Plugin }) plugin {
	said := p.Plugin()
	return plugin{said.Name, said.InstanceName}
}

// permit returns why an object of Kong's in a namespace must not refer to another one.
func (c *cluster) permit(kind, namespace string, to crd.Key) error {
	from := crd.Key{Group: crd.ConfigurationGroup, Kind: kind, Namespace: namespace}
	if namespace == to.Namespace {
		return nil
	}
	for _, grant := range c.grants[to.Namespace] {
		if grant.Permits(from, to) {
			return nil
		}
	}
	group := to.Group
	if group == "" {
		group = "core"
	}
	return fmt.Errorf("is not granted: needs a KongReferenceGrant in namespace %s from group %s, kind %s, namespace %s to group %s, kind %s, name %s",
		to.Namespace, from.Group, kind, namespace, group, to.Kind, to.Name)
}

// secret returns why an object of Kong's in a namespace cannot refer to a Secret.
func (c *cluster) secret(kind, namespace string, of name) error {
	if err := c.permit(kind, namespace, crd.Key{Kind: crd.SecretKind, Namespace: of.namespace, Name: of.name}); err != nil {
		return err
	}
	if !c.secrets[of] {
		return fmt.Errorf("there is no Secret %s", of)
	}
	return nil
}
