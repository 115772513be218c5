package v1

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/internal/constraint"
)

// Plugin is what a KongPlugin and a KongClusterPlugin say alike.
type Plugin struct {
	Name, InstanceName, RunOn string
	Config                    crd.JSON
	Protocols                 []string
	Ordering                  *PluginOrdering
	Disabled                  bool
	// From is where the whole configuration comes from; nil for Config.
	From *SecretValue
	// Patches add to Config.
	Patches []SecretPatch
}

// SecretValue is a value of a Secret.
type SecretValue struct {
	// Field that names it, as in crd.Reference.
	Field  string
	Secret crd.Key
	Key    string
}

// SecretPatch adds a value of a Secret at a JSON pointer.
type SecretPatch struct {
	Path string
	SecretValue
}

// Plugin returns what the object says.
func (p *KongPlugin) Plugin() Plugin {
	out := Plugin{
		Name: p.PluginName, InstanceName: p.InstanceName, RunOn: p.RunOn, Config: p.Config,
		Protocols: p.Protocols, Ordering: p.Ordering, Disabled: p.Disabled != nil && *p.Disabled,
	}
	namespace := crd.NamespaceOf(p)
	if from := p.ConfigFrom; from != nil {
		value := from.value(configFromField, namespace)
		out.From = &value
	}
	for i, patch := range p.ConfigPatches {
		out.Patches = append(out.Patches, SecretPatch{patch.Path, patch.ValueFrom.value(patchField(i), namespace)})
	}
	return out
}

// Plugin returns what the object says.
func (p *KongClusterPlugin) Plugin() Plugin {
	out := Plugin{
		Name: p.PluginName, InstanceName: p.InstanceName, RunOn: p.RunOn, Config: p.Config,
		Protocols: p.Protocols, Ordering: p.Ordering, Disabled: p.Disabled != nil && *p.Disabled,
	}
	if from := p.ConfigFrom; from != nil {
		value := from.value(configFromField)
		out.From = &value
	}
	for i, patch := range p.ConfigPatches {
		out.Patches = append(out.Patches, SecretPatch{patch.Path, patch.ValueFrom.value(patchField(i))})
	}
	return out
}

const configFromField = "configFrom.secretKeyRef"

func patchField(i int) string { return fmt.Sprintf("configPatches[%d].valueFrom.secretKeyRef", i) }

func (s ConfigSource) value(at, namespace string) SecretValue {
	ref := s.SecretKeyRef
	return SecretValue{at, crd.Key{Kind: crd.SecretKind, Namespace: namespace, Name: ref.Name}, ref.Key}
}

func (s NamespacedConfigSource) value(at string) SecretValue {
	ref := s.SecretKeyRef
	return SecretValue{at, crd.Key{Kind: crd.SecretKind, Namespace: ref.Namespace, Name: ref.Name}, ref.Key}
}

// references are the Secrets that p takes values from.
func (p Plugin) references(granted bool) []crd.Reference {
	var values []SecretValue
	if p.From != nil {
		values = append(values, *p.From)
	}
	for _, patch := range p.Patches {
		values = append(values, patch.SecretValue)
	}
	var refs []crd.Reference
	for _, value := range values {
		refs = append(refs, crd.Reference{Field: value.Field, To: value.Secret, Granted: granted})
	}
	return refs
}

// References implements crd.Object.
func (p *KongPlugin) References() []crd.Reference { return p.Plugin().references(false) }

// References implements crd.Object.
func (p *KongClusterPlugin) References() []crd.Reference { return p.Plugin().references(true) }

// Default implements crd.Object. A status that says nothing at all stays so.
func (p *KongPlugin) Default() { p.SetGroupVersionKind(p.GVK()) }

// Default implements crd.Object. A status that says nothing at all stays so.
func (p *KongClusterPlugin) Default() {
	p.SetGroupVersionKind(p.GVK())
	p.Namespace = ""
}

func (p *KongPlugin) check(errs *constraint.Errors, path *field.Path) {
	p.Plugin().check(errs, path, p.ConfigPatches != nil)
}

func (p *KongClusterPlugin) check(errs *constraint.Errors, path *field.Path) {
	p.Plugin().check(errs, path, p.ConfigPatches != nil)
}

func (p Plugin) check(errs *constraint.Errors, path *field.Path, patched bool) {
	errs.Rule(path.Child("config"), p.Config == "" || strings.HasPrefix(p.Config.Reveal(), "{"), "must be an object")
	errs.Rule(path.Child("config"), p.Config == "" || p.From == nil, "config and configFrom must not both be set")
	errs.Rule(path.Child("configFrom"), p.From == nil || !patched, "configFrom and configPatches must not both be set")
	allowed := []string{"http", "https", "grpc", "grpcs", "tcp", "tls", "udp"}
	for i, protocol := range p.Protocols {
		if !slices.Contains(allowed, protocol) {
			errs.Add(field.NotSupported(path.Child("protocols").Index(i), protocol, allowed))
		}
	}
	errs.Enum(path, "run_on", p.RunOn, "first", "second", "all")
}

func (p *KongPlugin) transition(errs *constraint.Errors, old *KongPlugin) {
	errs.Rule(field.NewPath("plugin"), p.PluginName == old.PluginName, "is immutable")
}

func (p *KongClusterPlugin) transition(errs *constraint.Errors, old *KongClusterPlugin) {
	errs.Rule(field.NewPath("plugin"), p.PluginName == old.PluginName, "is immutable")
}
