package konnecttest_test

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestGatewayVerdictsOfPlugins holds plugins of the older generation against the gateway.
func TestGatewayVerdictsOfPlugins(t *testing.T) {
	t.Parallel()
	holdVerdicts(t, pluginDifferences, map[string]string{"plugins": "plugin"}, konnecttest.WithOlderPlugins())
}

var pluginDifferences = differences{
	"what the gateway's own functions and patterns know is not looked into": func(v verdict, o outcome) bool {
		named := v.named()
		for _, name := range o.named {
			if !named[name] {
				return false
			}
			delete(named, name)
		}
		for name := range named {
			if ofSchema.MatchString(v.fault(name)) {
				return false
			}
		}
		return !v.Valid
	},
}

// ofSchema are the texts of faults that the data of a schema shows.
var ofSchema = regexp.MustCompile(`unknown field|required field|expected (a|an|one of)|should be between|length must|greater than|at least one of these fields must be non-empty|value must be null`)

// fault is the gateway's text for a path, as the whole of the fault nearest to it.
func (v verdict) fault(path string) string {
	var at any = v.Fields
	for name := range strings.SplitSeq(path, ".") {
		name, _, _ = strings.Cut(name, "[")
		inner, isObject := at.(map[string]any)
		if !isObject {
			break
		}
		at = inner[name]
	}
	return fmt.Sprint(at)
}

// TestGatewayStoredPlugins compares what is stored of plugins.
func TestGatewayStoredPlugins(t *testing.T) {
	t.Parallel()
	c := newClient(t, konnecttest.WithOlderPlugins())
	_, entities := c.plane(nil)
	compared := 0
	for _, v := range gatewayVerdicts(t, "plugins") {
		expected := maps.Clone(v.Out)
		if expected == nil {
			expected = map[string]any{}
		}
		maps.Copy(expected, v.OutDiff)
		if !v.Valid || len(expected) == 0 {
			continue
		}
		input := maps.Clone(v.Input)
		if config, ok := expected["config"].(map[string]any); ok && v.Input["name"] == "session" {
			delete(config, "secret") // a new one for each
		}
		for _, scope := range []string{"id", "service", "route", "consumer"} {
			delete(input, scope)
			delete(expected, scope)
		}
		got := c.put(entities+"/plugins/"+idOne, input)
		if config, ok := got.Body["config"].(map[string]any); ok && v.Input["name"] == "session" {
			delete(config, "secret")
		}
		for name, want := range expected {
			assert.Equal(t, withoutUnset(want), withoutUnset(got.Body[name]), "%s of %v", name, v.Input)
		}
		compared++
	}
	assert.Equal(t, 19, compared)
}
