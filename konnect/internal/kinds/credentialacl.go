package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// credentialACL is KongCredentialACL: core-entities/consumers/{parent}/acls.
func credentialACL() *Kind {
	return of(ofConsumer(Kind{
		Collection: "acls",
		Called:     [][]string{{"consumer", "group"}},
		Identity:   Identity{Name: "group", Unique: [][]string{{"consumer", "group"}}, Field: "spec.group"},
		Fields:     []canon.Field{{Name: "group"}},
	}), typed[*configurationv1alpha1.KongCredentialACL]{
		name: func(c *configurationv1alpha1.KongCredentialACL) string { return c.Spec.Group },
		check: func(c *configurationv1alpha1.KongCredentialACL) field.ErrorList {
			return checkValues(c.Spec.ConsumerRef.Name, map[string]*string{"group": &c.Spec.Group})
		},
		payload: func(c *configurationv1alpha1.KongCredentialACL, in Inputs) (any, error) {
			return components.ACLWithoutParents{Group: c.Spec.Group, Tags: in.Tags}, nil
		},
	})
}
