package builder

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// Vault builds a KongVault, which lies in no namespace. Backend, Prefix and ControlPlaneIn
// are required.
type Vault struct {
	base[configurationv1alpha1.KongVault]
}

// Config sets spec.config to a value that becomes a JSON object, such as a map or a
// struct. No output of this module shows it, except the object's JSON and YAML.
func (v *Vault) Config(config any) *Vault {
	v.obj.Spec.Config = v.json(field.NewPath("spec", "config"), config)
	return v
}

// json is a value as JSON for a field whose form is open.
func (m *mistakes) json(path *field.Path, value any) crd.JSON {
	text, err := crd.NewJSON(value)
	if err != nil {
		m.add(field.Invalid(path, crd.Redacted, "cannot be encoded as JSON"))
	}
	return text
}
