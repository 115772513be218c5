package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// ruleSchema has a field of each sort that rules tell apart.
const ruleSchema = `
type: object
required: [needed]
properties:
  needed: {type: string}
  free: {type: string}
  kind: {type: string, enum: [A, B], default: A}
  section:
    type: object
    required: [id]
    properties:
      id: {type: string}
      note: {type: string}
  list: {type: array, items: {type: string}}
  namespace: {type: string}
  status: {type: object, default: {}}
`

func TestSameEffect(t *testing.T) {
	t.Parallel()
	var schema node
	require.NoError(t, yaml.Unmarshal([]byte(ruleSchema), &schema))
	cases := []struct {
		reason, ours, official string
		want                   bool
	}{
		{"the same text", "self.x.y.z()", "self.x.y.z()", true},
		{"a required field is there", "self.needed != 'a' || has(self.free)", "self.needed == 'a' ? has(self.free) : true", true},
		{"without the field the official rule fails, ours may not", "self.free != 'a' || has(self.list)", "self.free == 'a' ? has(self.list) : true", false},
		{"a guard settles that", "!has(self.free) || self.free != 'a' || has(self.list)", "has(self.free) && self.free == 'a' ? has(self.list) : true", true},
		{"has of a required field is true", "self.needed == 'a'", "has(self.needed) && self.needed == 'a'", true},
		{"has of a field with a default too", "self.kind == 'B'", "has(self.kind) && self.kind == 'B'", true},
		{"a default does not keep a status", "self.needed == 'a'", "has(self.status) && self.needed == 'a'", false},
		{"has fails below what is not set", "!has(self.section.note) || self.needed == 'a'", "!has(self.section) || !has(self.section.note) || self.needed == 'a'", false},
		{"a required field of a section comes with it", "has(self.section)", "has(self.section) && has(self.section.id)", true},
		{"an enum has no third value", "self.kind != 'A'", "self.kind == 'B'", true},
		{"other fields have", "self.needed != 'A'", "self.needed == 'B'", false},
		{"one of a list", "self.needed in ['b', 'a']", "['a', 'b'].exists(x, x == self.needed)", true},
		{"another list", "self.needed in ['a']", "['a', 'b'].exists(x, x == self.needed)", false},
		{"a list that has a value", "!has(self.list) || 'a' in self.list", "has(self.list) ? self.list.exists(x, x == 'a') : true", true},
		{"equality has no order", "self.needed == oldSelf.needed", "oldSelf.needed == self.needed", true},
		{"conditions that are equal", "has(self.free) == has(self.list)", "has(self.free) && has(self.list) || !has(self.free) && !has(self.list)", true},
		{"reserved names are escaped", "!(has(self.__namespace__) && has(self.free))", "!has(self.__namespace__) || !has(self.free)", true},
		{"a leading dot is the same name", "self.needed == 'a'", ".self.needed == 'a'", true},
		{"repetition adds nothing", "has(self.free) || has(self.list)", "has(self.free) || has(self.list) || has(self.list)", true},
		{"a function may fail", "!size(self.needed) || has(self.free)", "size(self.needed) ? has(self.free) : true", false},
		{"even a condition under a function may be passed over", "has(self.free) || self.list.all(x, x == self.free)", "has(self.free)", false},
		{"a rule about updates is not applied to new objects", "self.needed == self.needed", "self.needed == oldSelf.needed", false},
		{"even where it accepts all", "true", "has(self.free) || !has(self.free) || self == oldSelf", false},
		{"an unknown field proves nothing", "has(self.unknown)", "has(self.unknown) || false", false},
		{"nor does a text that is no rule", "has(self.free", "has(self.free) ||", false},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, sameEffect(schema, c.ours, c.official))
			assert.Equal(t, c.want, sameEffect(schema, c.official, c.ours), "the other way round")
		})
	}
}

func TestHoldsAlways(t *testing.T) {
	t.Parallel()
	var schema node
	require.NoError(t, yaml.Unmarshal([]byte(ruleSchema), &schema))
	assert.True(t, holdsAlways(schema, "self.kind != 'C'"), "an enum excludes the value")
	assert.True(t, holdsAlways(schema, "!has(oldSelf.needed) || has(self.needed)"), "a required field is there before and after")
	assert.False(t, holdsAlways(schema, "!has(oldSelf.free) || has(self.free)"))
	assert.False(t, holdsAlways(schema, "self.free == self.free"), "the field may not be set")
	assert.False(t, holdsAlways(schema, "size(self.needed) >= 0"), "what a function says is not known")
}
