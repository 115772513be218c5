package pluginconfig

import (
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
)

// unknown stands for a value that only the server knows.
type unknown struct{}

// items returns a list; an empty object is an empty list, because Lua has one type for both.
func items(value any) ([]any, bool) {
	if object, ok := value.(map[string]any); ok && len(object) == 0 {
		return []any{}, true
	}
	items, ok := value.([]any)
	return items, ok
}

// members returns an object; an empty list is an empty object.
func members(value any) (map[string]any, bool) {
	if list, ok := value.([]any); ok && len(list) == 0 {
		return map[string]any{}, true
	}
	object, ok := value.(map[string]any)
	return object, ok
}

func isUnknown(value any) bool {
	_, ok := value.(unknown)
	return ok
}

// isVaultReference reports whether value stands for a secret in a vault.
func isVaultReference(value any) bool {
	text, ok := value.(string)
	return ok && strings.HasPrefix(text, "{vault://") && strings.HasSuffix(strings.TrimSpace(text), "}")
}

// hasNull reports whether an object has a member that is null, at any depth.
func hasNull(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			if member == nil || hasNull(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasNull)
	}
	return false
}

// absent is what the server makes of a field that is not given.
func (f *field) absent() any {
	switch {
	case f.madeByServer():
		return unknown{}
	case f.kind == typeRecord && f.absence.value != nil:
		return f.completed(f.absence.value)
	case f.kind == typeRecord && !f.optional:
		return f.completed(map[string]any{})
	}
	return f.absence.value
}

// completed is what the server makes of a value that is given, as far as the schema says.
func (f *field) completed(value any) any {
	switch f.kind {
	case typeRecord:
		if object, ok := members(value); ok {
			return f.completedRecord(object)
		}
	case typeArray, typeSet:
		return f.completedList(value)
	case typeMap:
		object, ok := members(value)
		if !ok || f.parts.values == nil {
			return value
		}
		out := make(map[string]any, len(object))
		for name, member := range object {
			out[name] = f.parts.values.completed(member)
		}
		return out
	}
	return value
}

func (f *field) completedList(value any) any {
	list, ok := items(value)
	if !ok || f.parts.elements == nil {
		return value
	}
	var out []any
	seen := map[string]bool{}
	for _, item := range list {
		item = f.parts.elements.completed(item)
		if key := canon.Text(item); f.kind == typeSet {
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		out = append(out, item)
	}
	if out == nil {
		return []any{}
	}
	return out
}

func (f *field) completedRecord(given map[string]any) map[string]any {
	given = f.expanded(given)
	out := make(map[string]any, len(f.parts.fields))
	for _, inner := range f.parts.fields {
		value, there := given[inner.name]
		switch {
		case !there:
			out[inner.name] = inner.absent()
		default:
			out[inner.name] = inner.completed(value)
		}
	}
	return out
}

// canonical is a text that is the same for values which mean the same.
func (f *field) canonical(value any) string { return canon.Text(f.sorted(f.completed(value))) }

// sorted drops nulls from objects and brings sets in order.
func (f *field) sorted(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			if member != nil {
				out[name] = f.part(name).sorted(member)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = f.element().sorted(item)
		}
		if f.kind == typeSet {
			slices.SortFunc(out, func(a, b any) int { return strings.Compare(canon.Text(a), canon.Text(b)) })
		}
		return out
	}
	return value
}

var opaque = &field{}

// part is the field of a member of an object.
func (f *field) part(name string) *field {
	inner := f.parts.values
	if f.kind == typeRecord {
		inner = f.member(name)
	}
	if inner == nil {
		return opaque
	}
	return inner
}

// element is the field of an item of a list.
func (f *field) element() *field {
	if f.parts.elements == nil {
		return opaque
	}
	return f.parts.elements
}
