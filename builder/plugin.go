package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
)

// Plugin builds a KongPlugin, which a PluginBinding attaches to something.
type Plugin struct {
	base[configurationv1.KongPlugin]
}

// NewPlugin starts a KongPlugin of a type, such as rate-limiting.
func NewPlugin(name, plugin string) *Plugin {
	p := &Plugin{}
	start(&p.base, name)
	p.obj.PluginName = plugin
	return p
}

// Config sets the configuration to a value that becomes a JSON object, such as a map or a
// struct: what that leaves out has the plugin's default. No output of this module shows
// it, except the object's JSON and YAML.
func (p *Plugin) Config(config any) *Plugin {
	p.obj.Config = p.json(field.NewPath("config"), config)
	return p
}

// ConfigFromSecret takes the whole configuration, as JSON or YAML, from a key of a Secret
// of the same namespace.
func (p *Plugin) ConfigFromSecret(secret, key string) *Plugin {
	p.obj.ConfigFrom = &configurationv1.ConfigSource{SecretKeyRef: configurationv1.SecretKeyRef{Name: secret, Key: key}}
	return p
}

// PatchFromSecret adds a value to the configuration, at a JSON pointer such as
// /redis/password, from a key of a Secret of the same namespace. The Secret holds the
// value as JSON: a text has its quotes.
func (p *Plugin) PatchFromSecret(path, secret, key string) *Plugin {
	p.obj.ConfigPatches = append(p.obj.ConfigPatches, configurationv1.ConfigPatch{
		Path:      path,
		ValueFrom: configurationv1.ConfigSource{SecretKeyRef: configurationv1.SecretKeyRef{Name: secret, Key: key}},
	})
	return p
}
