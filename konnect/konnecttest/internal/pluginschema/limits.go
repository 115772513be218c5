package pluginschema

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// limits checks a value of the right type.
func (c *Completion) limits(f *Field, value any, path string) {
	if f.OneOf != nil && !among(f.OneOf, value) {
		c.fault(path, "expected one of: %s", joined(f.OneOf))
	}
	if among(f.NoneOf, value) {
		c.fault(path, "must not be one of: %s", joined(f.NoneOf))
	}
	if n, ok := float(value); ok {
		c.bounds(f, n, path)
	}
	c.length(f, value, path)
	if text, ok := value.(string); ok && !strings.HasPrefix(text, f.StartsWith) {
		c.fault(path, "should start with: %s", f.StartsWith)
	}
}

func (c *Completion) bounds(f *Field, n float64, path string) {
	switch {
	case len(f.Between) == 2 && (n < f.Between[0] || n > f.Between[1]):
		c.fault(path, "value should be between %v and %v", f.Between[0], f.Between[1])
	case f.AtLeast != nil && n < *f.AtLeast:
		c.fault(path, "value must be at least %v", *f.AtLeast)
	case f.AtMost != nil && n > *f.AtMost:
		c.fault(path, "value must be at most %v", *f.AtMost)
	case f.Above != nil && n <= *f.Above:
		c.fault(path, "value must be greater than %v", *f.Above)
	}
}

func (c *Completion) length(f *Field, value any, path string) {
	var n, least int
	switch v := value.(type) {
	case string:
		n, least = utf8.RuneCountInString(v), 1
	case []any:
		n = len(v)
	case map[string]any:
		n = len(v)
		if f.Type == "record" {
			return
		}
	default:
		return
	}
	if f.Shortest != nil {
		least = *f.Shortest
	}
	if n < least {
		c.fault(path, "length must be at least %d", least)
	}
	if f.Longest != nil && n > *f.Longest {
		c.fault(path, "length must be at most %d", *f.Longest)
	}
}

func among(choices []any, value any) bool {
	return slices.ContainsFunc(choices, func(choice any) bool { return equal(choice, value) })
}

func equal(a, b any) bool {
	first, isNumber := float(a)
	second, isToo := float(b)
	if isNumber && isToo {
		return first == second
	}
	return reflect.DeepEqual(a, b)
}

func joined(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}

func float(value any) (float64, bool) {
	switch n := value.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func isNumber(value any) bool {
	_, ok := float(value)
	return ok
}

func isInteger(value any) bool {
	n, _ := float(value)
	return n == math.Trunc(n)
}

// whole is a value, whose lists and objects nobody shares, with whole numbers as int64.
func whole(value any) any {
	switch v := value.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = whole(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = whole(item)
		}
		return out
	}
	return value
}
