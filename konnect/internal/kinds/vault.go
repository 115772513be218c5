package kinds

import (
	"errors"

	"github.com/Kong/sdk-konnect-go/models/components"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// vault is KongVault: core-entities/vaults. Of the configuration only what the object gives
// is compared: Konnect fills in defaults, and nothing published says which.
func vault() *Kind {
	var hidden []secrets.Field
	for _, name := range konnectrules.VaultSecrets() {
		hidden = append(hidden, secrets.Field{Name: "config." + name})
	}
	return of(Kind{
		Collection: "vaults",
		Identity:   Identity{Name: "prefix", Unique: [][]string{{"prefix"}}, Field: "spec.prefix", ByName: true},
		Fields: []canon.Field{
			{Name: "name"},
			{Name: "prefix"},
			{Name: "description", Default: ""},
			{Name: "config", Subset: true, Secret: append(konnectrules.VaultSecrets(), konnectrules.VaultSecretNames)},
			{Name: "tags", Set: true},
		},
		WriteOnly: hidden,
		Quote:     func(prefix string) string { return "{vault://" + prefix + "/" },
	}, typed[*configurationv1alpha1.KongVault]{
		name:    func(v *configurationv1alpha1.KongVault) string { return v.Spec.Prefix },
		check:   konnectrules.CheckVault,
		payload: vaultPayload,
		// An object without a configuration asks for nothing.
		normalize: func(vault canon.Object) {
			if vault["config"] == nil {
				vault["config"] = canon.Object{}
			}
		},
	})
}

func vaultPayload(v *configurationv1alpha1.KongVault, in Inputs) (any, error) {
	payload := components.Vault{Name: v.Spec.Backend, Prefix: v.Spec.Prefix, Tags: in.Tags}
	if v.Spec.Description != "" {
		payload.Description = &v.Spec.Description
	}
	if config := v.Spec.Config.Reveal(); config != "" {
		var err error
		if payload.Config, err = canon.Decode([]byte(config)); err != nil {
			return nil, errors.New("spec.config: must be a JSON object")
		}
	}
	return payload, nil
}
