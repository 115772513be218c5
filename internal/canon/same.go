package canon

import (
	"encoding/json"
	"strconv"

	"github.com/konnectkit/konnectkit/internal/jsonscan"
)

// Same reports whether Diff would find nothing between desired and an observed object in
// JSON, which must be valid. It decodes only what is neither a plain value nor a list of
// texts in the order that is desired.
func Same(desired Object, observed []byte, fields []Field) bool {
	var few [32][]byte
	values := few[:0]
	for range fields {
		values = append(values, nil)
	}
	for name, value := range jsonscan.Members(observed) {
		for i := range fields {
			if fields[i].Name == string(name) {
				values[i] = value
			}
		}
	}
	for i := range fields {
		if f := &fields[i]; !f.isPlainlySame(desired[f.Name], values[i]) && !f.isSame(desired[f.Name], values[i]) {
			return false
		}
	}
	return true
}

// isPlainlySame reports whether it shows without decoding that nothing differs; observed
// is nil for an absent value.
func (f *Field) isPlainlySame(desired any, observed []byte) bool {
	if len(observed) == 0 || observed[0] == 'n' {
		return desired == nil
	}
	switch desired := desired.(type) {
	case string:
		return jsonscan.IsText(observed, desired)
	case bool:
		return desired == (observed[0] == 't') && (observed[0] == 't' || observed[0] == 'f')
	case float64:
		number, err := strconv.ParseFloat(string(observed), 64)
		return err == nil && number == desired
	case []any:
		return observed[0] == '[' && areTexts(observed, desired)
	case map[string]any:
		return f.Subset && !f.Set && f.Default == nil && len(desired) > 0 && holdsTexts(observed, desired)
	}
	return false
}

func holdsTexts(raw []byte, object Object) bool {
	n := 0
	for name, value := range jsonscan.Members(raw) {
		if wanted, ok := object[string(name)]; ok {
			if text, ok := wanted.(string); !ok || !jsonscan.IsText(value, text) {
				return false
			}
			n++
		}
	}
	return n == len(object)
}

func areTexts(raw []byte, list []any) bool {
	n := 0
	for element := range jsonscan.Elements(raw) {
		if n == len(list) {
			return false
		}
		if text, ok := list[n].(string); !ok || !jsonscan.IsText(element, text) {
			return false
		}
		n++
	}
	return n == len(list)
}

func (f *Field) isSame(desired any, observed []byte) bool {
	var decoded any
	if len(observed) > 0 && json.Unmarshal(observed, &decoded) != nil {
		return false
	}
	d := differ{field: *f}
	d.compare(f.Name, f.canonical(desired), f.canonical(decoded))
	return len(d.found) == 0
}
