package konnect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Kinds that this module does not have yet, in the shapes that no kind of today has.

const thingGroup = "things.example.com"

// thing is an object of any of them: what its fields say, by JSON field, and what it refers to.
type thing struct {
	configurationv1alpha1.KongService
	kind       string
	values     canon.Object
	references []crd.Reference
}

// newThing returns an object in the control plane of gateway.
func newThing(kind, name string, values canon.Object) *thing {
	t := &thing{kind: kind, values: values}
	t.SetName(name)
	t.SetNamespace(crd.DefaultNamespace)
	t.references = []crd.Reference{{
		Field: "spec.controlPlaneRef", To: crd.KeyOf(gateway()), Role: crd.RoleParent,
	}}
	return t
}

// refers adds a reference. A parent's control plane is that of the thing.
func (t *thing) refers(from, kind, name string) *thing {
	to := thingKey(kind, name)
	if strings.HasPrefix(kind, "Kong") {
		to = keyIn(kind, name)
	}
	t.references = append(t.references, crd.Reference{Field: from, To: to})
	return t
}

func thingKey(kind, name string) crd.Key {
	return crd.Key{Group: thingGroup, Kind: kind, Namespace: crd.DefaultNamespace, Name: name}
}

func thingID(kind, name string) string {
	return marks.EntityID(planeID, testOwner, thingKey(kind, name))
}

// ownThing is an entity of a thing's, with its marks.
func ownThing(kind, name string, fields canon.Object) canon.Object {
	entity := canon.Object{"id": thingID(kind, name)}
	tags := []any{}
	for _, tag := range marks.Tags(nil, testOwner, thingKey(kind, name), "") {
		tags = append(tags, tag)
	}
	entity["tags"] = tags
	maps.Copy(entity, fields)
	return entity
}

func refersTo(kind, name string) canon.Object { return canon.Object{"id": thingID(kind, name)} }

func (t *thing) GVK() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: thingGroup, Version: "v1", Kind: t.kind}
}

func (t *thing) References() []crd.Reference               { return t.references }
func (t *thing) Default()                                  {}
func (t *thing) Validate() field.ErrorList                 { return nil }
func (t *thing) ValidateUpdate(crd.Object) field.ErrorList { return nil }

func (t *thing) DeepCopyObject() runtime.Object {
	other := *t
	t.DeepCopyInto(&other.KongService)
	return &other
}

func (t *thing) text(name string) string {
	text, _ := t.values[name].(string)
	return text
}

// thingKind completes a kind of things. What is data is compared as for any kind; value
// returns what a thing wants for a field of a natural key, unless its own values say.
func thingKind(name string, k kinds.Kind, value func(t *thing, target func(string) (string, crd.Object)) string) *kinds.Kind {
	k.GroupKind = schema.GroupKind{Group: thingGroup, Kind: name}
	if i := slices.IndexFunc(k.References, func(r kinds.Reference) bool { return r.Nests }); i >= 0 {
		k.Parent = &k.References[i]
	}
	none := func(crd.Object) string { return "" }
	k.SpecID, k.Mirror, k.ClusterType = none, none, none
	of := func(obj crd.Object) *thing { return obj.(*thing) }
	k.Name = func(obj crd.Object) string {
		if k.Identity.Secret || k.Identity.Name == "" {
			return ""
		}
		return k.Shape().Normal(k.Identity.Name, of(obj).text(k.Identity.Name))
	}
	k.Keys = func(obj crd.Object, target func(string) (string, crd.Object)) []string {
		shape := k.Shape()
		return shape.Keys(func(json string) string {
			if i := slices.IndexFunc(k.References, func(r kinds.Reference) bool { return r.JSON == json }); i >= 0 {
				id, _ := target(k.References[i].Field)
				return id
			}
			if own := of(obj).text(json); own != "" || value == nil || json == k.Identity.Name {
				return shape.Normal(json, own)
			}
			return shape.Normal(json, value(of(obj), target))
		})
	}
	normal := func(object canon.Object) canon.Object {
		object = maps.Clone(object)
		for _, name := range slices.Concat(k.Identity.Unique...) {
			if text, ok := object[name].(string); ok && k.Answers.Normalize != nil {
				object[name] = k.Answers.Normalize(name, text)
			}
		}
		return object
	}
	k.Check = func(crd.Object) field.ErrorList { return nil }
	k.CheckResolved = func(crd.Object, kinds.Target, time.Time) *kinds.Findings { return nil }
	k.Warn = func(crd.Object) []kinds.Hint { return nil }
	k.Desire = func(obj crd.Object, in kinds.Inputs) (kinds.Desired, error) {
		object := normal(of(obj).values)
		for _, name := range k.Carried {
			if in.Observed[name] != nil {
				object[name] = in.Observed[name]
			}
		}
		for _, r := range k.References {
			if id := in.IDs[r.Field]; r.JSON != "" && id != "" {
				object[r.JSON] = canon.Object{"id": id}
			}
		}
		if k.MarksIn == "" {
			tags := []any{}
			for _, tag := range in.Tags {
				tags = append(tags, tag)
			}
			object["tags"] = tags
		}
		return kinds.Desired{Sent: object, Object: object}, nil
	}
	k.Project = func(e *wire.Entity) (canon.Object, error) {
		observed, err := e.Object()
		return normal(observed), err
	}
	k.Same = func(kinds.Desired, *wire.Entity) bool { return false }
	k.Status = func(crd.Object, canon.Object) {}
	k.HasStatus = func() bool { return false }
	k.Related = func(crd.Object, *wire.Entity) {}
	return &k
}

func fieldsNamed(names ...string) []canon.Field {
	fields := []canon.Field{{Name: "tags", Set: true}}
	for _, name := range names {
		fields = append(fields, canon.Field{Name: name, Subset: true})
	}
	return fields
}

func consumerRef() []kinds.Reference {
	return []kinds.Reference{{Field: "spec.consumerRef", JSON: "consumer", To: "consumers", OnDelete: kinds.Cascade, Nests: true}}
}

// things are kinds of all shapes, parents before children.
func things() []*kinds.Kind {
	scope := func(field, json, to string) kinds.Reference {
		return kinds.Reference{Field: "spec.targets." + field, JSON: json, To: to, OnDelete: kinds.Cascade}
	}
	return []*kinds.Kind{
		thingKind("Consumer", kinds.Kind{
			Collection: "consumers", Fields: fieldsNamed("username", "custom_id"),
			Identity: kinds.Identity{Name: "username", Unique: [][]string{{"username"}, {"custom_id"}}, Field: "username", Parks: "username", ByName: true},
		}, nil),
		thingKind("ConsumerGroup", kinds.Kind{
			Collection: "consumer_groups", Fields: fieldsNamed("name"),
			Identity: kinds.Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name"},
		}, nil),
		thingKind("BasicAuth", kinds.Kind{
			Collection: "basic-auths", NestedCollection: "basic-auth", References: consumerRef(), Fields: fieldsNamed("username"),
			Identity:  kinds.Identity{Name: "username", Unique: [][]string{{"username"}}, Field: "spec.username", Parks: "username"},
			WriteOnly: []secrets.Field{{Name: "password", Formula: secrets.SHA1With("consumer")}},
		}, nil),
		thingKind("KeyAuth", kinds.Kind{
			Collection: "key-auths", NestedCollection: "key-auth", References: consumerRef(), Fields: fieldsNamed(),
			Identity:  kinds.Identity{Unique: [][]string{{"key"}}, Field: "spec.key", Secret: true},
			WriteOnly: []secrets.Field{{Name: "key"}},
		}, nil),
		thingKind("Certificate", kinds.Kind{
			Collection: "certificates", Carried: []string{"description"}, Fields: fieldsNamed("cert"),
			References: []kinds.Reference{{Field: "spec.secretRef"}},
			WriteOnly:  []secrets.Field{{Name: "private", Hidden: true}},
		}, nil),
		thingKind("SNI", kinds.Kind{
			Collection: "snis", Fields: fieldsNamed("name", "certificate"),
			References: []kinds.Reference{{Field: "spec.certificateRef", JSON: "certificate", To: "certificates", OnDelete: kinds.Cascade}},
			Identity:   kinds.Identity{Name: "name", Unique: [][]string{{"name"}}, Field: "spec.name", Parks: "name", ByName: true},
			Answers:    kinds.Answers{Normalize: func(_, value string) string { return strings.ToLower(value) }},
		}, nil),
		thingKind("Vault", kinds.Kind{
			Collection: "vaults", Fields: fieldsNamed("prefix", "config"),
			Identity:  kinds.Identity{Name: "prefix", Unique: [][]string{{"prefix"}}, Field: "spec.prefix", ByName: true},
			WriteOnly: []secrets.Field{{Name: "config.token"}},
		}, nil),
		thingKind("PluginBinding", kinds.Kind{
			Collection: "plugins", Carried: []string{"condition", "partials"},
			Fields: fieldsNamed("instance_name", "service", "route", "consumer", "consumer_group", "condition"),
			References: []kinds.Reference{
				{Field: "spec.pluginRef"},
				scope("serviceRef", "service", "services"), scope("routeRef", "route", "routes"),
				scope("consumerRef", "consumer", "consumers"), scope("consumerGroupRef", "consumer_group", "consumer_groups"),
			},
			Identity: kinds.Identity{
				Name: "instance_name", Field: "spec.instance_name", Parks: "instance_name",
				Unique: [][]string{{"name", "service", "route", "consumer", "consumer_group"}, {"instance_name"}},
			},
		}, func(_ *thing, target func(string) (string, crd.Object)) string {
			_, plugin := target("spec.pluginRef")
			if named, ok := plugin.(*thing); ok {
				return named.text("plugin")
			}
			return ""
		}),
		thingKind("DataPlaneCertificate", kinds.Kind{
			Collection: "dp-client-certificates", MarksIn: "title", InGroups: true, Fields: fieldsNamed("cert")[1:],
			Identity:  kinds.Identity{Unique: [][]string{{"cert"}}, Field: "spec.cert", Shared: true},
			Writes:    kinds.Writes{ServerID: true},
			Immutable: []string{"cert"},
			Answers: kinds.Answers{BesideCore: true, Wrapper: "item", Items: "items", Normalize: func(_, text string) string {
				block, _ := pem.Decode([]byte(text))
				if block == nil {
					return text
				}
				digest := sha256.Sum256(block.Bytes)
				return hex.EncodeToString(digest[:])
			}},
		}, nil),
	}
}
