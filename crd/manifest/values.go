package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth bounds the nesting of JSON; the objects of this module need less than 20.
const maxDepth = 100

var errTooDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)

// readJSON returns the next value of a JSON stream, io.EOF at its end. A key that
// occurs twice is reported, and its last value returned.
func readJSON(stream *json.Decoder, duplicate func(at *path)) (any, error) {
	token, err := stream.Token()
	if err != nil {
		return nil, err
	}
	value, err := readValue(stream, token, nil, 0, duplicate)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return value, err
}

func readValue(stream *json.Decoder, token json.Token, at *path, depth int, duplicate func(at *path)) (any, error) {
	switch {
	case depth > maxDepth:
		return nil, errTooDeep
	case stream.InputOffset() > MaxDocumentBytes:
		return nil, fmt.Errorf("document of more than %d bytes is %w", MaxDocumentBytes, ErrTooLarge)
	}
	switch token {
	case json.Delim('{'):
		return readObject(stream, at, depth, duplicate)
	case json.Delim('['):
		return readList(stream, at, depth, duplicate)
	default:
		return token, nil
	}
}

func readObject(stream *json.Decoder, at *path, depth int, duplicate func(at *path)) (any, error) {
	object := map[string]any{}
	for {
		token, err := stream.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok {
			return object, nil // the closing brace: keys are strings
		}
		if _, ok := object[key]; ok {
			duplicate(at.child(key))
		}
		if token, err = stream.Token(); err != nil {
			return nil, err
		}
		if object[key], err = readValue(stream, token, at.child(key), depth+1, duplicate); err != nil {
			return nil, err
		}
	}
}

func readList(stream *json.Decoder, at *path, depth int, duplicate func(at *path)) (any, error) {
	list := []any{}
	for {
		token, err := stream.Token()
		if err != nil {
			return nil, err
		}
		if token == json.Delim(']') {
			return list, nil
		}
		value, err := readValue(stream, token, at.item(len(list)), depth+1, duplicate)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
}

// parseJSON decodes one JSON text that is known to be well formed.
func parseJSON(text []byte) (any, error) {
	var value any
	err := newStream(text).Decode(&value)
	return value, err
}

func newStream(text []byte) *json.Decoder {
	stream := json.NewDecoder(bytes.NewReader(text))
	stream.UseNumber()
	return stream
}
