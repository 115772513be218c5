package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// document is one document that is being decoded.
type document struct {
	chunk
	catalog *catalog
	options decodeOptions
	number  int
	// object names what is being decoded, for problems.
	object  string
	objects []crd.Object

	problems, allowed []finding
	omitted           int
	skipped           []Skipped

	tree    *yaml.Node
	treeErr error
}

// finding is a problem and its place, whose line is looked up later.
type finding struct {
	Problem
	at *path
}

// report notes a problem at a path.
func (d *document) report(at *path, message string) { d.note(Problem{Message: message}, at) }

// fail notes a problem at a line, which may be 0, and perhaps a field.
func (d *document) fail(line int, field, message string, err error) {
	d.note(Problem{Line: line, Field: field, Message: message, err: err}, nil)
}

func (d *document) note(problem Problem, at *path) {
	if len(d.problems) >= maxProblems {
		d.omitted++
		return
	}
	problem.Document, problem.Object = d.number, printable.Redact(d.object)
	problem.Field, problem.Message = printable.Redact(problem.Field), printable.Redact(problem.Message)
	d.problems = append(d.problems, finding{problem, at})
}

// allow notes an unknown field that is no problem.
func (d *document) allow(at *path, message string) {
	d.allowed = append(d.allowed, finding{Problem{Document: d.number, Object: d.object, Message: message}, at})
}

// skip notes that the document, or what is at a path of it, is left out.
func (d *document) skip(value any, at *path, reason SkipReason) {
	d.skipped = append(d.skipped, d.skipOf(value, at, reason))
}

func (d *document) skipOf(value any, at *path, reason SkipReason) Skipped {
	s := Skipped{Document: d.number, Line: d.firstLine(), Reason: reason}
	if at != nil {
		s.Line = d.locate(at)
	}
	if object, ok := value.(map[string]any); ok {
		metadata, _ := object["metadata"].(map[string]any)
		s.APIVersion, _ = object["apiVersion"].(string)
		s.Kind, _ = object["kind"].(string)
		s.Namespace, _ = metadata["namespace"].(string)
		s.Name, _ = metadata["name"].(string)
	}
	return s
}

// take hands an object of a foreign kind to the program, and reports whether it is done with.
func (d *document) take(object map[string]any, id identity, at *path) bool {
	if d.options.take == nil || id.skip != SkippedForeign {
		return false
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return false
	}
	taken, err := d.options.take(Foreign{d.skipOf(object, at, id.skip), raw})
	if err != nil {
		d.report(at, err.Error())
		return true
	}
	return taken
}

// leavesOut returns why the whole document is left out; empty when it is not.
func (d *document) leavesOut(value any) SkipReason {
	if !d.options.skip {
		return ""
	}
	switch value := value.(type) {
	case map[string]any:
		skip := d.catalog.identify(value).skip
		if skip == SkippedForeign && d.options.take != nil {
			return "" // an object may be taken
		}
		return skip
	case []any:
		if slices.ContainsFunc(value, saysWhatItIs) {
			return ""
		}
	}
	return SkippedNoManifest
}

// saysWhatItIs reports whether value is an object with a kind or an apiVersion.
func saysWhatItIs(value any) bool {
	object, ok := value.(map[string]any)
	return ok && (object["kind"] != nil || object["apiVersion"] != nil)
}

// decode turns a value, whose JSON is raw, into objects.
func (d *document) decode(value any, raw []byte) {
	if reason := d.leavesOut(value); reason != "" {
		d.skip(value, nil, reason)
		return
	}
	switch value := value.(type) {
	case map[string]any:
		d.decodeObject(value, raw, nil)
	case []any:
		d.decodeItems(value, identity{}, nil)
	default:
		if found, ok := d.findLeftover(math.MaxInt); ok {
			d.fail(found.line, "", found.message, found.err)
			return
		}
		d.report(nil, "must be an object, not "+describe(value))
	}
}

// decodeList decodes the items of a list of objects.
func (d *document) decodeList(list map[string]any, id identity, root *path) {
	check := checker{catalog: d.catalog, report: d.report}
	for _, key := range slices.Sorted(maps.Keys(list)) {
		switch key {
		case "apiVersion", "kind", "items":
		case "metadata":
			check.check(list[key], reflect.TypeFor[*metav1.ListMeta](), root.child(key))
		default:
			d.report(root.child(key), "unknown field")
		}
	}
	at := root.child("items")
	items, ok := list["items"].([]any)
	if !ok && list["items"] != nil {
		d.report(at, "must be a list, not "+describe(list["items"]))
	}
	d.decodeItems(items, id, at)
}

// decodeItems decodes objects, which need not say their kind where their list does.
func (d *document) decodeItems(items []any, list identity, at *path) {
	for i, item := range items {
		d.object = ""
		object, ok := item.(map[string]any)
		if !ok {
			d.report(at.item(i), "must be an object, not "+describe(item))
			continue
		}
		if list.goType != nil && !saysWhatItIs(object) {
			object["apiVersion"] = list.gvk.GroupVersion().String()
			object["kind"] = strings.TrimSuffix(list.gvk.Kind, "List")
		}
		d.decodeObject(object, nil, at.item(i))
	}
	d.object = ""
}

// decodeObject decodes one object, or a list of them. Its raw JSON may be nil.
func (d *document) decodeObject(object map[string]any, raw []byte, at *path) {
	id := d.catalog.identify(object)
	d.object = name(object)
	switch {
	case d.take(object, id, at):
		return
	case d.options.skip && id.skip != "" && id.skip != SkippedNoManifest:
		d.skip(object, at, id.skip)
		return
	case id.items:
		d.object = ""
		d.decodeList(object, id, at)
		return
	case id.goType == nil:
		d.refuse(object, id, at)
		return
	}
	before := len(d.problems) + d.omitted
	check := checker{catalog: d.catalog, report: d.report, root: at, gvk: id.gvk, tolerate: d.tolerates(id, at)}
	check.check(object, id.goType, at)
	if len(d.problems)+d.omitted > before {
		return
	}
	decoded, err := unmarshal(object, raw, id.goType, check.changed)
	if err != nil {
		d.report(at, err.Error())
		return
	}
	decoded.Default()
	d.objects = append(d.objects, decoded)
}

// refuse reports why an object cannot be decoded. Of one whose version is not known the
// fields are compared with a version that is: both are often wrong.
func (d *document) refuse(object map[string]any, id identity, at *path) {
	for _, mistake := range id.mistakes {
		place := at
		if mistake.field != "" {
			place = at.child(mistake.field)
		}
		d.report(place, mistake.message)
	}
	if id.near == nil {
		return
	}
	check := checker{catalog: d.catalog, report: func(*path, string) {}, root: at}
	check.tolerate = func(at *path, message string) bool {
		d.report(at, message)
		return true
	}
	check.check(object, id.near, at)
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

// name is kind, namespace and name of an object, as far as they are there.
func name(object map[string]any) string {
	kind, _ := object["kind"].(string)
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	name, _ := metadata["name"].(string)
	return title(kind, namespace, name)
}
