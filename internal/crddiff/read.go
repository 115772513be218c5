package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// readDocuments returns the definitions in a YAML text by name.
func readDocuments(text []byte) (map[string]node, error) {
	definitions := map[string]node{}
	for document := range bytes.SplitSeq(append([]byte("\n"), text...), []byte("\n---\n")) {
		var definition node
		if err := yaml.UnmarshalStrict(document, &definition); err != nil {
			return nil, err
		}
		if definition == nil {
			continue
		}
		name, ok := asNode(definition["metadata"])["name"].(string)
		if definition["kind"] != "CustomResourceDefinition" || !ok {
			return nil, fmt.Errorf("not a CustomResourceDefinition: kind %v, name %q", definition["kind"], name)
		}
		definitions[name] = definition
	}
	return definitions, nil
}

// readFolder returns the definitions in all YAML files of a folder by name. A folder
// without any is an error that os.ErrNotExist matches.
func readFolder(dir string) (map[string]node, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read definitions: no YAML files in %s: %w", dir, os.ErrNotExist)
	}
	all := map[string]node{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		definitions, err := readDocuments(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		maps.Copy(all, definitions)
	}
	return all, nil
}
