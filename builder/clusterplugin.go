package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
)

// ClusterPlugin builds a KongClusterPlugin, which lies in no namespace: bindings of all
// namespaces may name it.
type ClusterPlugin struct {
	base[configurationv1.KongClusterPlugin]
}

// NewClusterPlugin starts a KongClusterPlugin of a type, such as rate-limiting.
func NewClusterPlugin(name, plugin string) *ClusterPlugin {
	p := &ClusterPlugin{}
	start(&p.base, name)
	p.obj.PluginName = plugin
	return p
}

// Config sets the configuration to a value that becomes a JSON object, such as a map or a
// struct: what that leaves out has the plugin's default. No output of this module shows
// it, except the object's JSON and YAML.
func (p *ClusterPlugin) Config(config any) *ClusterPlugin {
	p.obj.Config = p.json(field.NewPath("config"), config)
	return p
}

// ConfigFromSecret takes the whole configuration, as JSON or YAML, from a key of a Secret.
func (p *ClusterPlugin) ConfigFromSecret(namespace, secret, key string) *ClusterPlugin {
	p.obj.ConfigFrom = &configurationv1.NamespacedConfigSource{SecretKeyRef: inSecret(namespace, secret, key)}
	return p
}

// PatchFromSecret adds a value to the configuration, at a JSON pointer such as
// /redis/password, from a key of a Secret. The Secret holds the value as JSON: a text has
// its quotes.
func (p *ClusterPlugin) PatchFromSecret(path, namespace, secret, key string) *ClusterPlugin {
	p.obj.ConfigPatches = append(p.obj.ConfigPatches, configurationv1.NamespacedConfigPatch{
		Path: path, ValueFrom: configurationv1.NamespacedConfigSource{SecretKeyRef: inSecret(namespace, secret, key)},
	})
	return p
}

func inSecret(namespace, secret, key string) configurationv1.NamespacedSecretKeyRef {
	return configurationv1.NamespacedSecretKeyRef{Namespace: namespace, Name: secret, Key: key}
}
