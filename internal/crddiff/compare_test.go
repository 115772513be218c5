package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

func ourDefinitions(t *testing.T) map[string]node {
	t.Helper()
	definitions, err := readDocuments(manifest.CRDs())
	require.NoError(t, err)
	return definitions
}

// TestEveryChangeIsSeen changes each value of the definitions, one at a time, and takes
// each away: none may go unseen but those without effect.
func TestEveryChangeIsSeen(t *testing.T) {
	t.Parallel()
	ours, changed := ourDefinitions(t), ourDefinitions(t)
	for name, definition := range changed {
		eachChange("", map[string]any(definition), func(path string, gone bool) {
			c := compare(map[string]node{name: definition}, map[string]node{name: ours[name]})
			assert.Equal(t, hasEffect(path, gone), len(c.Differences) > 0, "%s%s, gone: %t", name, path, gone)
		})
	}
}

// hasEffect tells whether a change matters to objects, and not only to people or to the generator.
func hasEffect(path string, gone bool) bool {
	parent, key := path[:strings.LastIndex(path, ".")], path[strings.LastIndex(path, ".")+1:]
	switch {
	case strings.HasPrefix(path, ".metadata"):
		return false
	case key == descriptionKey:
		return strings.HasSuffix(parent, "."+propertiesKey)
	case key == "message":
		return !strings.Contains(parent, rulesKey)
	case key == "deprecationWarning":
		return gone
	default:
		return true
	}
}

// eachChange calls visit once for each value below, while it is gone or another one.
func eachChange(path string, value any, visit func(path string, gone bool)) {
	switch at := value.(type) {
	case map[string]any:
		for key, was := range at {
			below := path + "." + key
			delete(at, key)
			visit(below, true)
			if other, ok := changedValue(was); ok {
				at[key] = other
				visit(below, false)
			}
			at[key] = was
			eachChange(below, was, visit)
		}
	case []any:
		for i, was := range at {
			below := fmt.Sprintf("%s[%d]", path, i)
			if other, ok := changedValue(was); ok {
				at[i] = other
				visit(below, false)
				at[i] = was
			}
			eachChange(below, was, visit)
		}
	}
}

func changedValue(value any) (any, bool) {
	switch v := value.(type) {
	case string:
		return v + "x", true
	case float64:
		return v + 1, true
	case bool:
		return !v, true
	default:
		return nil, false
	}
}

func TestWaysToSayTheSame(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, ours, official string }{
		{
			"required is a set",
			"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {required: [a, b]}}}]}",
			"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {required: [b, a]}}}]}",
		},
		{
			"rules have no order",
			"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {x-kubernetes-validations: [{rule: a}, {rule: b}]}}}]}",
			"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {x-kubernetes-validations: [{rule: b}, {rule: a}]}}}]}",
		},
		{
			"a bound holds within allOf as well",
			"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {minLength: 2}}}]}",
			"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {allOf: [{minLength: 1}, {minLength: 2}]}}}]}",
		},
		{
			"generators leave their mark",
			"metadata: {annotations: {controller-gen.kubebuilder.io/version: v1}}",
			"metadata: {annotations: {kubernetes-configuration.konghq.com/version: v2}}",
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			var ours, official node
			require.NoError(t, yaml.Unmarshal([]byte(c.ours), &ours))
			require.NoError(t, yaml.Unmarshal([]byte(c.official), &official))
			require.NotEqual(t, ours, official)
			assert.Empty(t, compare(map[string]node{"a": ours}, map[string]node{"a": official}).Differences)
		})
	}
}

func TestDefinitionsOfOurOwn(t *testing.T) {
	t.Parallel()
	c := compare(ourDefinitions(t), nil)
	assert.Len(t, c.Differences, c.Definitions)
}
