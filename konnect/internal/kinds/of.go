package kinds

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/optional"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// typed are the functions of a kind whose CRD struct O points to. Those that say
// nothing about the kind are nil, but for payload.
type typed[O crd.Object] struct {
	name func(O) string
	// value returns what an object wants for a field of a natural key that is neither
	// the name nor a reference.
	value func(o O, json string, target func(field string) crd.Object) string
	// refID returns the ID by which an object names what its reference leads to, where it
	// names no object.
	refID               func(O) string
	specID              func(O) *string
	mirror, clusterType func(O) string
	check               func(O) field.ErrorList
	warn                func(O) []Hint
	checkResolved       func(O, Target, time.Time) *Findings
	// payload translates. References, and what is carried, are added to it.
	payload func(O, Inputs) (any, error)
	// normalize brings fields of the payload to the form in which Konnect stores them, and
	// project an observed entity to the shape of the payload; what normalize makes stays as
	// it is.
	normalize func(canon.Object)
	project   func(canon.Object) canon.Object
	status    func(O, canon.Object)
	related   func(O, *wire.Entity)
}

// of completes a kind with its functions, in which O no longer shows.
func of[O crd.Object](k Kind, own typed[O]) *Kind {
	var none O
	k.GroupKind, k.encoder = none.GVK().GroupKind(), new(canon.Encoder)
	if nests := slices.IndexFunc(k.References, func(r Reference) bool { return r.Nests }); nests >= 0 {
		k.Parent = &k.References[nests]
	}
	// The table of kinds is keyed by this type, so that an object cannot have another.
	as := func(obj crd.Object) O { return obj.(O) } //nolint:errcheck // see above
	k.Name, k.Mirror, k.ClusterType = erased(own.name), erased(own.mirror), erased(own.clusterType)
	k.Check, k.Warn = erased(own.check), erased(own.warn)
	if k.CheckResolved = func(crd.Object, Target, time.Time) *Findings { return nil }; own.checkResolved != nil {
		k.CheckResolved = func(obj crd.Object, target Target, now time.Time) *Findings {
			return own.checkResolved(as(obj), target, now)
		}
	}
	specID := erased(own.specID)
	k.SpecID = func(obj crd.Object) string { return optional.Value(specID(obj)) }
	shape := k.Shape()
	k.Keys = func(obj crd.Object, target func(string) (string, crd.Object)) []string {
		return shape.Keys(func(json string) string {
			if i := slices.IndexFunc(k.References, func(r Reference) bool { return r.JSON == json }); i >= 0 {
				id, _ := target(k.References[i].Field)
				return cmp.Or(id, erased(own.refID)(obj))
			}
			if own.value == nil || json == k.Identity.Name && own.name != nil {
				return shape.Normal(json, k.Name(obj))
			}
			return shape.Normal(json, own.value(as(obj), json, func(field string) crd.Object {
				_, leads := target(field)
				return leads
			}))
		})
	}
	k.Desire = func(obj crd.Object, in Inputs) (Desired, error) {
		payload, err := own.payload(as(obj), in)
		if err != nil {
			return Desired{}, fmt.Errorf("translate %s: %w", crd.KeyOf(obj), err)
		}
		return k.desired(obj, payload, in, own.normalize)
	}
	compared := slices.Clone(k.Fields)
	if foreign := k.Foreign.Field; foreign != "" {
		compared = append(compared, canon.Field{Name: foreign, Default: ""})
	}
	k.Same = func(d Desired, e *wire.Entity) bool {
		return (own.project == nil || own.normalize != nil) && len(k.WriteOnly) == 0 && k.Configuration == nil && canon.Same(d.Object, e.Raw, compared)
	}
	k.Project = func(e *wire.Entity) (canon.Object, error) {
		observed, err := e.Object()
		if err != nil || own.project == nil {
			return observed, err
		}
		return own.project(observed), nil
	}
	if k.Related = func(crd.Object, *wire.Entity) {}; own.related != nil {
		k.Related = func(obj crd.Object, e *wire.Entity) { own.related(as(obj), e) }
	}
	k.HasStatus = func() bool { return own.status != nil }
	if k.Status = func(crd.Object, canon.Object) {}; own.status != nil {
		k.Status = func(obj crd.Object, observed canon.Object) { own.status(as(obj), observed) }
	}
	return &k
}

// erased hides the type of an object; a function that is not there returns nothing.
func erased[O crd.Object, R any](function func(O) R) func(crd.Object) R {
	return func(obj crd.Object) R {
		if function == nil {
			var none R
			return none
		}
		return function(obj.(O)) //nolint:errcheck // see of
	}
}

// desired completes a payload with what is data about the kind.
func (k *Kind) desired(obj crd.Object, payload any, in Inputs, normalize func(canon.Object)) (Desired, error) {
	object, err := k.encoder.Encode(payload, in.Room)
	if err != nil {
		return Desired{}, fmt.Errorf("translate %s: %w", crd.KeyOf(obj), err)
	}
	if in.GivenOnly {
		object = canon.Given(payload)
	}
	for _, name := range k.Carried {
		if value := in.Observed[name]; value != nil { // the SDK's types may have put a default there
			object[name] = value
		}
	}
	for _, r := range k.References {
		switch id := in.IDs[r.Field]; {
		case r.JSON == "":
		case r.Many:
			var ids []any
			for id = in.IDs[r.Field+"[0]"]; id != ""; id = in.IDs[r.Field+"["+strconv.Itoa(len(ids))+"]"] {
				ids = append(ids, id)
			}
			if ids != nil {
				object[r.JSON] = ids
			}
		case id != "":
			object[r.JSON] = canon.Object{"id": id}
		}
	}
	d := Desired{Sent: object, Object: object}
	if normalize != nil {
		d.Object = canon.Clone(object)
		normalize(d.Object)
	}
	if k.Configuration != nil {
		d = k.configured(d, in)
	}
	return d, nil
}

// Patch returns what is sent without what cannot change, and with what a PATCH would leave
// alone if it were absent.
func (k *Kind) Patch(d Desired) Desired {
	d.Sent = maps.Clone(d.Sent)
	for _, name := range k.Immutable {
		delete(d.Sent, name)
	}
	for _, f := range k.Fields {
		if f.Set && d.Sent[f.Name] == nil && !slices.Contains(k.Immutable, f.Name) {
			d.Sent[f.Name] = []any{}
		}
	}
	return d
}

// Shape says which fields of the kind's entities identify them.
func (k *Kind) Shape() wire.Shape {
	shape := wire.Shape{
		Name: k.Identity.Name, Unique: k.Identity.Unique,
		MarksIn: k.MarksIn, Wrapper: k.Answers.Wrapper, Items: k.Answers.Items, Normalize: k.Answers.Normalize,
	}
	for _, r := range k.References {
		if r.JSON != "" {
			shape.References = append(shape.References, r.JSON)
		}
	}
	if k.Identity.Secret {
		plain := shape
		shape.Name = ""
		shape.Normalize = func(field, value string) string {
			digest := sha256.Sum256([]byte(plain.Normal(field, value)))
			return hex.EncodeToString(digest[:])
		}
	}
	return shape
}
