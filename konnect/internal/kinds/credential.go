package kinds

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// ofConsumer completes a kind of credentials: each belongs to a consumer, below which it is
// written, and for good. How Konnect answers a write below another consumer is not known, and
// what it keeps of a password depends on the consumer.
func ofConsumer(k Kind) Kind {
	k.References = []Reference{{
		Field: configurationv1alpha1.ConsumerRefField, JSON: "consumer", To: "consumers", OnDelete: Cascade, Nests: true,
	}}
	k.Fields = append(k.Fields, canon.Field{Name: "consumer", Subset: true}, canon.Field{Name: "tags", Set: true})
	k.Immutable = []string{"consumer"}
	k.Replace = "give the other consumer a credential of another name, in place of this one"
	return k
}

// checkValues reports fields of a spec that Konnect refuses to be empty, by their values, or that
// JSON would change, and a consumer that has no name.
func checkValues(consumer string, values map[string]*string) field.ErrorList {
	var errs field.ErrorList
	if consumer == "" {
		errs = append(errs, field.Required(field.NewPath("spec", "consumerRef", "name"), ""))
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch value := values[name]; {
		case value == nil:
		case *value == "":
			errs = append(errs, field.Required(field.NewPath("spec", name), "konnect takes no empty one"))
		case !utf8.ValidString(*value):
			errs = append(errs, field.Invalid(field.NewPath("spec", name), field.OmitValueType{}, konnectrules.NoText))
		}
	}
	return errs
}

// entityID reports an ID that Konnect cannot give to an entity.
func entityID(id *string) field.ErrorList {
	if id == nil || uuid.Validate(*id) == nil && len(*id) == len(uuid.Nil.String()) {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("spec", "id"), *id, "must be a UUID, or unset")}
}

// kept returns what an object gives for a field, or else what its entity has there, which a
// write without it would replace; nil for neither.
func kept(given *string, observed canon.Object, name string) *string {
	if given != nil {
		return given
	}
	if held, ok := observed[name].(string); ok && held != "" {
		return &held
	}
	return nil
}

// revealed is a secret as a payload has it.
func revealed(secret *crd.SecretString) *string {
	if secret == nil {
		return nil
	}
	return new(secret.Reveal())
}
