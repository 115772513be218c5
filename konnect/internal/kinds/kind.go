// Package kinds holds what is particular to each kind of entity: a value of Kind for
// each, with data and pure functions. Nothing else knows one kind from another.
package kinds

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/pluginconfig"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Kind is everything that is known of one kind of entity. It does not change.
type Kind struct {
	GroupKind schema.GroupKind
	// Collection is the segment of the path that lists all entities of the kind, under
	// core-entities; empty for control planes themselves.
	Collection string
	// NestedCollection is the segment below a parent; empty where it is the same.
	NestedCollection string
	// References lead to other entities or objects. Parent is the one below whose entity
	// single entities are found; nil for flat kinds.
	References []Reference
	Parent     *Reference
	Identity   Identity
	// Fields are compared, in this order in reports. Immutable ones cannot be changed.
	Fields    []canon.Field
	Immutable []string
	// Replace says what to do instead of changing one; empty for nothing in particular.
	Replace string
	// Carried are fields that Konnect has and the CRD has not: a write keeps them as
	// they are.
	Carried []string
	// WriteOnly are fields that Konnect hashes, hides or may hide. They are not among
	// Fields.
	WriteOnly []secrets.Field
	// Foreign is a field of entities that no object can express.
	Foreign Foreign
	// Configuration is what entities hold of a form that Konnect tells; nil for none.
	Configuration *Configuration
	// Guards is the collection of entities that are written after those of the kind which
	// act on what they belong to, or on the whole control plane; empty for none.
	Guards string
	// Quote returns the text by which a value of any other entity says that it lies in the
	// one of a name; nil where none can.
	Quote    func(name string) string
	Writes   Writes
	Answers  Answers
	Referrer Referrer
	Caller   Caller
	// Group is a set of others that belongs to an entity; nil for none.
	Group *Relation
	// Implies are the lists of names in objects that imply further entities.
	Implies []Implication
	// Traffic says what entities of the kind are to requests.
	Traffic Traffic
	// InGroups is true where groups of control planes hold entities of the kind too.
	InGroups bool
	// MarksIn is the JSON field whose text bears the marks, between commas, of entities
	// that have neither tags nor labels; empty for those that have.
	MarksIn string
	// Called are the JSON fields of which an object that is made of an entity gets its name:
	// of several lists the first one that says anything. A reference stands for the name of
	// the other object, and a certificate for that of its subject. Nil means the name.
	Called [][]string
	// Stored are the Secrets that values can be in, in place of the object.
	Stored []Stored
	// MatchOnly is true where an entity can only be adopted as it is.
	MatchOnly bool
	// Limit is how many entities of the kind a control plane may hold; 0 where that is
	// left to Konnect.
	Limit int

	Functions
	encoder *canon.Encoder
}

// SecretPaths are the paths of all values that must not be shown.
func (k *Kind) SecretPaths() []string {
	var paths []string
	for _, f := range k.WriteOnly {
		paths = append(paths, f.Name)
	}
	for _, f := range k.Fields {
		for _, below := range f.Secret {
			paths = append(paths, strings.TrimSuffix(f.Name+"."+below, "."))
		}
	}
	return paths
}

// Refuse returns why a projected entity cannot be expressed by the kind at all.
func (k *Kind) Refuse(observed canon.Object) error {
	if text, _ := observed[k.Foreign.Field].(string); text != "" {
		return k.Foreign.Because
	}
	return nil
}

// Functions are what a kind knows of its objects and entities. None of them is nil.
type Functions struct {
	// Name returns the name that an object wants for its entity, in the form in which
	// Konnect stores it; empty for none.
	Name func(crd.Object) string
	// Keys returns the natural keys that an object wants, in the form of
	// wire.Entity.Keys; target returns what the reference in a CRD field leads to,
	// by its Konnect ID and as an object, as far as there is one.
	Keys func(obj crd.Object, target func(field string) (id string, obj crd.Object)) []string
	// SpecID returns spec.id, and Mirror the ID of an entity that is only read; empty
	// for none.
	SpecID, Mirror func(crd.Object) string
	// ClusterType returns the type of a control plane that an object asks for; empty
	// where only Konnect knows it, and for other kinds.
	ClusterType func(crd.Object) string
	// Check returns what Konnect refuses and the CRD does not, and Warn what is
	// probably not meant.
	Check func(crd.Object) field.ErrorList
	Warn  func(crd.Object) []Hint
	// CheckResolved is like both for an object with what its references lead to, at a
	// time; nil for nothing.
	CheckResolved func(crd.Object, Target, time.Time) *Findings
	// Desire returns what an object wants its entity to be.
	Desire func(crd.Object, Inputs) (Desired, error)
	// Same reports whether an observed entity is as desired, as far as that shows without
	// projecting it; false says nothing.
	Same func(Desired, *wire.Entity) bool
	// Project returns an observed entity in the shape of Desired.Object.
	Project func(*wire.Entity) (canon.Object, error)
	// Status fills in what is particular to the kind's status from a projected entity;
	// HasStatus reports whether that is anything.
	Status    func(obj crd.Object, observed canon.Object)
	HasStatus func() bool
	// Related fills in what the kind's status says of other entities, its parent apart, into
	// an object whose status names its own.
	Related func(crd.Object, *wire.Entity)
}

// Reference is a field of objects that leads to another object.
type Reference struct {
	// Field of the CRD, such as spec.serviceRef.namespacedRef.
	Field string
	// JSON is the field of the entity, and To the collection that it refers to; both
	// are empty for objects without entities, such as Secrets.
	JSON, To string
	// OnDelete says what becomes of the entity when the other one is deleted.
	OnDelete OnDelete
	// Nests is true where single entities are found below the other one.
	Nests bool
	// Missing is the type of the condition that says so where the object is not there; empty
	// where its kind says more (Referrer), or nothing does. Present is true where it says so
	// too where the object is there.
	Missing string
	Present bool
	// Many is true for a list of references: Field is followed by [0] and so on.
	Many bool
	// Lends is true where the other object has no entity of its own, but is part of what
	// the entity is made of: its tags come along.
	Lends bool
}

// Configuration is a field of entities whose form depends on a type, such as that of a
// plugin, and is described by Konnect.
type Configuration struct {
	// Field of the entity.
	Field string
	// Of is the field of an object that leads to the object with the configuration.
	Of string
	// Type returns the type that the object with the configuration names; empty for none.
	Type func(crd.Object) string
	// Hidden returns the paths of the values that it takes from Secrets.
	Hidden func(crd.Object) []string
	// Source returns the field of the object from which one of the entity comes; empty
	// where that is not known.
	Source func(obj crd.Object, path string) string
	// Path is where a control plane describes a type.
	Path func(controlPlaneID, configured string) string
}

// OnDelete says what Konnect does with an entity when one that it refers to is deleted.
type OnDelete int

const (
	// Restrict refuses the deletion while the entity is there.
	Restrict OnDelete = iota
	// Cascade deletes the entity too.
	Cascade
)

// Identity is how an entity is told from others of its kind.
type Identity struct {
	// Name is the JSON field with the name; empty for none.
	Name string
	// Unique are natural keys: lists of JSON fields, unique together in the control
	// plane. The JSON field of a reference stands for the ID that it leads to.
	Unique [][]string
	// Field is the CRD field that the name comes from, for messages.
	Field string
	// Parks is the JSON field that can be changed for a while to make a name free;
	// empty where none can.
	Parks string
	// ByName is true where a single entity can be read by its name.
	ByName bool
	// Shared is true where an entity with the natural key serves whoever it belongs to:
	// it is left as it is, and is not the object's.
	Shared bool
	// Secret is true where natural keys are secrets: they are compared by digest, and
	// the entities have no name.
	Secret bool
}

// Foreign is a text that an entity has, and Because why an object cannot express it. The
// zero value is for kinds that can express all entities.
type Foreign struct {
	Field   string
	Because error
}

// Writes says how entities are written where they are not put under their ID.
type Writes struct {
	// ServerID is true where the server chooses the ID: entities are created by POST
	// and changed by PATCH, or by PUT where NoPatch is true.
	ServerID, NoPatch bool
	// PutUpdates is true where PUT may answer 404 for an entity that is not there.
	PutUpdates bool
	// Refused are fields that answers may have and that no write may, beside those that all
	// entities have.
	Refused []string
}

// Answers says how Konnect's answers differ from those about other core entities.
type Answers struct {
	// BesideCore is true where the collection is beside core-entities, not under it.
	BesideCore bool
	// Wrapper and Items are those of wire.Shape.
	Wrapper, Items string
	// Normalize is that of wire.Shape.
	Normalize func(field, value string) string
}

// Stored is a Secret that an object may refer to.
type Stored struct {
	// Field of the object with the reference.
	Field string
	// Keys are the JSON fields of the entity, by the keys of the Secret.
	Keys map[string]string
	// With are the fields of the object that go with it, by path.
	With map[string]string
}

// Referrer is what objects that refer to one of the kind say of it in their status;
// empty where nothing refers to it.
type Referrer struct {
	// Condition is its type, and Noun the name of the kind in its message.
	Condition, Noun string
}

// Traffic is what an entity is to the requests that a gateway gets.
type Traffic int

const (
	// NoTraffic has no say in which way they take.
	NoTraffic Traffic = iota
	// TakesRequests is for routes.
	TakesRequests
	// GetsRequests is for services, to which routes lead.
	GetsRequests
)

// Caller is a field by which entities of another collection lead to one by its name.
type Caller struct{ Collection, Field string }

// Inputs is what a payload is made of beside the object.
type Inputs struct {
	// IDs of the entities, and Objects, that references lead to, by CRD field. What an
	// object without an entity refers to itself is there too, by both fields with a slash.
	IDs     map[string]string
	Objects map[string]crd.Object
	// Schema describes the configuration; nil where it is not known, and for kinds without.
	Schema *pluginconfig.Schema
	// Secrets are values of fields that the object does not hold itself.
	Secrets map[string]string
	// Tags and Labels come with the marks.
	Tags   []string
	Labels map[string]string
	// Observed is the projected entity, of which a payload carries what the object does not
	// say; nil on creation, and where nothing may differ at all.
	Observed canon.Object
	// GivenOnly is true where the payload is only compared, with what the object gives
	// and no defaults of ours.
	GivenOnly bool
	// Room is what Desired may be made in, when what was made in it before is no longer
	// needed; nil for none.
	Room canon.Object
}

// Desired is what an object wants its entity to be: as it is sent, and in the form in which
// it is compared. The two may be one, and are not changed.
type Desired struct {
	Sent, Object canon.Object
	// Hidden are paths of values that come from Secrets and must not be shown.
	Hidden []string
}

// Body is what is sent, in JSON with its fields in order.
func (d Desired) Body() []byte { return []byte(canon.Text(d.Sent)) }

// With returns d with a field set.
func (d Desired) With(name string, value any) Desired {
	for _, object := range []*canon.Object{&d.Sent, &d.Object} {
		changed := canon.Object{name: value}
		for other, held := range *object {
			if other != name {
				changed[other] = held
			}
		}
		*object = changed
	}
	return d
}

// Target returns the object that the reference in a CRD field leads to; nil for none.
type Target = func(field string) crd.Object

// Findings are what is to be said of an object with what it refers to.
type Findings struct {
	// Problems stop the call. Unwritable stops it where the entity would be written; nil
	// for nothing.
	Problems   field.ErrorList
	Unwritable *field.Error
	Hints      []Hint
}

// Hint is a warning about an object.
type Hint struct{ Field, Code, Message string }
