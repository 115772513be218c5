package canon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
)

// Decode reads a JSON object from raw, with numbers like Value.
func Decode(raw []byte) (Object, error) {
	var object Object
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, fmt.Errorf("decode json: %w", err)
	}
	if hasLongNumber(raw) {
		object, _ = withExact(raw).(Object)
	}
	return object, nil
}

// Value reads any JSON from raw. Numbers are float64, but for integers that no float64 is
// equal to: these stay json.Number, so that they are sent as they are given.
func Value(raw []byte) (any, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, fmt.Errorf("decode json: %w", err)
	}
	if hasLongNumber(raw) {
		value = withExact(raw)
	}
	return value, nil
}

// hasLongNumber reports whether JSON may have a number that a float64 does not hold.
func hasLongNumber(raw []byte) bool {
	const held = 15 // digits, of whatever number
	run := 0
	for _, c := range raw {
		if c < '0' || c > '9' {
			run = 0
		} else if run++; run > held {
			return true
		}
	}
	return false
}

// withExact decodes JSON that is known to be valid.
func withExact(raw []byte) any {
	stream := json.NewDecoder(bytes.NewReader(raw))
	stream.UseNumber()
	var value any
	_ = stream.Decode(&value)
	return exact(value)
}

func exact(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = exact(member)
		}
	case []any:
		for i, item := range value {
			value[i] = exact(item)
		}
	case json.Number:
		if whole, isWhole := new(big.Int).SetString(value.String(), 10); isWhole {
			if float, accuracy := new(big.Float).SetInt(whole).Float64(); accuracy == big.Exact {
				return float
			}
			return json.Number(whole.String())
		}
		if float, err := value.Float64(); err == nil {
			return float
		}
	}
	return value
}

func number(whole int64) any {
	if float := float64(whole); float < 1<<63 && int64(float) == whole {
		return float
	}
	return json.Number(strconv.FormatInt(whole, 10))
}
