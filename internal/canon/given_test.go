package canon_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/canon"
)

type filled struct {
	Name    string              `json:"name"`
	Retries *int32              `json:"retries,omitempty"`
	Share   *float64            `json:"share"`
	Enabled *bool               `json:"enabled"`
	Paths   []string            `json:"paths,omitempty"`
	Headers map[string][]string `json:"headers,omitempty"`
	Part    *part               `json:"part,omitempty"`
	Hidden  string              `json:"-"`
}

type part struct {
	Size *int `json:"size"`
}

// MarshalJSON fills in what is not set, as generated types do.
func (filled) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]any{"retries": 5}) }

func TestGiven(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		v    any
		want canon.Object
	}{
		"what is not set stays out": {filled{Name: "n", Paths: []string{}, Hidden: "x"}, canon.Object{"name": "n"}},
		"zero values that are set": {&filled{Retries: new(int32(0)), Share: new(0.5), Enabled: new(false)},
			canon.Object{"name": "", "retries": 0.0, "share": 0.5, "enabled": false}},
		"parts and lists": {filled{Paths: []string{"/"}, Headers: map[string][]string{"a": {"1"}}, Part: &part{Size: new(3)}},
			canon.Object{"name": "", "paths": []any{"/"}, "headers": canon.Object{"a": []any{"1"}}, "part": canon.Object{"size": 3.0}}},
	} {
		assert.Equal(t, tt.want, canon.Given(tt.v), reason)
	}
}

func TestDiffGiven(t *testing.T) {
	t.Parallel()
	parts := canon.Field{Name: "a", Default: map[string]any{"x": 1, "y": 2}}
	for reason, tt := range map[string]struct {
		desired, observed string
		field             canon.Field
		want              []canon.Difference
	}{
		"what is left out is no difference":       {`{}`, `{"a":1}`, canon.Field{Name: "a", Default: 2}, nil},
		"null is given":                           {`{"a":null}`, `{"a":1}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a", From: 1.0}}},
		"the default stands in for what is there": {`{"a":2}`, `{}`, canon.Field{Name: "a", Default: 2}, nil},
		"parts that are left out":                 {`{"a":{"x":1}}`, `{"a":{"x":1,"y":9}}`, parts, nil},
		"parts that are given":                    {`{"a":{"x":5}}`, `{"a":{"y":9}}`, parts, []canon.Difference{{Path: "a.x", From: 1.0, To: 5.0}}},
		"an object is one value otherwise":        {`{"a":{"x":1}}`, `{"a":{"x":1,"y":9}}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a.y", From: 9.0}}},
	} {
		assert.Equal(t, tt.want, canon.DiffGiven(object(t, tt.desired), object(t, tt.observed), []canon.Field{tt.field}), reason)
	}
}
