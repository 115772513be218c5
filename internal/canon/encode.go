package canon

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Encoder makes Objects of structs. It keeps what it has found out about their types, and
// may be used by several goroutines. The zero value is ready.
type Encoder struct{ known sync.Map }

// Encode returns v as an Object: what its JSON decodes to. For a struct whose tags say all
// about its JSON, as most of sdk-konnect-go do, there is no JSON in between. The Object is
// made in room, with which the caller is done then; nil for a new one.
func (e *Encoder) Encode(v any, room Object) (Object, error) {
	if value := reflect.Indirect(reflect.ValueOf(v)); value.Kind() == reflect.Struct {
		if encode := e.of(value.Type()); encode != nil {
			return encode(value, room), nil
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode json: %w", err)
	}
	return Decode(raw)
}

// encoder returns a value of one type as its JSON decodes.
type encoder func(reflect.Value) any

// structEncoder returns a struct of one type in the same way, in room if there is any.
type structEncoder func(v reflect.Value, room Object) Object

func (e *Encoder) of(t reflect.Type) structEncoder {
	known, ok := e.known.Load(t)
	if !ok {
		known, _ = e.known.LoadOrStore(t, newStructEncoder(t, nil))
	}
	encode, _ := known.(structEncoder)
	return encode
}

// newEncoder returns the encoder of a type; nil for one of which only its JSON tells.
// within are the structs that it is a part of.
func newEncoder(t reflect.Type, within []reflect.Type) encoder {
	if t.Kind() != reflect.Struct && t.Kind() != reflect.Pointer && marshals(t) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(newEncoder(t.Elem(), within))
	case reflect.Struct:
		encode := newStructEncoder(t, within)
		if encode == nil {
			return nil
		}
		return func(v reflect.Value) any { return encode(v, nil) }
	case reflect.Map:
		return mapEncoder(t, within)
	case reflect.Slice:
		return sliceEncoder(t, within)
	case reflect.String:
		return func(v reflect.Value) any { return validText(v.String()) }
	case reflect.Bool:
		return func(v reflect.Value) any { return v.Bool() }
	case reflect.Int, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) any { return number(v.Int()) }
	case reflect.Float64:
		return func(v reflect.Value) any { return v.Float() }
	default:
		return nil
	}
}

func marshals(t reflect.Type) bool {
	for _, t := range []reflect.Type{t, reflect.PointerTo(t)} {
		if t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
			return true
		}
	}
	return false
}

func orNull(encode encoder) encoder {
	if encode == nil {
		return nil
	}
	return func(v reflect.Value) any {
		if v.IsNil() {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		return encode(v)
	}
}

func mapEncoder(t reflect.Type, within []reflect.Type) encoder {
	item := newEncoder(t.Elem(), within)
	if item == nil || t.Key().Kind() != reflect.String || marshals(t.Key()) {
		return nil
	}
	return orNull(func(v reflect.Value) any {
		object := make(Object, v.Len())
		for members := v.MapRange(); members.Next(); {
			object[validText(members.Key().String())] = item(members.Value())
		}
		return object
	})
}

func sliceEncoder(t reflect.Type, within []reflect.Type) encoder {
	item := newEncoder(t.Elem(), within)
	if item == nil || t.Elem().Kind() == reflect.Uint8 { // bytes are a text
		return nil
	}
	return orNull(func(v reflect.Value) any {
		items := make([]any, v.Len())
		for i := range items {
			items[i] = item(v.Index(i))
		}
		return items
	})
}

// validText is a text as JSON has it.
func validText(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}

// member is a field of a struct.
type member struct {
	name      string
	index     int
	encode    encoder
	omitEmpty bool
	// unset stands in for nil.
	unset any
}

// newStructEncoder takes the MarshalJSON of a struct for one that does what the tags say if
// these name all fields, are of those known here, and say what becomes of the zero value.
func newStructEncoder(t reflect.Type, within []reflect.Type) structEncoder {
	if slices.Contains(within, t) || t.NumField() == 0 {
		return nil
	}
	within = append(slices.Clone(within), t)
	members := make([]member, t.NumField())
	for i := range members {
		m, ok := newMember(t.Field(i), within)
		if !ok || m.unset != nil && !marshals(t) { // encoding/json knows no defaults
			return nil
		}
		m.index = i
		members[i] = m
	}
	encode := encodeMembers(members)
	if marshals(t) {
		var own any
		raw, err := json.Marshal(reflect.Zero(t).Interface())
		if err != nil || json.Unmarshal(raw, &own) != nil || !reflect.DeepEqual(own, any(encode(reflect.Zero(t), nil))) {
			return nil
		}
	}
	return encode
}

func encodeMembers(members []member) structEncoder {
	return func(v reflect.Value, object Object) Object {
		clear(object)
		if object == nil {
			present := 0 // most leave out half of their fields
			for i := range members {
				if !members[i].isLeftOut(v) {
					present++
				}
			}
			object = make(Object, present)
		}
		for i := range members {
			m := &members[i]
			if m.isLeftOut(v) {
				continue
			}
			encoded := m.encode(v.Field(m.index))
			if encoded == nil {
				encoded = m.unset
			}
			object[m.name] = encoded
		}
		return object
	}
}

func newMember(f reflect.StructField, within []reflect.Type) (m member, ok bool) {
	name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" || name == "-" || option != "" && option != "omitempty" || f.Anonymous || !f.IsExported() {
		return m, false
	}
	rest := string(f.Tag)
	for _, key := range []string{"json", "default"} {
		if value, has := f.Tag.Lookup(key); has {
			rest = strings.Replace(rest, fmt.Sprintf("%s:%q", key, value), "", 1)
		}
	}
	if strings.TrimSpace(rest) != "" {
		return m, false
	}
	m = member{name: name, omitEmpty: option != "", encode: newEncoder(f.Type, within)}
	if text, has := f.Tag.Lookup("default"); has {
		if m.unset, ok = defaultOf(f.Type, text); !ok {
			return m, false
		}
	}
	return m, m.encode != nil
}

// defaultOf is a default as JSON decodes it.
func defaultOf(t reflect.Type, text string) (value any, ok bool) {
	if t.Kind() != reflect.Pointer { // it is never unset
		return nil, false
	}
	if t.Elem().Kind() == reflect.String {
		return text, text != "null"
	}
	err := json.Unmarshal([]byte(text), &value)
	return value, err == nil && value != nil
}

// isLeftOut reports whether omitempty leaves the member out of a struct.
func (m *member) isLeftOut(of reflect.Value) bool {
	if !m.omitEmpty {
		return false
	}
	switch v := of.Field(m.index); v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}
