package manifest

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknown notes a field of object that its type t does not have.
func (c *checker) unknown(object map[string]any, key string, t reflect.Type, at *path) {
	message := "unknown field"
	if c.unknowns++; c.unknowns <= maxProblems { // more are only counted
		message += c.hint(object[key], key, t, at)
	}
	if c.tolerate != nil && c.tolerate(at.child(key), message) {
		c.drop(object, key)
		return
	}
	c.report(at.child(key), message)
}

// hint says what an unknown field was probably meant to be.
func (c *checker) hint(value any, key string, t reflect.Type, at *path) string {
	hint := ""
	if version := c.otherVersion(at.child(key)); version != "" {
		hint = " of " + c.gvk.Version + ", known in " + version
	}
	if c.holdsFieldsOf(t, value) {
		return hint + ", its fields belong into " + cmp.Or(at.below(c.root), "the object itself") + ", of one object each"
	}
	if known := c.catalog.suggest(key, t); known != "" {
		return hint + ", did you mean " + known + "?"
	}
	return hint
}

// otherVersion returns another version of the object's kind that has a field.
func (c *checker) otherVersion(at *path) string {
	steps := at.steps()[len(c.root.steps()):]
	for _, name := range slices.Sorted(maps.Keys(c.catalog.otherTypes(c.gvk))) {
		if c.catalog.hasField(c.catalog.otherTypes(c.gvk)[name], steps) {
			return name
		}
	}
	return ""
}

// holdsFieldsOf reports whether a value is an object, or a list of them, with nothing
// but fields of t, several of them: one may be called so by chance.
func (c *checker) holdsFieldsOf(t reflect.Type, value any) bool {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	found := map[string]bool{}
	for _, item := range items {
		object, ok := item.(map[string]any)
		if !ok {
			return false
		}
		for key := range object {
			if _, ok := c.catalog.structs[t][key]; !ok {
				return false
			}
			found[key] = true
		}
	}
	return len(found) > 1
}

// tolerates returns the judge of unknown fields for AllowUnknownFields.
func (d *document) tolerates(id identity, root *path) func(at *path, message string) bool {
	if !d.options.tolerate {
		return nil
	}
	exact := isExact(id.gvk)
	return func(at *path, message string) bool {
		steps := at.steps()[len(root.steps()):]
		first := steps[0].key
		if first == "metadata" && len(steps) > 1 || exact && (first != "status" || len(steps) < 2) || slices.ContainsFunc(steps[:len(steps)-1], isSelective) {
			return false
		}
		d.allow(at, message)
		return true
	}
}

// isSelective reports whether a field says which object or entity is meant, so that to
// ignore a part of it could mean another one.
func isSelective(step *path) bool {
	return step.key == "adopt" || strings.HasSuffix(step.key, "Ref") || strings.HasSuffix(step.key, "Refs")
}
