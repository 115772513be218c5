package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/implication"
	"github.com/konnectkit/konnectkit/internal/optional"
)

// consumerGroup is KongConsumerGroup: core-entities/consumer_groups. A single one is not
// read, because the answer may hold all its consumers, and konnect knows it by its ID only.
func consumerGroup() *Kind {
	return of(Kind{
		Implies:    []Implication{{Field: crd.PluginsField, In: []string{"plugins"}, Of: implication.Plugins}},
		Collection: "consumer_groups",
		Identity:   Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name"},
		Answers:    Answers{Wrapper: "consumer_group"},
		Fields:     []canon.Field{{Name: "name"}, {Name: "tags", Set: true}},
	}, typed[*configurationv1beta1.KongConsumerGroup]{
		name: func(g *configurationv1beta1.KongConsumerGroup) string { return optional.Value(g.Spec.Name) },
		check: func(g *configurationv1beta1.KongConsumerGroup) field.ErrorList {
			if optional.Value(g.Spec.Name) == "" {
				return field.ErrorList{field.Required(field.NewPath("spec", "name"), "konnect takes no consumer group without one")}
			}
			return nil
		},
		payload: func(g *configurationv1beta1.KongConsumerGroup, in Inputs) (any, error) {
			return components.ConsumerGroup{Name: optional.Value(g.Spec.Name), Tags: in.Tags}, nil
		},
	})
}
