package manifest

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/printable"
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
	value, err := readJSON(newStream(object), func(*path) {})
	if err != nil {
		return nil, printable.Error(fmt.Errorf("find unknown fields: %s", jsonMessage(err)))
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("find unknown fields: must be an object, not %s", describe(value))
	}
	id := catalog.identify(fields)
	if len(id.mistakes) > 0 {
		return nil, printable.Error(fmt.Errorf("find unknown fields: %s", id.mistakes[0]))
	}
	if id.goType == nil || id.items {
		return nil, fmt.Errorf("find unknown fields: %s is a list", oneLine(id.gvk.Kind))
	}
	var unknown []string
	check := checker{catalog: catalog, gvk: id.gvk, report: func(*path, string) {}}
	check.tolerate = func(at *path, _ string) bool {
		unknown = append(unknown, at.String())
		return true
	}
	check.check(fields, id.goType, nil)
	slices.Sort(unknown)
	return unknown, nil
}
