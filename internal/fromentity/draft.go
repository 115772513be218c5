// Package fromentity makes objects of entities: the JSON of a service, as Konnect and
// decK know it, becomes a KongService. It is pure, and sets neither the name of an object
// nor what it refers to.
package fromentity

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
)

// Draft is an object in the making: what the fields of an entity say of it.
type Draft struct {
	// ID of the entity; empty where it has none.
	ID string
	// References are to other entities. Each is nothing until Refer has said by which
	// object.
	References []Reference
	// Lost are the fields that the object has no place for.
	Lost []Lost
	// Plugin is the KongPlugin of a plugin, whose scope is a KongPluginBinding; nil for all
	// other entities.
	Plugin *Draft

	row    *row
	fields map[string]any
}

// Reference is a field of an entity that leads to others.
type Reference struct {
	// Field in JSON, and To the collection that it leads to.
	Field, To string
	Targets   []Target
}

// Target is another entity by its ID or its name. A text alone counts as an ID.
type Target struct{ ID, Name string }

// Lost is a field of an entity, such as tls_sans or healthchecks.active.extra, and why no
// object has it.
type Lost struct{ Path, Reason string }

// ErrUnknown says that entities of a collection are no objects.
var ErrUnknown = errors.New("there is no kind for it")

// ForeignError is an entity that its kind cannot express at all.
type ForeignError struct{ Kind, Field, Reason string }

func (e *ForeignError) Error() string { return e.Reason }

// Table knows the kinds of all collections.
type Table struct{ rows map[string]*row }

// NewTable returns the table.
func NewTable() *Table {
	t := &Table{rows: map[string]*row{}}
	for _, r := range rows() {
		t.rows[r.collection] = &r
	}
	return t
}

// Draft drafts the object of an entity in a collection such as services or key-auths, which
// are named as in Konnect's paths. What equals one of the defaults, leaf by leaf, is left
// out; nil keeps everything. Neither is changed. Errors: ErrUnknown, *ForeignError.
func (t *Table) Draft(collection string, entity, defaults map[string]any) (*Draft, error) {
	r := t.rows[collection]
	if r == nil || collection == boundPlugin {
		return nil, fmt.Errorf("%s: %w", collection, ErrUnknown)
	}
	for _, field := range slices.Sorted(maps.Keys(r.foreign)) {
		if !isNothing(entity[field]) {
			return nil, &ForeignError{Kind: r.kind(), Field: field, Reason: r.foreign[field]}
		}
	}
	d := r.draft(entity, defaults)
	if r.bound != "" {
		d.bind(t.rows[r.bound], entity, defaults)
	}
	return d, nil
}

// Name gives the object its name and its namespace.
func (d *Draft) Name(namespace, name string) {
	d.set("metadata.name", name)
	if namespace != "" && !crd.IsClusterScoped(d.row.object()) {
		d.set("metadata.namespace", namespace)
	}
}

// ControlPlane makes the object refer to its control plane, if its kind does. An empty
// namespace is that of the object.
func (d *Draft) ControlPlane(namespace, name string) {
	if d.row.nested {
		return
	}
	d.set("spec.controlPlaneRef", map[string]any{
		"type":                 commonv1alpha1.ControlPlaneRefKonnectNamespacedRef,
		"konnectNamespacedRef": map[string]any{"name": name},
	})
	if namespace != "" {
		d.set("spec.controlPlaneRef.konnectNamespacedRef.namespace", namespace)
	}
}

// Adopt makes the object take over the entity, in a mode such as match.
func (d *Draft) Adopt(mode string) {
	d.set("spec.adopt", map[string]any{
		"from": commonv1alpha1.AdoptFromKonnect, "mode": mode, "konnect": map[string]any{"id": d.ID},
	})
}

// KeepID makes the object ask for an entity of the same ID, if its kind can.
func (d *Draft) KeepID() {
	if d.ID != "" && typeAt(reflect.TypeOf(d.row.object()).Elem(), "spec.id") != nil {
		d.set("spec.id", d.ID)
	}
}

// Refer makes the object refer to others, by the names of the objects in its namespace
// that the targets of a reference have become. The field "plugin" is that to the KongPlugin.
func (d *Draft) Refer(field string, names ...string) {
	at, ok := d.row.references[field]
	if !ok || len(names) == 0 {
		return
	}
	for path, value := range at.with {
		d.set(path, value)
	}
	switch at.form {
	case listOfNames:
		d.set(at.path, names)
	case listOfRefs:
		var refs []any
		for _, name := range names {
			refs = append(refs, map[string]any{"name": name})
		}
		d.set(at.path, refs)
	default:
		d.set(at.path, names[0])
	}
}

// Object returns the object. Errors say that a field has a value which its kind cannot
// hold; they show none.
func (d *Draft) Object() (crd.Object, error) {
	text, err := json.Marshal(d.fields)
	obj := d.row.object()
	if err == nil {
		err = json.Unmarshal(text, obj)
	}
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = fmt.Errorf("%s must be of type %s", mistyped.Field, mistyped.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.row.kind(), err)
	}
	obj.GetObjectKind().SetGroupVersionKind(obj.GVK())
	return obj, nil
}

// Set puts a value at a dotted path of the object.
func (d *Draft) Set(path string, value any) { d.set(path, value) }

// Drop takes away what is at a dotted path.
func (d *Draft) Drop(path string) {
	within := d.fields
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		within, _ = within[name].(map[string]any)
	}
	delete(within, names[len(names)-1])
}

func (d *Draft) set(path string, value any) {
	names := strings.Split(path, ".")
	within := d.fields
	for _, name := range names[:len(names)-1] {
		below, ok := within[name].(map[string]any)
		if !ok {
			below = map[string]any{}
			within[name] = below
		}
		within = below
	}
	within[names[len(names)-1]] = value
}
