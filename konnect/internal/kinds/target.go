package kinds

import (
	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// target is KongTarget: core-entities/upstreams/{parent}/targets.
func target() *Kind {
	// Konnect's own form may move, so that of both sides is made here.
	normal := func(_, address string) string {
		if normalized, err := konnectrules.NormalizeTarget(address); err == nil {
			return normalized
		}
		return address
	}
	normalize := func(target canon.Object) {
		if address, ok := target["target"].(string); ok {
			target["target"] = normal("target", address)
		}
	}
	return of(Kind{
		Collection: "targets",
		References: []Reference{{
			Field: configurationv1alpha1.UpstreamRefField, JSON: "upstream", To: "upstreams", OnDelete: Cascade, Nests: true,
		}},
		Identity: Identity{Name: "target", Unique: [][]string{{"upstream", "target"}}, Field: "spec.target", ByName: true},
		Called:   [][]string{{"upstream", "target"}},
		Answers:  Answers{Normalize: normal},
		Writes:   Writes{PutUpdates: true},
		Carried:  []string{"failover"},
		Fields: []canon.Field{
			{Name: "target"},
			{Name: "weight", Default: 100},
			{Name: "upstream", Subset: true},
			{Name: "tags", Set: true},
		},
	}, typed[*configurationv1alpha1.KongTarget]{
		name: func(t *configurationv1alpha1.KongTarget) string { return normal("target", t.Spec.Target) },
		check: func(t *configurationv1alpha1.KongTarget) field.ErrorList {
			if _, err := konnectrules.NormalizeTarget(t.Spec.Target); err != nil {
				return field.ErrorList{field.Invalid(field.NewPath("spec", "target"), t.Spec.Target, err.Error())}
			}
			return nil
		},
		payload: func(t *configurationv1alpha1.KongTarget, in Inputs) (any, error) {
			payload := components.TargetWithoutParents{Target: new(konnectrules.NormalizeHost(t.Spec.Target)), Tags: in.Tags}
			if t.Spec.Weight != nil {
				payload.Weight = new(int64(*t.Spec.Weight))
			}
			return payload, nil
		},
		normalize: normalize,
		project:   func(target canon.Object) canon.Object { normalize(target); return target },
	})
}
