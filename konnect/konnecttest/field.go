package konnecttest

import (
	"fmt"
	"slices"
	"strings"
)

// field is one line of a collection's table.
type field struct {
	name     string
	kind     fieldKind
	required bool
	// fallback is the value of an absent field. An object that must always be
	// there, for the defaults below it, has an empty one.
	fallback any
	checks   []check
	items    *field    // element of a list, value of a mapping
	keys     []check   // of a mapping
	fields   []field   // members of a record
	variants *variants // what the members of a record depend on; nil for nothing
	open     bool      // a record may have further members
	min      int       // smallest number of items in a list
	// keepEmpty stores an empty list as such; elsewhere it counts as unset.
	keepEmpty bool
	// read takes over the reading of the field beside the values around it; nil for the usual.
	// Its value is stored also where it is nil.
	read      func(r *reading, around object, at string) any
	serverSet bool // ignored in requests, written by the server
	writeOnly bool // never returned
}

type fieldKind int

const (
	kindString fieldKind = iota
	kindInteger
	kindNumber
	kindBoolean
	kindList
	kindRecord  // object with known members
	kindMapping // object with free keys
	kindAny
)

var kindNames = [...]string{"string", "integer", "number", "boolean", "array", "object", "object", "value"}

// check returns what is wrong with a value of the right type.
type check func(value any) (violation, bool)

// reading collects what is wrong while a body is read against its fields.
type reading struct {
	violations []violation
	unknown    []string
}

func (r *reading) add(field string, v violation) { r.violations = append(r.violations, v.at(field)) }

// record reads raw against fields: types, unknown members, required members,
// defaults and checks. Null counts as absent.
func (r *reading) record(fields []field, raw object, path string) object {
	out := r.named(fields, raw, path)
	for _, name := range unnamed(fields, raw) {
		r.unknown = append(r.unknown, join(path, name))
	}
	return out
}

func (r *reading) named(fields []field, raw object, path string) object {
	out := make(object, len(fields))
	for i := range fields {
		f := &fields[i]
		at := join(path, f.name)
		if f.serverSet {
			continue
		}
		if f.read != nil {
			out[f.name] = f.read(r, raw, at)
			continue
		}
		f = f.resolved(raw)
		value, ok := r.value(f, raw[f.name], at)
		switch {
		case ok:
			out[f.name] = value
		case raw[f.name] == nil && f.required:
			r.add(at, violation{reason: "is required", rule: "required"})
		}
	}
	return out
}

// unnamed are the members of raw that are none of fields.
func unnamed(fields []field, raw object) []string {
	var out []string
	for name := range raw {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			out = append(out, name)
		}
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// value reads one value; false means that there is none to store.
func (r *reading) value(f *field, raw any, at string) (any, bool) {
	if raw == nil && f.kind != kindAny {
		return r.fallback(f, at)
	}
	value, ok := r.typed(f, raw, at)
	if !ok {
		return nil, false
	}
	r.check(f.checks, value, at)
	return value, true
}

func (r *reading) check(checks []check, value any, at string) {
	for _, check := range checks {
		if v, bad := check(value); bad {
			r.add(at, v)
		}
	}
}

func (r *reading) fallback(f *field, at string) (any, bool) {
	if f.fallback == nil {
		return nil, false
	}
	if f.kind == kindRecord {
		return r.record(f.fields, nil, at), true
	}
	return f.fallback, true
}

func (r *reading) typed(f *field, raw any, at string) (any, bool) {
	var value any
	var ok bool
	switch f.kind {
	case kindString:
		value, ok = raw.(string)
	case kindBoolean:
		value, ok = raw.(bool)
	case kindInteger:
		value, ok = integer(raw)
	case kindNumber:
		value, ok = simpleNumber(raw)
	case kindAny:
		return plain(raw), true
	case kindList:
		return r.list(f, raw, at)
	case kindRecord, kindMapping:
		return r.object(f, raw, at)
	}
	if !ok {
		r.mismatch(f, raw, at)
	}
	return value, ok
}

// simpleNumber keeps whole numbers whole, so that they are shown as sent.
func simpleNumber(raw any) (any, bool) {
	if i, ok := integer(raw); ok {
		return i, true
	}
	return number(raw)
}

func (r *reading) mismatch(f *field, raw any, at string) {
	want := kindNames[f.kind]
	r.add(at, violation{
		reason: fmt.Sprintf("expected %s, but got %s", want, jsonType(raw)),
		rule:   "is_" + want,
	})
}

func (r *reading) list(f *field, raw any, at string) (any, bool) {
	list, ok := raw.([]any)
	if !ok {
		r.mismatch(f, raw, at)
		return nil, false
	}
	if len(list) < f.min {
		r.add(at, tooFew(f.min, len(list)))
	}
	if len(list) == 0 && !f.keepEmpty {
		return nil, false
	}
	out := make([]any, 0, len(list))
	for i, item := range list {
		element := fmt.Sprintf("%s[%d]", at, i)
		if item == nil {
			r.mismatch(f.items, nil, element)
			continue
		}
		if value, ok := r.value(f.items, item, element); ok {
			out = append(out, value)
		}
	}
	return out, true
}

func (r *reading) object(f *field, raw any, at string) (any, bool) {
	members, ok := raw.(object)
	if !ok {
		r.mismatch(f, raw, at)
		return nil, false
	}
	switch {
	case f.kind == kindRecord && f.open:
		out := r.named(f.fields, members, at)
		for _, name := range unnamed(f.fields, members) {
			out[name] = plain(members[name])
		}
		return out, true
	case f.kind == kindRecord:
		return r.record(f.fields, members, at), true
	}
	if len(members) == 0 && !f.keepEmpty {
		return nil, false
	}
	out := make(object, len(members))
	for key, item := range members {
		r.check(f.keys, key, at)
		if item == nil && f.items.kind != kindAny {
			r.mismatch(f.items, nil, join(at, key))
			continue
		}
		if value, ok := r.value(f.items, item, join(at, key)); ok {
			out[key] = value
		}
	}
	return out, true
}

// unknownFields is the fault of fields that there are not; nil for none.
func (r *reading) unknownFields() *failure {
	if len(r.unknown) == 0 {
		return nil
	}
	slices.Sort(r.unknown)
	return badRequest(fmt.Sprintf("json: unknown field %q", strings.Join(r.unknown, ", ")))
}
