// Package jsonscan finds values in JSON without decoding the rest. It takes JSON that
// encoding/json holds for valid, and would not notice if it were not.
package jsonscan

import (
	"bytes"
	"encoding/json"
	"iter"
)

// Members yields the names and values of a JSON object; nothing for another value.
func Members(raw []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for name, value := range RawMembers(raw) {
			if !yield(unquoted(name), value) {
				return
			}
		}
	}
}

// RawMembers is Members with names as they stand there, in quotes.
func RawMembers(raw []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		i := skipSpace(raw, 0)
		if i == len(raw) || raw[i] != '{' {
			return
		}
		for i = skipSpace(raw, i+1); raw[i] != '}'; i = skipComma(raw, i) {
			end := endOf(raw, i)
			name := raw[i:end]
			i = skipSpace(raw, skipSpace(raw, end)+1) // the colon
			end = endOf(raw, i)
			if !yield(name, raw[i:end]) {
				return
			}
			i = end
		}
	}
}

// Elements yields the values of a JSON array; nothing for another value.
func Elements(raw []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		i := skipSpace(raw, 0)
		if i == len(raw) || raw[i] != '[' {
			return
		}
		for i = skipSpace(raw, i+1); raw[i] != ']'; i = skipComma(raw, i) {
			end := endOf(raw, i)
			if !yield(raw[i:end]) {
				return
			}
			i = end
		}
	}
}

func skipSpace(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\r' || raw[i] == '\t') {
		i++
	}
	return i
}

// skipComma goes on to the next member, or to the end of the object or array.
func skipComma(raw []byte, i int) int {
	i = skipSpace(raw, i)
	if raw[i] == ',' {
		return skipSpace(raw, i+1)
	}
	return i
}

// endOf returns where the value ends that starts at i.
func endOf(raw []byte, i int) int {
	for depth := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{', '[':
			depth++
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '}', ']':
			if depth--; depth <= 0 {
				return i + depth + 1 // what closes something around the value is not part of it
			}
		case ',', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// unquoted is the text of a JSON string.
func unquoted(raw []byte) []byte {
	plain := raw[1 : len(raw)-1]
	if bytes.IndexByte(plain, '\\') < 0 {
		return plain
	}
	text, err := Text(raw)
	if err != nil {
		return plain
	}
	return []byte(text)
}

// Text decodes a JSON string; null is the empty one.
func Text(raw []byte) (string, error) {
	if len(raw) >= 2 && raw[0] == '"' && isPlain(raw[1:len(raw)-1]) {
		return string(raw[1 : len(raw)-1]), nil
	}
	var decoded string
	err := json.Unmarshal(raw, &decoded)
	return decoded, err
}

// isPlain reports whether the text between quotes stands for itself.
func isPlain(raw []byte) bool {
	for _, c := range raw {
		if c == '\\' || c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// Texts decodes a JSON array of strings; null is none.
func Texts(raw []byte) ([]string, error) {
	if raw[0] != '[' && raw[0] != 'n' {
		return nil, json.Unmarshal(raw, new([]string))
	}
	list := make([]string, 0, 8) // most have that many
	for element := range Elements(raw) {
		item, err := Text(element)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

// IsText reports whether a JSON value is that string.
func IsText(raw []byte, text string) bool {
	if raw[0] != '"' {
		return false
	}
	if plain := raw[1 : len(raw)-1]; isPlain(plain) {
		return string(plain) == text
	}
	decoded, err := Text(raw)
	return err == nil && decoded == text
}
