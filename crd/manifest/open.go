package manifest

import (
	"reflect"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
)

// keepOpen puts the values whose form a CRD leaves open back into the tree of an object,
// as they are: there a null says something.
func keepOpen(tree map[string]any, object reflect.Value) error {
	for object.Kind() == reflect.Pointer {
		object = object.Elem()
	}
	if object.Kind() != reflect.Struct {
		return nil
	}
	for f, value := range object.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if open, ok := reflect.TypeAssert[crd.JSON](value); ok {
			if open != "" {
				parsed, err := parseJSON([]byte(open.Reveal()))
				if err != nil {
					return err
				}
				tree[name] = withGoNumbers(parsed)
			}
			continue
		}
		below, _ := tree[name].(map[string]any)
		if f.Anonymous && name == "" {
			below = tree
		}
		if below == nil || !f.IsExported() {
			continue
		}
		if err := keepOpen(below, value); err != nil {
			return err
		}
	}
	return nil
}

// withGoNumbers turns the numbers in a value into Go numbers.
func withGoNumbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = withGoNumbers(item)
		}
		return value
	case []any:
		for i, item := range value {
			value[i] = withGoNumbers(item)
		}
		return value
	default:
		return plain(value)
	}
}
