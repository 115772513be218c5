package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// credentialHMAC is KongCredentialHMAC: core-entities/consumers/{parent}/hmac-auth.
func credentialHMAC() *Kind {
	return of(ofConsumer(Kind{
		Collection:       "hmac-auths",
		NestedCollection: "hmac-auth",
		Called:           [][]string{{"consumer", "username"}},
		Identity:         Identity{Name: "username", Unique: [][]string{{"username"}}, Field: "spec.username"},
		Fields:           []canon.Field{{Name: "username"}},
		WriteOnly:        []secrets.Field{{Name: "secret", Generated: func(canon.Object) bool { return true }}},
	}), typed[*configurationv1alpha1.KongCredentialHMAC]{
		name:   func(c *configurationv1alpha1.KongCredentialHMAC) string { return c.Spec.Username },
		specID: func(c *configurationv1alpha1.KongCredentialHMAC) *string { return c.Spec.ID },
		check: func(c *configurationv1alpha1.KongCredentialHMAC) field.ErrorList {
			return append(entityID(c.Spec.ID), checkValues(c.Spec.ConsumerRef.Name, map[string]*string{
				"username": &c.Spec.Username, "secret": revealed(c.Spec.Secret),
			})...)
		},
		payload: func(c *configurationv1alpha1.KongCredentialHMAC, in Inputs) (any, error) {
			return components.HMACAuthWithoutParents{
				Username: c.Spec.Username, Secret: kept(revealed(c.Spec.Secret), in.Observed, "secret"), Tags: in.Tags,
			}, nil
		},
	})
}
