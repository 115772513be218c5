package conformance

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree is a JSON object whose numbers are written as they were read.
type tree = map[string]any

func parse(t testing.TB, text []byte) tree {
	t.Helper()
	var parsed tree
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&parsed), "%s", text)
	return parsed
}

func render(t testing.TB, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

func clone(value any) any {
	switch value := value.(type) {
	case tree:
		copied := make(tree, len(value))
		for key, item := range value {
			copied[key] = clone(item)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for i, item := range value {
			copied[i] = clone(item)
		}
		return copied
	default:
		return value
	}
}

func cloneTree(value tree) tree { return clone(value).(tree) }

// set puts a value at a path such as spec.tags[0], and creates the objects on the way.
// An index equal to the length appends.
func set(path string, value any) func(tree) {
	return func(object tree) { edit(object, path, func(parent tree, key string) { parent[key] = value }) }
}

// unset removes what is at a path.
func unset(path string) func(tree) {
	return func(object tree) { edit(object, path, func(parent tree, key string) { delete(parent, key) }) }
}

func edit(object tree, path string, change func(parent tree, key string)) {
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		name, index, isItem := strings.Cut(strings.TrimSuffix(key, "]"), "[")
		if isItem {
			at, err := strconv.Atoi(index)
			if err != nil {
				panic(err)
			}
			object = object[name].([]any)[at].(tree)
			continue
		}
		if _, ok := object[name].(tree); !ok {
			object[name] = tree{}
		}
		object = object[name].(tree)
	}
	change(object, keys[len(keys)-1])
}
