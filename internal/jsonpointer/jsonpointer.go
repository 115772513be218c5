// Package jsonpointer puts values into JSON at pointers, as the patches of plugins do.
package jsonpointer

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

var errPointer = errors.New("must be empty, or a JSON pointer such as /redis/password")

// Added returns a JSON value with another one at a pointer, as a JSON Patch adds it;
// objects on the way are made where they lack. Neither is changed.
func Added(into any, pointer string, value any) (any, error) {
	if pointer == "" {
		return value, nil
	}
	rest, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return nil, errPointer
	}
	token, below, deeper := strings.Cut(rest, "/")
	name := Unescape(token)
	if deeper {
		below = "/" + below
	}
	switch within := into.(type) {
	case nil:
		return addedTo(map[string]any{}, name, below, value)
	case map[string]any:
		return addedTo(within, name, below, value)
	case []any:
		return addedItem(within, name, below, value)
	}
	return nil, fmt.Errorf("%s is within a value that is neither an object nor a list", name)
}

// Unescape returns the name that a token of a pointer stands for.
func Unescape(token string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(token) }

func addedTo(object map[string]any, name, below string, value any) (any, error) {
	inner, err := Added(object[name], below, value)
	if err != nil {
		return nil, err
	}
	out := maps.Clone(object)
	out[name] = inner
	return out, nil
}

// addedItem inserts an item into a list, at its end for -, or changes one on the way.
func addedItem(list []any, index, below string, value any) (any, error) {
	n, err := strconv.Atoi(index)
	if index == "-" {
		n, err = len(list), nil
	}
	if err != nil || n < 0 || n > len(list) || n == len(list) && below != "" {
		return nil, fmt.Errorf("%s is no place in a list of %d", index, len(list))
	}
	if below == "" {
		return slices.Insert(slices.Clone(list), n, value), nil
	}
	inner, err := Added(list[n], below, value)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(list)
	out[n] = inner
	return out, nil
}
