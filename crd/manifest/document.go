package manifest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
)

// document is one document that is being decoded.
type document struct {
	chunk
	catalog *catalog
	number  int
	// object names what is being decoded, for problems.
	object  string
	objects []crd.Object

	problems []Problem
	places   []*path // of the problems
	omitted  int

	tree    *yaml.Node
	treeErr error
}

// report notes a problem at a path, whose line is looked up later.
func (d *document) report(at *path, message string) {
	if len(d.problems) >= maxProblems {
		d.omitted++
		return
	}
	d.problems = append(d.problems, Problem{Document: d.number, Object: d.object, Message: message})
	d.places = append(d.places, at)
}

// fail notes a problem at a line, which may be 0, and perhaps a field.
func (d *document) fail(line int, field, message string, err error) {
	d.report(nil, message)
	if n := len(d.problems); n > 0 && d.omitted == 0 {
		d.problems[n-1].Line, d.problems[n-1].Field, d.problems[n-1].err = line, field, err
	}
}

// decode turns a value, whose JSON is raw, into objects.
func (d *document) decode(value any, raw []byte) {
	object, ok := value.(map[string]any)
	if !ok {
		d.report(nil, "must be an object, not "+describe(value))
		return
	}
	if object["apiVersion"] == "v1" && object["kind"] == "List" {
		d.decodeList(object)
		return
	}
	d.decodeObject(object, raw, nil)
}

// decodeList decodes the items of a v1 List.
func (d *document) decodeList(list map[string]any) {
	check := checker{catalog: d.catalog, report: d.report}
	for _, key := range slices.Sorted(maps.Keys(list)) {
		switch key {
		case "apiVersion", "kind", "items":
		case "metadata":
			check.check(list[key], reflect.TypeFor[*metav1.ListMeta](), (*path)(nil).child(key))
		default:
			d.report((*path)(nil).child(key), unknownField)
		}
	}
	at := (*path)(nil).child("items")
	items, ok := list["items"].([]any)
	if !ok && list["items"] != nil {
		d.report(at, "must be a list, not "+describe(list["items"]))
	}
	for i, item := range items {
		d.object = ""
		if object, ok := item.(map[string]any); ok {
			d.decodeObject(object, nil, at.item(i))
		} else {
			d.report(at.item(i), "must be an object, not "+describe(item))
		}
	}
	d.object = ""
}

// decodeObject decodes one object. Its raw JSON may be nil.
func (d *document) decodeObject(object map[string]any, raw []byte, at *path) {
	d.object = name(object)
	before := len(d.problems) + d.omitted
	t, ok := d.goType(object, at)
	if !ok {
		return
	}
	check := checker{catalog: d.catalog, report: d.report}
	check.check(object, t, at)
	if len(d.problems)+d.omitted > before {
		return
	}
	decoded, err := unmarshal(object, raw, t, check.changed)
	if err != nil {
		d.report(at, err.Error())
		return
	}
	decoded.Default()
	d.objects = append(d.objects, decoded)
}

// unmarshal decodes raw, or object where raw does not say the same, as a t.
func unmarshal(object map[string]any, raw []byte, t reflect.Type, changed bool) (crd.Object, error) {
	if changed || raw == nil {
		var err error
		if raw, err = json.Marshal(object); err != nil {
			return nil, fmt.Errorf("cannot be normalised: %w", err)
		}
	}
	target := reflect.New(t).Interface()
	if err := json.Unmarshal(raw, target); err != nil {
		// The error may quote a value, which may be a secret.
		return nil, fmt.Errorf("cannot be decoded as a %s", t.Name())
	}
	if obj, ok := target.(crd.Object); ok {
		return obj, nil
	}
	previous, ok := target.(old)
	if !ok {
		return nil, fmt.Errorf("cannot be decoded as a %s", t.Name())
	}
	return previous.Latest()
}

// goType finds the type that object is to be decoded as.
func (d *document) goType(object map[string]any, at *path) (reflect.Type, bool) {
	apiVersion, hasVersion := d.identifier(object, "apiVersion", at)
	kind, hasKind := d.identifier(object, "kind", at)
	if !hasVersion || !hasKind {
		return nil, false
	}
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		d.report(at.child("apiVersion"), "must be a group and version such as konnect.konghq.com/v1alpha2")
		return nil, false
	}
	gvk := gv.WithKind(kind)
	if t, ok := d.catalog.types[gvk]; ok {
		return t, true
	}
	versions := cmp.Or(
		strings.Join(d.catalog.versions(gvk.GroupKind()), ", "),
		strings.Join(d.catalog.similar(kind), ", "),
	)
	if versions == "" {
		d.report(at.child("kind"), "unknown kind "+strconv.Quote(kind))
	} else {
		d.report(at.child("apiVersion"), fmt.Sprintf("unknown version %q, must be %s", apiVersion, versions))
	}
	return nil, false
}

// identifier returns the string at key, which must not be empty.
func (d *document) identifier(object map[string]any, key string, at *path) (string, bool) {
	value, ok := object[key].(string)
	switch {
	case object[key] == nil || ok && value == "":
		d.report(at.child(key), "must be set")
	case !ok:
		d.report(at.child(key), "must be a string, not "+describe(object[key]))
	}
	return value, value != ""
}

// name is kind, namespace and name of an object, as far as they are there.
func name(object map[string]any) string {
	kind, _ := object["kind"].(string)
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	name, _ := metadata["name"].(string)
	if namespace != "" {
		name = namespace + "/" + name
	}
	title := strings.TrimSpace(kind + " " + name)
	if quoted := strconv.Quote(title); quoted != `"`+title+`"` {
		return quoted // what would not stay on one line
	}
	return title
}
