// Package canon compares JSON objects in canonical form: null equals absent,
// numbers compare by value, sets by their members. It knows nothing of Konnect.
package canon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Object is a JSON object as encoding/json decodes it.
type Object = map[string]any

// Field says how one top-level field of an object is compared.
type Field struct {
	// Name of the field in JSON.
	Name string
	// Default stands in for a field that is absent; objects are completed leaf
	// by leaf. Nil means none.
	Default any
	// Empty is true for a text that is absent where it is empty.
	Empty bool
	// Set is true for a list whose order and repetitions mean nothing, or for an
	// object whose lists, at any depth, are such sets.
	Set bool
	// Subset is true for an object of which only the desired keys are compared,
	// if any is desired at all.
	Subset bool
	// Secret lists the paths below the field ("" for itself) whose values are
	// never shown; the last part may be a pattern, as for Expand.
	Secret []string
}

// Difference is one field that differs. From and To are nil where the field is absent.
type Difference struct {
	// Path of the field, such as healthchecks.active.timeout.
	Path string
	// From is the observed value, To the desired one; numbers are float64.
	From, To any
	// Secret is true for values that must not be shown.
	Secret bool
}

// Diff returns what differs between desired and observed in the named fields,
// in the order of fields. It changes neither.
func Diff(desired, observed Object, fields []Field) []Difference {
	var differences []Difference
	for _, field := range fields {
		d := differ{field: field}
		d.compare(field.Name,
			field.canonical(desired[field.Name]),
			field.canonical(observed[field.Name]))
		differences = append(differences, d.found...)
	}
	return differences
}

// DiffGiven is like Diff for the fields that desired gives: what it leaves out is no
// difference, at any depth of a field whose default is an object. Defaults stand in
// for absent observed values only.
func DiffGiven(desired, observed Object, fields []Field) []Difference {
	var differences []Difference
	for _, field := range fields {
		value, given := desired[field.Name]
		if !given {
			continue
		}
		_, parts := field.Default.(map[string]any)
		d := differ{field: field}
		d.field.Subset = field.Subset || parts
		bare := field
		bare.Default = nil
		d.compare(field.Name, bare.canonical(value), field.canonical(observed[field.Name]))
		differences = append(differences, d.found...)
	}
	return differences
}

// canonical drops nulls, fills in defaults and sorts sets.
func (f Field) canonical(value any) any {
	if value = prune(value); f.Empty && value == "" {
		value = nil
	}
	value = complete(value, f.Default)
	if f.Set {
		return sortSets(value)
	}
	return value
}

// sortSets sorts every list in value, which nobody else holds.
func sortSets(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			value[key] = sortSets(member)
		}
	case []any:
		return sortedSet(value)
	}
	return value
}

// Clone returns a copy of an object that shares nothing with it.
func Clone(object Object) Object {
	dup := make(Object, len(object))
	for name, value := range object {
		dup[name] = cloneValue(value)
	}
	return dup
}

func cloneValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return Clone(value)
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = cloneValue(item)
		}
		return items
	default:
		return value
	}
}

// prune removes null members of objects, at any depth.
func prune(value any) any {
	switch value := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(value))
		for key, member := range value {
			if member = prune(member); member != nil {
				kept[key] = member
			}
		}
		return kept
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = prune(item)
		}
		return items
	default:
		return value
	}
}

// complete fills in what value lacks from defaults, leaf by leaf.
func complete(value, defaults any) any {
	if value == nil {
		return prune(defaults)
	}
	object, isObject := value.(map[string]any)
	missing, hasDefaults := defaults.(map[string]any)
	if !isObject || !hasDefaults {
		return value
	}
	for key, member := range missing {
		object[key] = complete(object[key], member)
	}
	return object
}

func sortedSet(list []any) []any {
	if texts, ok := allStrings(list); ok {
		slices.Sort(texts)
		sorted := make([]any, 0, len(texts))
		for _, text := range slices.Compact(texts) {
			sorted = append(sorted, text)
		}
		return sorted
	}
	keyed := make(map[string]any, len(list))
	for _, item := range list {
		keyed[Text(item)] = item
	}
	sorted := make([]any, 0, len(keyed))
	for _, key := range slices.Sorted(maps.Keys(keyed)) {
		sorted = append(sorted, keyed[key])
	}
	return sorted
}

// allStrings returns the items of a list that holds strings only, as most do.
func allStrings(list []any) ([]string, bool) {
	texts := make([]string, 0, len(list))
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

type differ struct {
	field Field
	found []Difference
}

func (d *differ) compare(path string, desired, observed any) {
	to, toIsObject := desired.(map[string]any)
	from, fromIsObject := observed.(map[string]any)
	if !toIsObject && !fromIsObject {
		if !equal(desired, observed) {
			d.add(path, desired, observed)
		}
		return
	}
	if d.field.Subset && desired == nil {
		d.found = append(d.found, Difference{Path: path, From: observed, Secret: d.secret(path)})
		return
	}
	if (!toIsObject && desired != nil) || (!fromIsObject && observed != nil) {
		d.add(path, desired, observed)
		return
	}
	for _, key := range d.keys(to, from) {
		d.compare(path+"."+key, to[key], from[key])
	}
}

func (d *differ) add(path string, desired, observed any) {
	d.found = append(d.found, Difference{Path: path, From: Numbers(observed), To: Numbers(desired), Secret: d.secret(path)})
}

func (d *differ) keys(desired, observed map[string]any) []string {
	keys := slices.Collect(maps.Keys(desired))
	if !d.field.Subset {
		for key := range observed {
			if _, ok := desired[key]; !ok {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return keys
}

func (d *differ) secret(path string) bool {
	below := strings.TrimPrefix(strings.TrimPrefix(path, d.field.Name), ".")
	return slices.ContainsFunc(d.field.Secret, func(of string) bool { return covers(of, below) })
}

// equal compares values without objects at the top: absent equals the empty
// list, because Konnect renders an empty list either way.
func equal(a, b any) bool {
	switch a := a.(type) {
	case string:
		text, ok := b.(string)
		return ok && a == text
	case bool:
		flag, ok := b.(bool)
		return ok && a == flag
	}
	if isEmpty(a) && isEmpty(b) {
		return true
	}
	return reflect.DeepEqual(Numbers(a), Numbers(b))
}

func isEmpty(value any) bool {
	list, ok := value.([]any)
	return value == nil || (ok && len(list) == 0)
}

// Numbers returns a value in which every number is a float64, so that values built in Go
// compare with decoded ones.
func Numbers(value any) any {
	switch value := value.(type) {
	case int:
		return float64(value)
	case int64:
		return float64(value)
	case json.Number:
		if number, err := value.Float64(); err == nil {
			return number
		}
		return value.String()
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = Numbers(item)
		}
		return items
	case map[string]any:
		members := make(map[string]any, len(value))
		for key, member := range value {
			members[key] = Numbers(member)
		}
		return members
	default:
		return value
	}
}

// Text returns value as compact JSON with sorted keys; the same value always
// gives the same text.
func Text(value any) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprintf("%v", value)
	}
	return strings.TrimSuffix(buffer.String(), "\n")
}
