package canon

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// viaJSON is what Encode has to return.
func viaJSON(t testing.TB, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	decoded, err := Value(raw)
	require.NoError(t, err)
	return decoded
}

// filled returns a value of a type of which chance decides.
func filled(t testing.TB, chance *rand.Rand, of reflect.Type) reflect.Value {
	t.Helper()
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Pointer:
		if chance.IntN(2) == 0 {
			v.Set(reflect.New(of.Elem()))
			v.Elem().Set(filled(t, chance, of.Elem()))
		}
	case reflect.Struct:
		for i := range of.NumField() {
			if of.Field(i).IsExported() {
				v.Field(i).Set(filled(t, chance, of.Field(i).Type))
			}
		}
	case reflect.Slice:
		if n := chance.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(of, n-1, n-1))
			for i := range n - 1 {
				v.Index(i).Set(filled(t, chance, of.Elem()))
			}
		}
	case reflect.Map:
		if n := chance.IntN(4); n > 0 {
			v.Set(reflect.MakeMap(of))
			for range n - 1 {
				v.SetMapIndex(filled(t, chance, of.Key()), filled(t, chance, of.Elem()))
			}
		}
	case reflect.String:
		v.SetString([]string{"", "a", "<ä&\u2028>", "\xff\xfe", "null", "\"\\\n"}[chance.IntN(6)])
	case reflect.Bool:
		v.SetBool(chance.IntN(2) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt([]int64{0, 1, -1, 80, 1<<53 + 1}[chance.IntN(5)] % (1<<(of.Bits()-1) - 1))
	case reflect.Float64:
		v.SetFloat([]float64{0, 0.1, -1e30, 3}[chance.IntN(4)])
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{"x"}))
	default:
		require.Fail(t, "no values", "%s", of)
	}
	return v
}

// TestEncode holds what is made of structs to what their own JSON says.
func TestEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		value  any
		direct bool
	}{
		{components.Service{}, true},
		{components.RouteJSON{}, true},
		{components.Upstream{}, true},
		{components.TargetWithoutParents{}, true},
		{components.CreateControlPlaneRequest{}, true},
		{components.KeySet{}, true},
		{components.Consumer{}, true},
		{components.ConsumerGroup{}, true},
		{components.Certificate{}, true},
		{components.CACertificate{}, true},
		{components.SNIWithoutParents{}, true},
		{components.Plugin{}, false}, // its configuration may be anything
	}
	for _, tt := range tests {
		of := reflect.TypeOf(tt.value)
		t.Run(of.Name(), func(t *testing.T) {
			t.Parallel()
			var e Encoder
			assert.Equal(t, tt.direct, e.of(of) != nil, "without JSON in between")
			chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same values each time
			for n := range 500 {
				var room Object
				if n%2 == 0 {
					room = Object{"before": 1}
				}
				v := reflect.Zero(of)
				if n > 0 {
					v = filled(t, chance, of)
				}
				got, err := e.Encode(v.Interface(), room)
				require.NoError(t, err)
				require.Equal(t, viaJSON(t, v.Interface()), any(got), "%+v", v)
			}
		})
	}
}

type custom struct {
	A string `json:"a"`
}

func (custom) MarshalJSON() ([]byte, error) { return []byte(`{"b":1}`), nil }

type text string

func (text) MarshalText() ([]byte, error) { return []byte("t"), nil }

// TestEncodeWhatTagsDoNotTell leaves to JSON what the tags do not say.
func TestEncodeWhatTagsDoNotTell(t *testing.T) {
	t.Parallel()
	type part struct {
		A string `json:"a"`
	}
	type tree struct {
		Below []tree `json:"below"`
	}
	for reason, v := range map[string]any{
		"JSON of its own": custom{},
		"a part with its own": struct {
			A custom `json:"a"`
		}{},
		"a text of its own": struct {
			A text `json:"a"`
		}{},
		"a key of its own": struct {
			A map[text]int `json:"a"`
		}{A: map[text]int{"x": 1}},
		"no name": struct{ A string }{},
		"not in JSON": struct {
			A string `json:"-"`
		}{},
		"another option": struct {
			A int `json:"a,string"`
		}{A: 1},
		"a tag that is unknown": struct {
			A int `integer:"string" json:"a"`
		}{},
		"a default without JSON": struct {
			A *int `default:"1" json:"a"`
		}{},
		"embedded": struct {
			part `json:"p"`
		}{},
		"bytes": struct {
			A []byte `json:"a"`
		}{A: []byte("x")},
		"a time": struct {
			A time.Time `json:"a"`
		}{},
		"a value of any type": struct {
			A any `json:"a"`
		}{A: 1},
		"itself":    tree{Below: []tree{{}}},
		"no field":  struct{}{},
		"no struct": map[string]int{"a": 1},
	} {
		var e Encoder
		got, err := e.Encode(v, nil)
		require.NoError(t, err, reason)
		assert.Equal(t, viaJSON(t, v), any(got), reason)
		if of := reflect.TypeOf(v); of.Kind() == reflect.Struct {
			assert.Nil(t, e.of(of), reason)
		}
	}
	for reason, v := range map[string]any{"a channel": make(chan int), "no object": 1} {
		_, err := new(Encoder).Encode(v, nil)
		assert.Error(t, err, reason)
	}
	got, err := new(Encoder).Encode(new(part{A: fmt.Sprint(1)}), nil)
	require.NoError(t, err)
	assert.Equal(t, Object{"a": "1"}, got, "a pointer stands for what it leads to")
}
