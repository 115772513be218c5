package conformance

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// site is a place in an object that a value can be put into.
type site struct {
	path     string
	of       *property
	required bool
	put      func(value any)
}

// change puts a candidate into the place.
func (s site) change(c candidate) {
	s.put(clone(c.value))
}

// only is the schema of an object that has nothing but one field.
func (p *property) only(field string) *property {
	return &property{JSONSchemaProps: p.JSONSchemaProps, properties: map[string]*property{field: p.properties[field]}}
}

// desired are the fields that hold the desired state: the spec, and those beside it.
func (p *property) desired() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.properties)), func(name string) bool {
		return slices.Contains([]string{"apiVersion", "kind", "metadata", "status"}, name)
	})
}

// sites lists the places in an object that has the schema.
func (p *property) sites(object tree) []site { return sites(object, p, "") }

// sites lists the places in a value that has the schema: every property of each object
// that is there, whether it is set or not, and the items of each list and map.
func sites(value any, of *property, path string) []site {
	var found []site
	if of == nil || of.Type == "" { // what is below may be anything
		return nil
	}
	switch value := value.(type) {
	case tree:
		for _, name := range slices.Sorted(maps.Keys(of.properties)) {
			found = append(found, propertySites(value, of, name, path)...)
		}
		if of.additional != nil {
			for _, key := range slices.Sorted(maps.Keys(value)) {
				found = append(found, within(value, key, of.additional, path+"."+key, isOptional)...)
			}
		}
	case []any:
		for i := range value {
			at := fmt.Sprintf("%s[%d]", path, i)
			found = append(found, site{path: at, of: of.items, required: isRequired, put: func(v any) {
				if _, left := v.(absent); !left {
					value[i] = v
				}
			}})
			found = append(found, sites(value[i], of.items, at)...)
		}
	}
	return found
}

func propertySites(object tree, of *property, name, path string) []site {
	at := name
	if path != "" {
		at = path + "." + name
	}
	if at == "apiVersion" || at == "kind" || at == "metadata" {
		return nil
	}
	return within(object, name, of.properties[name], at, slices.Contains(of.Required, name))
}

func within(object tree, key string, of *property, path string, required bool) []site {
	here := site{path: path, of: of, required: required, put: func(v any) {
		if _, left := v.(absent); left {
			delete(object, key)
			return
		}
		object[key] = v
	}}
	return append([]site{here}, sites(object[key], of, path)...)
}

// metadataSites are the places in metadata that a writer may fill.
func metadataSites(t testing.TB, object tree) []site {
	t.Helper()
	text := &property{}
	text.Type = "string"
	values := &property{additional: text}
	values.Type = "object"
	list := &property{items: text}
	list.Type = "array"
	of := &property{properties: map[string]*property{
		"labels": values, "annotations": values, "finalizers": list, "generateName": text,
	}}
	of.Type = "object"
	return sites(object["metadata"], of, "metadata")
}
