package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// keySet is KongKeySet: core-entities/key-sets.
func keySet() *Kind {
	return of(Kind{
		Collection: "key-sets",
		Identity:   Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
		Referrer:   Referrer{Condition: crd.ConditionKeySetRefValid, Noun: "KongKeySet"},
		Fields:     []canon.Field{{Name: "name"}, {Name: "tags", Set: true}},
	}, typed[*configurationv1alpha1.KongKeySet]{
		name: func(k *configurationv1alpha1.KongKeySet) string { return k.Spec.Name },
		payload: func(k *configurationv1alpha1.KongKeySet, in Inputs) (any, error) {
			return components.KeySet{Name: &k.Spec.Name, Tags: in.Tags}, nil
		},
	})
}
