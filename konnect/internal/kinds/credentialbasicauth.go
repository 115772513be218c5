package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// credentialBasicAuth is KongCredentialBasicAuth: core-entities/consumers/{parent}/basic-auth.
func credentialBasicAuth() *Kind {
	return of(ofConsumer(Kind{
		Collection:       "basic-auths",
		NestedCollection: "basic-auth",
		Called:           [][]string{{"consumer", "username"}},
		Identity:         Identity{Name: "username", Unique: [][]string{{"username"}}, Field: "spec.username"},
		Fields:           []canon.Field{{Name: "username"}},
		WriteOnly:        []secrets.Field{{Name: "password", Formula: secrets.SHA1With("consumer")}},
	}), typed[*configurationv1alpha1.KongCredentialBasicAuth]{
		name: func(c *configurationv1alpha1.KongCredentialBasicAuth) string { return c.Spec.Username },
		check: func(c *configurationv1alpha1.KongCredentialBasicAuth) field.ErrorList {
			return checkValues(c.Spec.ConsumerRef.Name, map[string]*string{
				"username": &c.Spec.Username, "password": revealed(&c.Spec.Password),
			})
		},
		payload: func(c *configurationv1alpha1.KongCredentialBasicAuth, in Inputs) (any, error) {
			return components.BasicAuthWithoutParents{
				Username: c.Spec.Username, Password: c.Spec.Password.Reveal(), Tags: in.Tags,
			}, nil
		},
	})
}
