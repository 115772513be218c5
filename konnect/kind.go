package konnect

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// kind is everything the engine knows of one kind of entity. O is the pointer
// type of its CRD struct. All functions are pure.
type kind[O crd.Object] struct {
	traits

	// name returns the name that an object wants for its entity, in the form in
	// which Konnect stores it; empty for none. It is unique in the control plane,
	// for nested kinds in the parent.
	name func(O) string
	// specID returns spec.id; nil for kinds without.
	specID func(O) *string
	// mirror returns the ID of an entity that is only read; nil for kinds without.
	mirror func(O) string
	// clusterType returns the type of a control plane that an object asks for; empty
	// where only Konnect knows it. Nil for other kinds.
	clusterType func(O) string
	// check returns what Konnect refuses and the CRD does not.
	check func(O) field.ErrorList
	// warn returns what is probably not meant, without keys; nil where nothing is
	// looked for.
	warn func(O) []Warning
	// payload translates; tags and labels come with the marks.
	payload func(O, inputs) (any, error)
	// project brings an observed entity to the shape of the payload; nil where they agree.
	project func(canon.Object) canon.Object
	// normalize brings the payload's JSON to the form in which Konnect stores it.
	normalize func(canon.Object)
	// refuse returns why an observed entity cannot be expressed by the kind at all.
	refuse func(canon.Object) error
	// status fills in what is particular to the kind's status.
	status func(O, canon.Object)
}

// traits is what is plain data about a kind.
type traits struct {
	groupKind schema.GroupKind
	// collection is the segment of the path under core-entities; empty for kinds
	// outside control planes.
	collection string
	// parent is the field of the reference whose entity nests the URL of single
	// entities, and parentCollection its collection; empty for flat kinds.
	parent, parentCollection string
	// parentID returns the Konnect ID of the entity that holds an observed one, or
	// that it leads to; nil for kinds without.
	parentID func(*entity) string
	// belongsTo is the collection of that entity. Konnect deletes it with all that is
	// nested in it, and not at all while others refer to it.
	belongsTo string
	// plugins is true where plugins can be attached, which are deleted along.
	plugins bool
	// caller is where entities of another kind lead to one by its name.
	caller caller
	// fields are compared, in this order in reports.
	fields []canon.Field
	// nameField is the CRD field that the name comes from.
	nameField string
	// referrerCondition is the condition that referrers carry about an object of
	// this kind, and noun its name in the condition's message; empty for kinds to
	// which nothing refers.
	referrerCondition, noun string
	// nameKey is the field of the body with the name; empty for kinds whose name is
	// their address, so that nobody can park it.
	nameKey string
	// immutable names the fields that Konnect does not let anybody change.
	immutable []string
	// serverID is true where the server chooses the ID: entities are created by POST
	// and changed by PATCH, all others put under their ID.
	serverID bool
	// putUpdates is true where PUT may answer 404 for an entity that is not there.
	putUpdates bool
	// group is a relation of the kind to others of its own; nil for none.
	group *relation
}

// caller is a field of the entities in a collection.
type caller struct{ collection, field string }

// relation is a set of entities that belong to another, changed by calls of its own.
type relation struct {
	// clusterType is that of the control planes which have the relation.
	clusterType string
	// field is the prefix of the references that make the set.
	field  string
	list   func(ctx context.Context, a *account, id string) ([]string, error)
	add    func(ctx context.Context, a *account, id string, members []string) error
	remove func(ctx context.Context, a *account, id string, members []string) error
	// batch is the largest number of members of one call.
	batch int
}

// inputs is what a payload is made of beside the object.
type inputs struct {
	// ids of the referenced entities by the reference's field.
	ids map[string]string
	// tags and labels with marks.
	tags   []string
	labels map[string]string
	// observed is nil on creation.
	observed canon.Object
	// givenOnly is true where the payload is only compared, with what the object gives
	// and no defaults of ours.
	givenOnly bool
}

// scope says where an entity lives: a control plane and, for nested kinds, the
// ID of its parent. It is empty for control planes.
type scope struct{ controlPlane, parent string }

// binding is a kind with its type parameters hidden, so that one table holds all.
type binding interface {
	about() *traits
	// wantedName, wantedID, mirrored and wantedClusterType are what an object says
	// of its entity; empty where it says nothing.
	wantedName(crd.Object) string
	wantedID(crd.Object) string
	mirrored(crd.Object) string
	wantedClusterType(crd.Object) string
	checkObject(crd.Object) field.ErrorList
	// warnings have no keys yet.
	warnings(crd.Object) []Warning
	// desire returns the payload and its comparable JSON.
	desire(crd.Object, inputs) (desired, error)
	// shape returns an observed entity in the shape of the payload.
	shape(*entity) (canon.Object, error)
	refuseEntity(canon.Object) error
	// fillStatus writes what is particular to the kind; hasStatus is false where
	// nothing is.
	fillStatus(crd.Object, *entity)
	hasStatus() bool
}

// desired is what an object wants its entity to be: the body as it is sent, and in
// the form in which it is compared.
type desired struct {
	body   []byte
	object canon.Object
}

func (k *kind[O]) about() *traits { return &k.traits }

// own is the one place where an object gets its type back; the table of kinds is
// keyed by it, so that it cannot be another.
func (k *kind[O]) own(obj crd.Object) O {
	return obj.(O) //nolint:errcheck // see above
}

func (k *kind[O]) wantedName(obj crd.Object) string { return k.name(k.own(obj)) }

func (k *kind[O]) wantedID(obj crd.Object) string {
	if k.specID == nil {
		return ""
	}
	return deref(k.specID(k.own(obj)))
}

func (k *kind[O]) mirrored(obj crd.Object) string {
	if k.mirror == nil {
		return ""
	}
	return k.mirror(k.own(obj))
}

func (k *kind[O]) wantedClusterType(obj crd.Object) string {
	if k.clusterType == nil {
		return ""
	}
	return k.clusterType(k.own(obj))
}

func (k *kind[O]) checkObject(obj crd.Object) field.ErrorList {
	if k.check == nil {
		return nil
	}
	return k.check(k.own(obj))
}

func (k *kind[O]) warnings(obj crd.Object) []Warning {
	if k.warn == nil {
		return nil
	}
	return k.warn(k.own(obj))
}

func (k *kind[O]) desire(obj crd.Object, in inputs) (desired, error) {
	payload, err := k.payload(k.own(obj), in)
	if err != nil {
		return desired{}, fmt.Errorf("translate %s: %w", crd.KeyOf(obj), err)
	}
	object, err := canon.Encode(payload)
	if err != nil {
		return desired{}, fmt.Errorf("translate %s: %w", crd.KeyOf(obj), err)
	}
	if in.givenOnly {
		object = canon.Given(payload)
	}
	body := []byte(canon.Text(object)) // sorted, whatever the SDK's types do
	if k.normalize != nil {
		k.normalize(object)
	}
	return desired{body: body, object: object}, nil
}

func (k *kind[O]) shape(e *entity) (canon.Object, error) {
	observed, err := e.object()
	if err != nil || k.project == nil {
		return observed, err
	}
	return k.project(observed), nil
}

func (k *kind[O]) refuseEntity(observed canon.Object) error {
	if k.refuse == nil {
		return nil
	}
	return k.refuse(observed)
}

func (k *kind[O]) hasStatus() bool { return k.status != nil }

func (k *kind[O]) fillStatus(obj crd.Object, e *entity) {
	if k.status == nil {
		return
	}
	if observed, err := k.shape(e); err == nil {
		k.status(k.own(obj), observed)
	}
}

// adopter is an object that can take over an entity that exists.
type adopter interface {
	GetAdopt() *commonv1alpha1.AdoptOptions
}

func adoptOf(obj crd.Object) *commonv1alpha1.AdoptOptions {
	if a, ok := obj.(adopter); ok {
		return a.GetAdopt()
	}
	return nil
}
