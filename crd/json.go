package crd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// JSON is the text of a JSON value whose form a CRD leaves open, such as the
// configuration of a vault; empty where there is none. As it may hold secrets, it is
// written in clear to JSON and YAML only: every fmt verb and slog show "[redacted]".
type JSON string

// NewJSON returns the JSON of a value.
func NewJSON(value any) (JSON, error) {
	var j JSON
	text, err := json.Marshal(value)
	if err == nil {
		err = j.UnmarshalJSON(text)
	}
	if err != nil {
		return "", fmt.Errorf("encode as json: %w", err)
	}
	return j, nil
}

// Reveal returns the text in clear.
func (j JSON) Reveal() string { return string(j) }

// MarshalJSON implements json.Marshaler. Nothing at all is null.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("null"), nil
	}
	return []byte(j), nil
}

// UnmarshalJSON implements json.Unmarshaler. A value has one text, however it is written:
// fields are sorted, and numbers are those of an API server, integers of 64 bits and
// floats. Null is nothing at all.
func (j *JSON) UnmarshalJSON(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	if value == nil {
		*j = ""
		return nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(withNumbers(value)); err != nil {
		return err
	}
	*j = JSON(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return nil
}

// withNumbers makes the numbers in a decoded value those of an API server.
func withNumbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = withNumbers(member)
		}
	case []any:
		for i, item := range value {
			value[i] = withNumbers(item)
		}
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return whole
		}
		if float, err := value.Float64(); err == nil {
			return float
		}
	}
	return value
}

// String implements fmt.Stringer without showing the value.
func (j JSON) String() string { return SecretString(j).String() }

// GoString implements fmt.GoStringer without showing the value.
func (j JSON) GoString() string { return SecretString(j).GoString() }

// Format implements fmt.Formatter, so that verbs such as %x and %q are covered too.
func (j JSON) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, j.String()) }

// LogValue implements slog.LogValuer.
func (j JSON) LogValue() slog.Value { return slog.StringValue(j.String()) }
