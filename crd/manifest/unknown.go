package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// UnknownFields returns the paths, in order, of the fields of an object that the Go
// type of its kind does not have, such as spec.newSetting: an operator newer than this
// module may have written them. Decoding drops them, and so an Update of what was
// decoded would remove them from a cluster. Nil means that decoding keeps everything.
//
// The object is JSON, as an API server sends it and MarshalJSON of an unstructured
// object returns it. An error says that it is none, or that its kind is not known.
func UnknownFields(object []byte) ([]string, error) {
	catalog, err := kinds()
	if err != nil {
		return nil, fmt.Errorf("find unknown fields: %w", err)
	}
	d := document{catalog: catalog}
	value, err := readJSON(newStream(object), func(*path) {})
	if err != nil {
		return nil, fmt.Errorf("find unknown fields: %s", jsonMessage(err))
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("find unknown fields: must be an object, not %s", describe(value))
	}
	t, ok := d.goType(fields, nil)
	if !ok {
		return nil, fmt.Errorf("find unknown fields: %s: %s", d.places[0], d.problems[0].Message)
	}
	var unknown []string
	check := checker{catalog: catalog, report: func(at *path, message string) {
		if strings.HasPrefix(message, unknownField) {
			unknown = append(unknown, at.String())
		}
	}}
	check.check(fields, t, nil)
	slices.Sort(unknown)
	return unknown, nil
}
