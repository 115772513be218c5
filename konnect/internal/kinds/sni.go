package kinds

import (
	"strings"

	"github.com/Kong/sdk-konnect-go/models/components"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// sni is KongSNI: core-entities/snis, the flat form, in which one may go from a certificate
// to another. Names are sent in lower case, as host names know no other.
func sni() *Kind {
	fold := func(sni canon.Object) {
		if name, ok := sni["name"].(string); ok {
			sni["name"] = strings.ToLower(name)
		}
	}
	return of(Kind{
		Collection: "snis",
		References: []Reference{{
			Field: configurationv1alpha1.CertificateRefField, JSON: "certificate", To: "certificates", OnDelete: Cascade,
		}},
		Identity: Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", ByName: true},
		Answers:  Answers{Normalize: func(_, name string) string { return strings.ToLower(name) }},
		Fields:   []canon.Field{{Name: "name"}, {Name: "certificate", Subset: true}, {Name: "tags", Set: true}},
	}, typed[*configurationv1alpha1.KongSNI]{
		name: func(s *configurationv1alpha1.KongSNI) string { return strings.ToLower(s.Spec.Name) },
		check: func(s *configurationv1alpha1.KongSNI) field.ErrorList {
			if s.Spec.Name == "*" {
				return nil
			}
			return konnectrules.CheckSNI(field.NewPath("spec", "name"), s.Spec.Name)
		},
		payload: func(s *configurationv1alpha1.KongSNI, in Inputs) (any, error) {
			return components.SNIWithoutParents{Name: strings.ToLower(s.Spec.Name), Tags: in.Tags}, nil
		},
		normalize: fold,
		project:   func(sni canon.Object) canon.Object { fold(sni); return sni },
	})
}
