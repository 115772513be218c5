package konnecttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// object is a JSON object; its numbers are int64 or float64 once a table has
// read them.
type object = map[string]any

// decodeObject reads one JSON object with nothing after it. Numbers stay as
// written, for the table to decide what they are.
func decodeObject(body []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value object
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if value == nil {
		return nil, errors.New("json: null is not an object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("json: data after the object")
	}
	return value, nil
}

// lookup returns the value at a dotted path such as service.id, nil if absent.
func lookup(values object, path string) any {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return values[head]
	}
	inner, _ := values[head].(object)
	return lookup(inner, rest)
}

func text(values object, path string) string {
	s, _ := lookup(values, path).(string)
	return s
}

// texts returns the strings of a list, whichever way it came to be.
func texts(value any) []string {
	switch list := value.(type) {
	case []string:
		return list
	case []any:
		out := make([]string, 0, len(list))
		for _, item := range list {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// isSet reports whether a field has a value; empty lists and maps have none.
func isSet(values object, field string) bool {
	switch v := values[field].(type) {
	case nil:
		return false
	case []any:
		return len(v) > 0
	case object:
		return len(v) > 0
	}
	return true
}

// integer accepts 80 as well as 80.0.
func integer(value any) (int64, bool) {
	switch n := value.(type) {
	case json.Number:
		if i, err := n.Int64(); err == nil {
			return i, true
		}
		f, err := n.Float64()
		return int64(f), err == nil && isIntegral(f)
	case int:
		return int64(n), true
	case int64:
		return n, true
	case float64:
		return int64(n), isIntegral(n)
	}
	return 0, false
}

func isIntegral(f float64) bool { return math.Trunc(f) == f && math.Abs(f) < 1<<53 }

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// plain is a value of any shape with its numbers as a table has them.
func plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		n, ok := simpleNumber(v)
		if !ok {
			return v
		}
		return n
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	case object:
		out := make(object, len(v))
		for name, item := range v {
			out[name] = plain(item)
		}
		return out
	}
	return value
}

func jsonType(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case object:
		return "object"
	}
	return "number"
}

// encode writes JSON without the escapes that HTML would need.
func encode(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.Clone(bytes.TrimSuffix(out.Bytes(), []byte{'\n'})), nil
}

// mustEncode is for values that the server made itself.
func mustEncode(value any) []byte {
	out, err := encode(value)
	if err != nil {
		panic(fmt.Sprintf("konnecttest: encode: %v", err))
	}
	return out
}

// decoded returns values as encoding/json reads them, sharing nothing with what
// is stored.
func decoded(encoded []byte) object {
	var out object
	if err := json.Unmarshal(encoded, &out); err != nil {
		panic(fmt.Sprintf("konnecttest: stored entity is not JSON: %v", err))
	}
	return out
}
