package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
)

// key is KongKey: core-entities/keys.
func key() *Kind {
	return of(Kind{
		Collection: "keys",
		Called:     [][]string{{"name"}, {"set", "kid"}},
		References: []Reference{{Field: configurationv1alpha1.KeySetRefField, JSON: "set", To: "key-sets", OnDelete: Cascade}},
		Identity: Identity{
			Name: "name", Unique: [][]string{{"name"}, {"set", "kid"}}, Field: "spec.name", Parks: "name", ByName: true,
		},
		Carried: []string{"x5t"},
		Fields: []canon.Field{
			{Name: "kid"},
			{Name: "name"},
			{Name: "pem", Secret: []string{"private_key"}},
			{Name: "set", Subset: true},
			{Name: "tags", Set: true},
		},
		WriteOnly: []secrets.Field{{Name: "jwk"}, {Name: "pem.private_key"}},
	}, typed[*configurationv1alpha1.KongKey]{
		name:      func(k *configurationv1alpha1.KongKey) string { return optional.Value(k.Spec.Name) },
		value:     func(k *configurationv1alpha1.KongKey, _ string, _ func(string) crd.Object) string { return k.Spec.KID },
		refID:     keySetID,
		check:     konnectrules.CheckKey,
		payload:   keyPayload,
		normalize: normalizeKey,
		project:   func(key canon.Object) canon.Object { normalizeKey(key); return key },
	})
}

// keySetID is the ID by which a key names its set; empty where it does not.
func keySetID(k *configurationv1alpha1.KongKey) string {
	if set := k.Spec.KeySetRef; set != nil && set.Type == configurationv1alpha1.KeySetRefKonnectID {
		return optional.Value(set.KonnectID)
	}
	return ""
}

func keyPayload(k *configurationv1alpha1.KongKey, in Inputs) (any, error) {
	payload := components.Key{Name: k.Spec.Name, Kid: k.Spec.KID, Tags: in.Tags}
	if jwk := k.Spec.JWK; jwk != nil {
		payload.Jwk = new(jwk.Reveal())
	}
	if pair := k.Spec.PEM; pair != nil {
		payload.Pem = &components.Pem{PrivateKey: new(optional.Value(pair.PrivateKey).Reveal()), PublicKey: &pair.PublicKey}
	}
	if id := keySetID(k); id != "" {
		payload.Set = &components.Set{ID: &id}
	}
	return payload, nil
}

// normalizeKey makes all ways of writing a key one.
func normalizeKey(key canon.Object) {
	if jwk, ok := key["jwk"].(string); ok {
		key["jwk"] = konnectrules.NormalizeJWK(jwk)
	}
	if pair, ok := key["pem"].(canon.Object); ok {
		for name, text := range pair {
			if text, ok := text.(string); ok {
				pair[name] = konnectrules.NormalizePEM(text)
			}
		}
	}
}
