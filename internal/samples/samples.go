// Package samples holds valid objects of every kind, as YAML, for the tests of all
// packages to start from. It knows none of the types.
package samples

import (
	"bytes"
	"embed"
	"fmt"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Most is the name of the object of each kind that has as many fields as can stand
// together. Fields that exclude one of its own are in the other objects.
const Most = "most"

// Kinds returns the kinds that there are samples of, in alphabetical order.
func Kinds() ([]string, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var kinds []string
	for _, entry := range entries {
		kinds = append(kinds, strings.TrimSuffix(entry.Name(), ".yaml"))
	}
	return kinds, nil
}

// Documents returns the objects of a kind, each as one YAML document. The names of the
// objects are unique in their kind.
func Documents(kind string) ([][]byte, error) {
	text, err := files.ReadFile(kind + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no samples of kind %s: add internal/samples/%s.yaml", kind, kind)
	}
	return bytes.Split(text, []byte("\n---\n")), nil
}
