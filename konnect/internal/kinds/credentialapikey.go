package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// credentialAPIKey is KongCredentialAPIKey: core-entities/consumers/{parent}/key-auth.
func credentialAPIKey() *Kind {
	return of(ofConsumer(Kind{
		Collection:       "key-auths",
		NestedCollection: "key-auth",
		Called:           [][]string{{"consumer"}},
		Identity:         Identity{Unique: [][]string{{"key"}}, Field: "spec.key", Secret: true},
		WriteOnly:        []secrets.Field{{Name: "key"}},
		Carried:          []string{"ttl"},
	}), typed[*configurationv1alpha1.KongCredentialAPIKey]{
		value: func(c *configurationv1alpha1.KongCredentialAPIKey, _ string, _ func(string) crd.Object) string {
			return c.Spec.Key.Reveal()
		},
		check: func(c *configurationv1alpha1.KongCredentialAPIKey) field.ErrorList {
			return checkValues(c.Spec.ConsumerRef.Name, map[string]*string{"key": revealed(&c.Spec.Key)})
		},
		payload: func(c *configurationv1alpha1.KongCredentialAPIKey, in Inputs) (any, error) {
			return components.KeyAuthWithoutParents{Key: revealed(&c.Spec.Key), Tags: in.Tags}, nil
		},
	})
}
