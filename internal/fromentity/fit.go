package fromentity

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// draft drafts the object of an entity.
func (r *row) draft(entity, defaults map[string]any) *Draft {
	d := &Draft{row: r, fields: map[string]any{}}
	d.ID, _ = entity["id"].(string)
	shaped := maps.Clone(entity)
	if r.shape != nil {
		r.shape(shaped)
	}
	said := func(field string) bool {
		return slices.Contains([]string{"id", "created_at", "updated_at"}, field) || slices.Contains(r.elsewhere, field)
	}
	for _, field := range slices.Sorted(maps.Keys(shaped)) {
		value := shaped[field]
		if at, ok := r.references[field]; ok {
			if targets := targetsIn(value); len(targets) > 0 {
				d.References = append(d.References, Reference{Field: field, To: at.to, Targets: targets})
			}
			continue
		}
		if r.keeps == nil || !r.keeps(entity, field) {
			value = beyond(value, defaults[field])
		}
		if !isNothing(value) && !said(field) {
			d.take(field, value)
		}
	}
	return d
}

// take puts the value of a field into the object, as far as that has a place for it.
func (d *Draft) take(field string, value any) {
	path := d.row.path(field)
	f := fitting{kind: d.row.kind()}
	if value = f.value(typeAt(reflect.TypeOf(d.row.object()).Elem(), path), field, value); value != nil {
		d.set(path, value)
	}
	for _, lost := range f.lost {
		if more := d.row.lost[field]; more != "" {
			lost.Reason = f.kind + " " + more
		}
		d.Lost = append(d.Lost, lost)
	}
}

// targetsIn are the entities that a value leads to.
func targetsIn(value any) []Target {
	switch value := value.(type) {
	case string:
		if value != "" {
			return []Target{{ID: value}}
		}
	case []any:
		var targets []Target
		for _, item := range value {
			targets = append(targets, targetsIn(item)...)
		}
		return targets
	case map[string]any:
		var target Target
		target.ID, _ = value["id"].(string)
		for _, field := range []string{"name", "username"} {
			if name, ok := value[field].(string); ok {
				target.Name = name
			}
		}
		if target != (Target{}) {
			return []Target{target}
		}
	}
	return nil
}

// isNothing reports whether a value says no more than an absent one.
func isNothing(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// beyond is what a value says that its default does not; nil for nothing.
func beyond(value, standard any) any {
	object, isObject := value.(map[string]any)
	standards, hasDefaults := standard.(map[string]any)
	if !isObject || !hasDefaults {
		if standard != nil && canon.Text(canon.Numbers(value)) == canon.Text(canon.Numbers(standard)) {
			return nil
		}
		return value
	}
	kept := map[string]any{}
	for name, member := range object {
		if member = beyond(member, standards[name]); member != nil {
			kept[name] = member
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// typeAt is the type of a field at a dotted path in a struct; nil for none.
func typeAt(t reflect.Type, path string) reflect.Type {
	for name := range strings.SplitSeq(path, ".") {
		if t = memberOf(t, name); t == nil {
			return nil
		}
	}
	return t
}

// memberOf is the type of a member of a struct, by its name in JSON; nil for none.
func memberOf(t reflect.Type, name string) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for field := range t.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name && name != "" && name != "-" {
			return field.Type
		}
	}
	return nil
}

// fitting is what becomes of a value as that of a field.
type fitting struct {
	kind string
	lost []Lost
}

// value is what of a value a type can hold; nil for nothing.
func (f *fitting) value(t reflect.Type, path string, value any) any {
	if t == nil {
		f.lost = append(f.lost, Lost{Path: path, Reason: f.kind + " has no field for it"})
		return nil
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return value
	}
	switch within := value.(type) {
	case map[string]any:
		if t.Kind() == reflect.Struct {
			return f.members(t, path, within)
		}
	case []any:
		if t.Kind() != reflect.Slice {
			return value
		}
		items := make([]any, len(within))
		for i, item := range within {
			items[i] = f.value(t.Elem(), fmt.Sprintf("%s[%d]", path, i), item)
		}
		return items
	case json.Number:
		if number, err := within.Float64(); err == nil {
			return whole(t, number, value)
		}
	case float64:
		return whole(t, within, value)
	}
	return value
}

func (f *fitting) members(t reflect.Type, path string, object map[string]any) any {
	kept := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if object[name] == nil {
			continue
		}
		if value := f.value(memberOf(t, name), path+"."+name, object[name]); value != nil {
			kept[name] = value
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// whole is a number such as 8e1 or 80.0 as an integer, where a field holds integers.
func whole(t reflect.Type, number float64, value any) any {
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64 && number == math.Trunc(number) && math.Abs(number) < 1<<53 {
		return int64(number)
	}
	return value
}
