package deck

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/resolve"
)

// entity is the entity of an object, as the file has it.
type entity struct {
	encoder *encoder
	node    *resolve.Node
	row     *row
	fields  map[string]any
	// below is the parent that is not always one.
	below *entity
	// unidentified is set once it is known that the ID is not.
	unidentified bool
}

func (x *entity) refuse(field, message string) { x.encoder.refuse(x.node.Key, field, message) }

// isWritten reports whether the file has the entity, and refuses one that it cannot have.
func (x *entity) isWritten() bool {
	object := x.node.Object
	policy := crd.ManagementPolicy(object.GetAnnotations()[crd.ManagementPolicyAnnotation])
	matches := adopted(object).IsMatch()
	switch {
	case x.row.refused != "":
		x.refuse("", x.row.refused)
	case x.encoder.options.owner != "" && (policy == crd.ManagementPolicyObserve || matches):
		x.refuse("", "its entity is only looked at and bears no marks of the owner; leave it out, or leave WithOwner out")
	default:
		return true
	}
	return false
}

// fill sets the fields: those of the spec, and what comes from other objects.
func (x *entity) fill() {
	var err error
	if x.fields, err = x.given(); err != nil {
		x.refuse("", err.Error())
		return
	}
	for _, r := range x.row.references {
		x.refer(r)
	}
	if x.row.shape != nil {
		x.row.shape(x)
	}
	for field, form := range x.row.forms {
		if text, ok := x.fields[field].(string); ok {
			formed, err := form(text)
			if err != nil {
				x.refuse("spec."+field, err.Error())
			}
			x.fields[field] = formed
		}
	}
	x.setID()
	for _, field := range canon.Expand(x.fields, x.row.secrets) {
		x.hide(field)
	}
	x.setTags()
	if hasTemplateKey(x.fields) {
		x.refuse("", "has a name with ${{ in it, which decK would take for a template")
	}
}

// refer sets a field to what a reference leads to.
func (x *entity) refer(r reference) {
	var all []any
	for _, edge := range x.node.Edges {
		field, _, _ := strings.Cut(edge.Field, "[")
		if field == r.field && edge.Node != nil && x.encoder.entities[edge.Node.Key] != nil {
			all = append(all, r.form(x.encoder.entities[edge.Node.Key]))
		}
	}
	switch {
	case len(all) == 0:
	case r.many:
		x.fields[r.as] = all
	default:
		x.fields[r.as] = all[0]
	}
}

// given is what the object says, without what only objects have.
func (x *entity) given() (map[string]any, error) {
	text, err := json.Marshal(x.node.Object)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	value, err := parseJSON(string(text))
	object, ok := value.(map[string]any)
	if err != nil || !ok {
		return nil, errors.New("cannot be read")
	}
	fields := map[string]any{}
	spec, _ := object["spec"].(map[string]any)
	if x.row.fields != nil {
		spec = map[string]any{}
		for _, name := range x.row.fields {
			spec[name] = object[name]
		}
	}
	for name, value := range spec {
		isReference := strings.HasSuffix(name, "Ref") || strings.HasSuffix(name, "Refs")
		if value != nil && name != "adopt" && name != "tags" && !isReference {
			fields[name] = value
		}
	}
	return fields, nil
}

// numbers turns JSON's numbers into Go's, as far as those hold them.
func numbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			value[key] = numbers(member)
		}
	case []any:
		for i, item := range value {
			value[i] = numbers(item)
		}
	case json.Number:
		if n, err := value.Int64(); err == nil {
			return n
		}
		if f, err := value.Float64(); err == nil {
			return f
		}
	}
	return value
}

// name is the text by which decK knows the entity; empty where that is its ID.
func (x *entity) name() string {
	for _, field := range x.row.names {
		if name, _ := x.fields[field].(string); name != "" {
			return name
		}
	}
	return ""
}

// handle is how plugins refer to the entity: by its name, or else by its ID, which the file
// then has to say.
func (x *entity) handle() string {
	if name, _ := x.fields[x.row.names[0]].(string); name != "" {
		return name
	}
	x.fields["id"] = x.id()
	return x.id()
}

// id is the ID of the entity. One that is not known is refused, and empty.
func (x *entity) id() string {
	id, _ := x.fields["id"].(string)
	if id == "" {
		id = x.knownID()
	}
	if id == "" && !x.unidentified {
		x.unidentified = true
		x.refuse("", "decK needs its ID, which is known only once the control plane has one: provision the objects first, "+
			"give the object of the control plane its ID (spec.mirror), or give the entity a name if it can have one")
	}
	return id
}

// knownID is the ID that the entity has or will have; empty where it is not known. Without
// an owner it is for decK to create the entity, with whatever ID.
func (x *entity) knownID() string {
	object := x.node.Object
	if id := adopted(object).KonnectID(); id != "" {
		return id
	}
	if id := object.GetKonnectStatus().ID; id != "" {
		return id
	}
	owner, plane := x.encoder.options.owner, x.encoder.planeID()
	if owner != "" && plane == "" {
		return ""
	}
	return marks.EntityID(plane, owner, x.node.Key)
}

// adopted returns spec.adopt; nil where there is none.
func adopted(object crd.Object) *commonv1alpha1.AdoptOptions {
	if a, ok := object.(interface {
		GetAdopt() *commonv1alpha1.AdoptOptions
	}); ok {
		return a.GetAdopt()
	}
	return nil
}

// setID sets the ID of an entity that decK would not know without it.
func (x *entity) setID() {
	if x.row.named && x.name() == "" {
		x.refuse("spec."+x.row.names[0], "must be set, as neither decK nor konnect takes an entity without it")
		return
	}
	if x.name() == "" || x.row.byID {
		x.fields["id"] = x.id()
	}
}

// setTags sets the tags of the user and the marks of the owner, but for those that decK adds
// as select tags.
func (x *entity) setTags() {
	object := x.node.Object
	var tags []string
	if plugin := x.target(configurationv1alpha1.PluginRefField); plugin != nil {
		tags = marks.AnnotatedTags(plugin.Object)
	}
	tags = append(tags, marks.UserTags(object)...)
	if owner := x.encoder.options.owner; owner != "" {
		tags = marks.Tags(tags, owner, x.node.Key, crd.DeletionPolicy(object.GetAnnotations()[crd.DeletionPolicyAnnotation]), x.encoder.implied[x.node.Key]...)
	}
	selected := x.encoder.selectTags()
	tags = slices.DeleteFunc(tags, func(tag string) bool { return slices.Contains(selected, tag) })
	if len(tags) > 0 {
		x.fields["tags"] = tags
	}
}

// target is what the reference in a field of the object leads to; nil for nothing.
func (x *entity) target(field string) *resolve.Node { return edgeOf(x.node, field).Node }

// edgeOf is the reference in a field of an object; the zero value for none.
func edgeOf(node *resolve.Node, field string) resolve.Edge {
	for _, edge := range node.Edges {
		if edge.Field == field {
			return edge
		}
	}
	return resolve.Edge{}
}

// parent is the entity below which the file has this one; nil for the file itself.
func (x *entity) parent() *entity {
	if x.below != nil {
		return x.below
	}
	if node := x.target(x.row.parent); node != nil {
		return x.encoder.entities[node.Key]
	}
	return nil
}
