package canon

import (
	"reflect"
	"strings"
)

// Given returns a struct as an Object of what is set in it, as its JSON tags say but
// without what its own encoding would fill in.
func Given(v any) Object {
	object, _ := given(reflect.ValueOf(v)).(Object)
	return object
}

// given is the value of v as decoded JSON; nil where it is not set.
func given(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return given(v.Elem())
	case reflect.Struct:
		return givenFields(v)
	case reflect.Map:
		object := Object{}
		for _, key := range v.MapKeys() {
			object[key.String()] = given(v.MapIndex(key))
		}
		return orNil(object, v.Len())
	case reflect.Slice:
		items := make([]any, v.Len())
		for i := range items {
			items[i] = given(v.Index(i))
		}
		return orNil(items, v.Len())
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	default:
		if v.CanInt() {
			return float64(v.Int())
		}
		return v.Float() // there is nothing else in JSON
	}
}

func orNil(value any, size int) any {
	if size == 0 {
		return nil
	}
	return value
}

func givenFields(v reflect.Value) Object {
	object := Object{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		if value := given(v.Field(i)); value != nil {
			object[name] = value
		}
	}
	return object
}
