package canon_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
)

func object(t testing.TB, text string) canon.Object {
	t.Helper()
	decoded, err := canon.Decode([]byte(text))
	require.NoError(t, err)
	return decoded
}

func TestDiff(t *testing.T) {
	t.Parallel()
	checks := canon.Field{
		Name:    "checks",
		Default: map[string]any{"active": map[string]any{"timeout": 1, "statuses": []any{200, 302}}, "threshold": 0},
		Secret:  []string{"active.headers"},
	}
	tests := map[string]struct {
		reason            string
		desired, observed string
		field             canon.Field
		want              []canon.Difference
	}{
		"same":            {"equal values are no drift", `{"a":"x"}`, `{"a":"x"}`, canon.Field{Name: "a"}, nil},
		"other field":     {"a field that is not named is no drift", `{}`, `{"b":1}`, canon.Field{Name: "a"}, nil},
		"null":            {"null equals absent", `{"a":null}`, `{}`, canon.Field{Name: "a"}, nil},
		"empty list":      {"an empty list equals absent", `{"a":[]}`, `{}`, canon.Field{Name: "a"}, nil},
		"empty string":    {"an empty string is a value", `{"a":""}`, `{}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a", To: ""}}},
		"integer":         {"1 and 1.0 are one number", `{"a":1}`, `{"a":1.0}`, canon.Field{Name: "a"}, nil},
		"changed":         {"from is observed, to is desired", `{"a":1}`, `{"a":2}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a", From: 2.0, To: 1.0}}},
		"default desired": {"an absent desired value means the default", `{}`, `{"a":80}`, canon.Field{Name: "a", Default: 80}, nil},
		"default drift":   {"an absent desired value differs from another than the default", `{}`, `{"a":81}`, canon.Field{Name: "a", Default: 80}, []canon.Difference{{Path: "a", From: 81.0, To: 80.0}}},
		"set order":       {"the order of a set means nothing", `{"a":["x","y"]}`, `{"a":["y","x"]}`, canon.Field{Name: "a", Set: true}, nil},
		"set repeats":     {"a repetition in a set means nothing", `{"a":["x","x"]}`, `{"a":["x"]}`, canon.Field{Name: "a", Set: true}, nil},
		"list order":      {"the order of a list matters", `{"a":["x","y"]}`, `{"a":["y","x"]}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a", From: []any{"y", "x"}, To: []any{"x", "y"}}}},
		"subset":          {"keys that others set are left alone", `{"a":{"k":"v"}}`, `{"a":{"k":"v","other":"w"}}`, canon.Field{Name: "a", Subset: true}, nil},
		"no subset":       {"keys that others set are drift elsewhere", `{"a":{"k":"v"}}`, `{"a":{"k":"v","other":"w"}}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a.other", From: "w"}}},
		"nested default":  {"a leaf is completed on its own", `{"checks":{"active":{"timeout":1}}}`, `{}`, checks, nil},
		"nested drift":    {"the path leads to the leaf", `{"checks":{"active":{"timeout":2}}}`, `{"checks":null}`, checks, []canon.Difference{{Path: "checks.active.timeout", From: 1.0, To: 2.0}}},
		"secret":          {"a secret is marked", `{"checks":{"active":{"headers":{"authorization":["s"]}}}}`, `{}`, checks, []canon.Difference{{Path: "checks.active.headers.authorization", To: []any{"s"}, Secret: true}}},
		"object vs value": {"values of other types differ as a whole", `{"a":{"k":1}}`, `{"a":"x"}`, canon.Field{Name: "a"}, []canon.Difference{{Path: "a", From: "x", To: map[string]any{"k": 1.0}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			desired, observed := object(t, test.desired), object(t, test.observed)
			got := canon.Diff(desired, observed, []canon.Field{test.field})
			assert.Equal(t, test.want, got, test.reason)
			assert.Equal(t, object(t, test.desired), desired, "the desired object must not change")
			assert.Equal(t, object(t, test.observed), observed, "the observed object must not change")
		})
	}
}

func TestNumbersThatNoFloatHolds(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		`{"n":[9007199254740993,-9223372036854775807,9223372036854775807]}`: "long ones stay as they are",
		`{"n":[1,1.5,1e+300,9007199254740992],"s":"9007199254740993"}`:      "and others too",
	} {
		assert.Equal(t, text, canon.Text(object(t, text)), reason)
	}
	assert.IsType(t, 1.0, object(t, `{"n":1,"m":9007199254740993}`)["n"], "what a float64 holds is one")
}

func TestTextIsStable(t *testing.T) {
	t.Parallel()
	assert.JSONEq(t, `{"a":[1,"<"],"b":null}`, canon.Text(map[string]any{"b": nil, "a": []any{1, "<"}}))
	assert.Equal(t, `"a<b"`, canon.Text("a<b"), "no escapes for web pages")
}

func FuzzDiff(f *testing.F) {
	f.Add(`{"a":{"k":[1,null,"x"]}}`, `{"a":null}`)
	f.Add(`{"a":["y","x","x"]}`, `{"a":["x","y"]}`)
	fields := []canon.Field{{Name: "a", Set: true, Default: map[string]any{"k": map[string]any{"n": 1}}}, {Name: "b"}}
	f.Fuzz(func(t *testing.T, left, right string) {
		a, errA := canon.Decode([]byte(left))
		b, errB := canon.Decode([]byte(right))
		if errA != nil || errB != nil {
			t.Skip()
		}
		assert.Empty(t, canon.Diff(a, a, fields), "an object equals itself")
		assert.Equal(t, len(canon.Diff(a, b, fields)) == 0, len(canon.Diff(b, a, fields)) == 0, "equality is symmetric")
		raw, err := json.Marshal(a)
		require.NoError(t, err)
		again, err := canon.Decode(raw)
		require.NoError(t, err)
		assert.Empty(t, canon.Diff(a, again, fields), "encoding does not change an object")
	})
}
