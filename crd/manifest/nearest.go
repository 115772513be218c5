package manifest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/spelling"
)

// nearest returns the candidate that name was probably meant to be; empty when none is
// close. One that differs by case and separators alone is closer than any other.
func nearest(name string, candidates []string) string {
	folded, best, found := fold(name), maxTypos(name)+1, ""
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		other := fold(candidate)
		if other == folded {
			return candidate
		}
		if distance := spelling.Distance(folded, other); distance < best {
			best, found = distance, candidate
		}
	}
	return found
}

// maxTypos is how many characters of a name may be wrong.
func maxTypos(name string) int {
	const short, medium = 3, 7
	switch {
	case len(name) <= short:
		return 0
	case len(name) <= medium:
		return 1
	default:
		return 2
	}
}

func fold(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// suggest returns what an unknown field was probably meant to be: a field of the struct
// t that is nearly called so, or one of that name in a struct right below.
func (c *catalog) suggest(key string, t reflect.Type) string {
	fields := c.structs[t]
	names := make([]string, 0, len(fields))
	var below []string
	for name, field := range fields {
		names = append(names, name)
		for inner := range c.structs[structOf(field.Type)] {
			if fold(inner) == fold(key) {
				below = append(below, name+"."+inner)
			}
		}
	}
	if i := slices.IndexFunc(names, func(name string) bool { return fold(name) == fold(key) }); i >= 0 {
		return names[i]
	}
	if len(below) == 1 {
		return below[0]
	}
	return nearest(key, names)
}

// structOf returns the struct that t is or points to, else t.
func structOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// hasField reports whether t has a field at a path below it.
func (c *catalog) hasField(t reflect.Type, steps []*path) bool {
	for _, step := range steps {
		t = structOf(t)
		switch {
		case step.isItem && t.Kind() == reflect.Slice:
			t = t.Elem()
		case !step.isItem && t.Kind() == reflect.Map:
			t = t.Elem()
		default:
			field, ok := c.structs[t][step.key]
			if step.isItem || !ok {
				return false
			}
			t = field.Type
		}
	}
	return true
}
