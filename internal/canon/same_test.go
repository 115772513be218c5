package canon_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/canon"
)

func compared() []canon.Field {
	return []canon.Field{
		{Name: "a", Default: map[string]any{"k": map[string]any{"n": 1}}, Set: true},
		{Name: "b"}, {Name: "s", Set: true}, {Name: "o", Subset: true}, {Name: "n", Default: 80}, {Name: "t", Default: ""}, {Name: "e", Empty: true},
	}
}

// agrees holds Same to what Diff finds.
func agrees(t *testing.T, desired, observed string) {
	t.Helper()
	wanted, err := canon.Decode([]byte(desired))
	if err != nil {
		return
	}
	held, err := canon.Decode([]byte(observed))
	if err != nil {
		return
	}
	found := canon.Diff(wanted, held, compared())
	assert.Equal(t, len(found) == 0, canon.Same(wanted, []byte(observed), compared()), "%s %s: %v", desired, observed, found)
	raw, err := json.Marshal(wanted)
	require.NoError(t, err)
	assert.True(t, canon.Same(wanted, raw, compared()), "%s equals itself", raw)
}

func pairs() [][2]string {
	var pairs [][2]string
	values := []string{
		`null`, `""`, `"x"`, `"\u0078"`, `"ä"`, `"\u00e4"`, `true`, `false`, `80`, `80.0`, `8e1`, `1e999`, `0`, `[]`, `["x"]`, `["x","x"]`, `["x","y"]`,
		`[ "y" , "x" ]`, `["x",1]`, `[null]`, `{}`, `{"id":"x"}`, `{"id":"x","more":1}`, `{"id":null}`, `{"k":{"n":1}}`, `{"k":null}`, `{"k":["b","a"]}`, `{"k":["a","b"]}`,
	}
	for _, field := range []string{"a", "b", "s", "o", "n", "t", "e"} {
		for _, desired := range append([]string{""}, values...) {
			for _, observed := range append([]string{""}, values...) {
				member := func(value string) string {
					if value == "" {
						return `{"other":1}`
					}
					return `{ "` + field + `" : ` + value + `, "other": {"b":2}}`
				}
				pairs = append(pairs, [2]string{member(desired), member(observed)})
			}
		}
	}
	return append(pairs, [2]string{`{"b":1}`, `{"b":2,"b":1}`}, [2]string{`{"b":1}`, `{"\u0062":1}`}, [2]string{`{}`, `null`}, [2]string{`{"b":1}`, `null`})
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, pair := range pairs() {
		agrees(t, pair[0], pair[1])
	}
}

func TestSameOfManyFields(t *testing.T) {
	t.Parallel()
	var fields []canon.Field
	desired := canon.Object{}
	for i := range 40 {
		name := string(rune('A' + i))
		fields = append(fields, canon.Field{Name: name})
		desired[name] = "x"
	}
	raw := []byte(canon.Text(desired))
	assert.True(t, canon.Same(desired, raw, fields))
	desired[fields[39].Name] = "y"
	assert.False(t, canon.Same(desired, raw, fields))
}

// TestSameIsCheap for what thousands of entities are: plain values and lists of texts.
func TestSameIsCheap(t *testing.T) {
	raw := []byte(`{"b":"x","s":["managed-by:konnectkit","k8s-name:a"],"n":8080,"t":"","o":{"id":"x"},"other":{"more":[1,2,{"b":2}]}}`)
	desired, err := canon.Decode(raw)
	require.NoError(t, err)
	fields := compared()
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if !canon.Same(desired, raw, fields) {
			panic("they differ")
		}
	}))
}

func FuzzSame(f *testing.F) {
	all := pairs()
	for i := 0; i < len(all); i += 97 { // of every field some
		f.Add(all[i][0], all[i][1])
	}
	f.Fuzz(agrees)
}
