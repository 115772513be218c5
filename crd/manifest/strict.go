package manifest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
)

// checker compares a decoded value with the Go type it is meant for.
type checker struct {
	catalog *catalog
	report  func(at *path, message string)
	// tolerate reports whether an unknown field is dropped; nil where none is.
	tolerate func(at *path, message string) bool
	// root is the object, whose kind is gvk, for hints about unknown fields.
	root     *path
	gvk      schema.GroupVersionKind
	unknowns int
	// changed is set when the value had to be normalised: nulls that count as
	// unset were removed, or a number was written as an integer.
	changed bool
	// inMetadata is set below metadata, which an API server decodes into a Go type:
	// a null in a map or list is an empty string there, and nothing is required.
	inMetadata bool
}

// check reports what of value does not fit t, and returns it normalised.
func (c *checker) check(value any, t reflect.Type, at *path) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isOpaque(t) {
		return c.opaque(value, t, at)
	}
	switch t.Kind() {
	case reflect.Struct:
		if t == reflect.TypeFor[metav1.ObjectMeta]() {
			c.inMetadata = true
			defer func() { c.inMetadata = false }()
		}
		c.object(value, t, at)
	case reflect.Map:
		c.mapping(value, t, at)
	case reflect.Slice:
		c.list(value, t, at)
	case reflect.String:
		c.expect(isA[string](value), value, "a string", at)
	case reflect.Bool:
		c.expect(isA[bool](value), value, "true or false", at)
	case reflect.Int, reflect.Int32, reflect.Int64:
		return c.integer(value, t.Bits(), at)
	case reflect.Float64:
		c.float(value, at)
	}
	return value
}

func isA[T any](value any) bool {
	_, ok := value.(T)
	return ok
}

func (c *checker) expect(ok bool, value any, want string, at *path) {
	if !ok {
		c.report(at, "must be "+want+", not "+describe(value)+unreplaced(value))
	}
}

// describe names the type of value without showing it.
func describe(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

func (c *checker) object(value any, t reflect.Type, at *path) {
	object, ok := value.(map[string]any)
	c.expect(ok, value, "an object", at)
	fields := c.catalog.structs[t]
	for key, item := range object {
		field, known := fields[key]
		switch {
		case !known:
			c.unknown(object, key, t, at)
		case item == nil:
			c.drop(object, key)
		default:
			if isEmptyValue(item) && mustNotBeEmpty(field) {
				c.report(at.child(key), "must not be empty")
				continue
			}
			object[key] = c.check(item, field.Type, at.child(key))
			if text, ok := object[key].(json.RawMessage); ok && string(text) == "null" {
				c.drop(object, key) // a time that is Go's zero
			}
		}
	}
	for _, key := range c.catalog.required[t] {
		if ok && !c.inMetadata && object[key] == nil {
			c.report(at.child(key), "must be set")
		}
	}
}

func isEmptyValue(value any) bool {
	list, isList := value.([]any)
	return value == "" || isList && len(list) == 0
}

// drop removes a null, which an API server takes for unset, or an unknown field.
func (c *checker) drop(object map[string]any, key string) {
	delete(object, key)
	c.changed = true
}

func (c *checker) mapping(value any, t reflect.Type, at *path) {
	object, ok := value.(map[string]any)
	c.expect(ok, value, "an object", at)
	for key, item := range object {
		switch {
		case item == nil && c.inMetadata:
		case item == nil:
			c.drop(object, key)
		default:
			object[key] = c.check(item, t.Elem(), at.child(key))
		}
	}
}

func (c *checker) list(value any, t reflect.Type, at *path) {
	if t.Elem().Kind() == reflect.Uint8 {
		text, ok := value.(string)
		c.expect(ok, value, "a string in base64", at)
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			c.report(at, "must be a string in base64")
		}
		return
	}
	list, ok := value.([]any)
	c.expect(ok, value, "a list", at)
	for i, item := range list {
		if item != nil || !c.inMetadata {
			list[i] = c.check(item, t.Elem(), at.item(i))
		}
	}
}

// integer accepts 80.0 and 8e1 for 80, as an API server does.
func (c *checker) integer(value any, bits int, at *path) any {
	number, ok := value.(json.Number)
	if !ok {
		c.expect(false, value, "an integer", at)
		return value
	}
	if _, err := strconv.ParseInt(number.String(), 10, bits); err == nil {
		return value
	}
	const maxExact = 1 << 53
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > maxExact {
		c.report(at, "must be an integer of "+strconv.Itoa(bits)+" bits")
		return value
	}
	c.changed = true
	return json.Number(strconv.FormatInt(int64(f), 10))
}

func (c *checker) float(value any, at *path) {
	number, ok := value.(json.Number)
	c.expect(ok, value, "a number", at)
	if _, err := number.Float64(); ok && err != nil {
		c.report(at, "must be a number of 64 bits")
	}
}

// opaque lets a type that decodes itself judge value, and returns it as that type
// writes it.
func (c *checker) opaque(value any, t reflect.Type, at *path) any {
	kept := value
	if t != reflect.TypeFor[crd.JSON]() {
		kept = plain(value) // nulls within do not survive Encode
	}
	before, err := json.Marshal(kept)
	if err != nil {
		c.report(at, "cannot be understood")
		return value
	}
	target := reflect.New(t).Interface()
	if err := json.Unmarshal(before, target); err != nil {
		want := "a " + t.Name()
		if t.Kind() == reflect.Struct && isTime(t) {
			want = "a time such as 2006-01-02T15:04:05Z"
		}
		c.report(at, "must be "+want)
		return value
	}
	after, err := json.Marshal(target)
	if err == nil && (isA[map[string]any](value) || !bytes.Equal(before, after)) {
		c.changed = true
		return json.RawMessage(after)
	}
	return value
}

func isTime(t reflect.Type) bool {
	_, ok := t.FieldByName("Time")
	return ok
}
