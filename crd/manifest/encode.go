package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/crd"
)

// Encode writes objects as YAML documents, separated by lines of three dashes, in
// a form that a cluster accepts: apiVersion and kind are filled in, and a status
// that says no more than the CRD's default is left out. Fields come in the order
// apiVersion, kind, metadata, spec, status, and by name below that.
//
// Secrets, such as the token of a KonnectAPIAuthConfiguration, are written in
// clear, because a cluster needs them so: the output is as secret as they are.
func Encode(w io.Writer, objects ...crd.Object) error {
	e := encoder{defaults: map[reflect.Type]any{}}
	var out bytes.Buffer
	for i, obj := range objects {
		if i > 0 {
			out.WriteString("---\n")
		}
		if err := e.encode(&out, obj); err != nil {
			return err
		}
		if _, err := out.WriteTo(w); err != nil {
			return fmt.Errorf("write manifests: %w", err)
		}
	}
	return nil
}

// encoder remembers the default status of each type.
type encoder struct{ defaults map[reflect.Type]any }

func (e *encoder) encode(out *bytes.Buffer, obj crd.Object) error {
	if v := reflect.ValueOf(obj); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("encode manifest: object is nil")
	}
	tree, err := toTree(obj)
	if err != nil {
		return fmt.Errorf("encode %s: %w", crd.KeyOf(obj), err)
	}
	tree["apiVersion"], tree["kind"] = obj.GVK().GroupVersion().String(), obj.GVK().Kind
	if e.isDefaultStatus(obj, tree["status"]) {
		delete(tree, "status")
	}
	for _, key := range order(tree) {
		if err := writeField(out, key, tree[key]); err != nil {
			return fmt.Errorf("encode %s: %w", crd.KeyOf(obj), err)
		}
	}
	return nil
}

// toTree returns obj as decoded JSON without nulls, but for those in values whose form is
// open.
func toTree(obj any) (map[string]any, error) {
	text, err := json.Marshal(obj)
	if err != nil {
		return nil, err
	}
	value, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	tree, ok := plain(value).(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%T is not a JSON object", obj)
	}
	return tree, keepOpen(tree, reflect.ValueOf(obj))
}

// plain removes nulls from objects and turns numbers into Go numbers.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			if item == nil {
				delete(value, key)
			} else {
				value[key] = plain(item)
			}
		}
	case []any:
		for i, item := range value {
			value[i] = plain(item)
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

// isDefaultStatus tells whether status is absent, empty, or what Default gives an
// object of the same type that has none.
func (e *encoder) isDefaultStatus(obj crd.Object, status any) bool {
	fields, ok := status.(map[string]any)
	if !ok || len(fields) == 0 {
		return true
	}
	t := reflect.TypeOf(obj)
	if t.Kind() != reflect.Pointer {
		return false
	}
	initial, known := e.defaults[t]
	if !known {
		if fresh, ok := reflect.TypeAssert[crd.Object](reflect.New(t.Elem())); ok {
			fresh.Default()
			if tree, err := toTree(fresh); err == nil {
				initial = tree["status"]
			}
		}
		e.defaults[t] = initial
	}
	return reflect.DeepEqual(status, initial)
}

// order lists the fields of an object in the order they are written.
func order(tree map[string]any) []string {
	first, last := []string{"apiVersion", "kind", "metadata"}, []string{"spec", "status"}
	keys := slices.Sorted(maps.Keys(tree))
	keys = slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(first, key) || slices.Contains(last, key) })
	return slices.DeleteFunc(slices.Concat(first, keys, last), func(key string) bool { return tree[key] == nil })
}

func writeField(out *bytes.Buffer, key string, value any) error {
	encoder := yaml.NewEncoder(out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(map[string]any{key: value}); err != nil {
		return err
	}
	return encoder.Close()
}
