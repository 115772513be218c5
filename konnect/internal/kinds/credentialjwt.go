package kinds

import (
	"strings"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// credentialJWT is KongCredentialJWT: core-entities/consumers/{parent}/jwt.
func credentialJWT() *Kind {
	normalize := func(jwt canon.Object) {
		if key, ok := jwt["rsa_public_key"].(string); ok {
			jwt["rsa_public_key"] = konnectrules.NormalizePEM(key)
		}
	}
	return of(ofConsumer(Kind{
		Collection:       "jwts",
		NestedCollection: "jwt",
		Called:           [][]string{{"consumer", "key"}},
		Identity:         Identity{Name: "key", Unique: [][]string{{"key"}}, Field: "spec.key"},
		Fields: []canon.Field{
			{Name: "key", Subset: true}, // Konnect makes one up
			{Name: "algorithm", Default: "HS256"},
			{Name: "rsa_public_key"},
		},
		WriteOnly: []secrets.Field{{Name: "secret", Generated: usesSecret}},
	}), typed[*configurationv1alpha1.KongCredentialJWT]{
		name:   func(c *configurationv1alpha1.KongCredentialJWT) string { return optional.Value(c.Spec.Key) },
		specID: func(c *configurationv1alpha1.KongCredentialJWT) *string { return c.Spec.ID },
		check: func(c *configurationv1alpha1.KongCredentialJWT) field.ErrorList {
			errs := append(entityID(c.Spec.ID), checkValues(c.Spec.ConsumerRef.Name, map[string]*string{
				"key": c.Spec.Key, "secret": revealed(c.Spec.Secret),
			})...)
			if key := c.Spec.RSAPublicKey; key != nil {
				if _, err := konnectrules.ParsePublicKey(*key); err != nil {
					errs = append(errs, field.Invalid(field.NewPath("spec", "rsa_public_key"), field.OmitValueType{}, err.Error()))
				}
			}
			return errs
		},
		payload: func(c *configurationv1alpha1.KongCredentialJWT, in Inputs) (any, error) {
			return components.JWTWithoutParents{
				Algorithm: new(components.JWTWithoutParentsAlgorithm(c.Spec.Algorithm)), RsaPublicKey: c.Spec.RSAPublicKey,
				Key: kept(c.Spec.Key, in.Observed, "key"), Secret: kept(revealed(c.Spec.Secret), in.Observed, "secret"), Tags: in.Tags,
			}, nil
		},
		normalize: normalize,
		project:   func(jwt canon.Object) canon.Object { normalize(jwt); return jwt },
	})
}

// usesSecret reports whether tokens are signed with the secret; that of other algorithms is
// made up too, and says nothing.
func usesSecret(jwt canon.Object) bool {
	algorithm, _ := jwt["algorithm"].(string)
	return strings.HasPrefix(algorithm, "HS")
}
