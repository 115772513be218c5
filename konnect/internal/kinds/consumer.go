package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/implication"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// consumer is KongConsumer: core-entities/consumers. It has two names, of which one is
// enough.
func consumer() *Kind {
	return of(Kind{
		Implies:    []Implication{{Field: crd.PluginsField, In: []string{"plugins"}, Of: implication.Plugins}, credentialSecrets()},
		Collection: "consumers",
		Called:     [][]string{{"username"}, {"custom_id"}},
		Identity: Identity{
			Name: "username", Unique: [][]string{{"username"}, {"custom_id"}}, Field: "username", Parks: "username", ByName: true,
		},
		Referrer: Referrer{Condition: crd.ConditionConsumerRefValid, Noun: "KongConsumer"},
		Group:    consumerMemberships(),
		Fields:   []canon.Field{{Name: "username", Empty: true}, {Name: "custom_id", Empty: true}, {Name: "tags", Set: true}},
	}, typed[*configurationv1.KongConsumer]{
		name: func(c *configurationv1.KongConsumer) string { return optional.Value(c.Username) },
		value: func(c *configurationv1.KongConsumer, _ string, _ func(string) crd.Object) string {
			return optional.Value(c.CustomID)
		},
		check: checkConsumer,
		// An empty name is one that is not there: sent as such, some Konnects refuse it.
		payload: func(c *configurationv1.KongConsumer, in Inputs) (any, error) {
			return components.Consumer{Username: given(c.Username), CustomID: given(c.CustomID), Tags: in.Tags}, nil
		},
	})
}

func checkConsumer(c *configurationv1.KongConsumer) field.ErrorList {
	var errs field.ErrorList
	if optional.Value(c.Username)+optional.Value(c.CustomID) == "" {
		errs = append(errs, field.Required(field.NewPath("username"), "username or custom_id must not be empty"))
	}
	return errs
}

// given returns nil for a text that is empty.
func given(text *string) *string {
	if optional.Value(text) == "" {
		return nil
	}
	return text
}
