package jsonpointer_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/jsonpointer"
)

func TestAdded(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, into, pointer, want, problem string }{
		{reason: "the whole", into: `{"a":1}`, want: `"v"`},
		{reason: "a member", into: `{"a":1}`, pointer: "/b", want: `{"a":1,"b":"v"}`},
		{reason: "objects on the way are made", into: `null`, pointer: "/a/b", want: `{"a":{"b":"v"}}`},
		{reason: "an escaped name", into: `{}`, pointer: "/a~1b~0c", want: `{"a/b~c":"v"}`},
		{reason: "before an item", into: `{"a":[1,2]}`, pointer: "/a/1", want: `{"a":[1,"v",2]}`},
		{reason: "behind the last item", into: `{"a":[1]}`, pointer: "/a/-", want: `{"a":[1,"v"]}`},
		{reason: "within an item", into: `{"a":[{}]}`, pointer: "/a/0/b", want: `{"a":[{"b":"v"}]}`},
		{reason: "no such item", into: `{"a":[1]}`, pointer: "/a/5", problem: "5 is no place in a list of 1"},
		{reason: "within a text", into: `{"a":"b"}`, pointer: "/a/c", problem: "c is within a value that is neither an object nor a list"},
		{reason: "no pointer", into: `{}`, pointer: "a", problem: "must be empty, or a JSON pointer such as /redis/password"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			var into any
			require.NoError(t, json.Unmarshal([]byte(c.into), &into))
			got, err := jsonpointer.Added(into, c.pointer, "v")
			before, marshalErr := json.Marshal(into)
			require.NoError(t, marshalErr)
			assert.JSONEq(t, c.into, string(before), "it is not changed")
			if c.problem != "" {
				require.EqualError(t, err, c.problem)
				return
			}
			require.NoError(t, err)
			text, err := json.Marshal(got)
			require.NoError(t, err)
			assert.JSONEq(t, c.want, string(text))
		})
	}
}
