package konnecttest_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// verdict is what the gateway's own code says to one entity.
type verdict struct {
	Entity    string         `json:"entity"`
	Input     map[string]any `json:"input"`
	Valid     bool           `json:"valid"`
	Message   string         `json:"message"`
	Fields    map[string]any `json:"fields"`
	Out       map[string]any `json:"out"`
	OutDiff   map[string]any `json:"out_diff"`
	StripPath *bool          `json:"strip_path"`
}

// outcome is what the server says to it.
type outcome struct {
	answer
	named []string
}

// protocolsOfGateway are the defaults of the gateway that was asked.
var protocolsOfGateway = konnecttest.WithRouteProtocols("http", "https")

// TestGatewayVerdicts holds the rows of the server against the gateway: what is accepted, and
// which fields are named where something is refused.
func TestGatewayVerdicts(t *testing.T) {
	t.Parallel()
	holdVerdicts(t, gatewayDifferences, map[string]string{
		"services": "service", "routes": "route", "upstreams": "upstream", "targets": "target",
	})
}

// differences are those on purpose, by reason. Each must occur.
type differences map[string]func(verdict, outcome) bool

// holdVerdicts compares the verdicts on entities, which the server may call otherwise.
func holdVerdicts(t *testing.T, known differences, entities map[string]string, opts ...konnecttest.Option) {
	t.Helper()
	c := newClient(t, append(opts, protocolsOfGateway)...)
	_, base := c.plane(nil)
	occurred := map[string]bool{}
	for _, v := range gatewayVerdicts(t, slices.Collect(maps.Keys(entities))...) {
		got := c.do("POST", base+"/schemas/"+entities[v.Entity]+"/validate", v.Input)
		o := outcome{answer: got, named: namedByServer(got)}
		want := slices.Sorted(maps.Keys(v.named()))
		if v.Valid == o.accepted() && slices.Equal(want, o.named) {
			continue
		}
		reason := known.reason(v, o)
		if reason == "" {
			input, err := json.Marshal(v.Input)
			require.NoError(t, err)
			t.Errorf("%s %s\nthe gateway: valid %t, names %q: %s\nthe server names %q: %d %s",
				v.Entity, input, v.Valid, want, v.Message, o.named, o.Status, o.Raw)
		}
		occurred[reason] = true
	}
	for reason := range known {
		assert.True(t, occurred[reason], "a difference that no longer occurs: %s", reason)
	}
}

func (d differences) reason(v verdict, o outcome) string {
	for reason, occurs := range d {
		if occurs(v, o) {
			return reason
		}
	}
	return ""
}

func (o outcome) accepted() bool { return o.Status == 200 }

// TestGatewayStoredValues compares what is stored where the gateway changes what it was sent.
func TestGatewayStoredValues(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, v := range gatewayVerdicts(t, "services", "routes", "upstreams") {
		expected := maps.Clone(v.Out)
		if expected == nil {
			expected = map[string]any{}
		}
		maps.Copy(expected, v.OutDiff)
		if v.StripPath != nil {
			expected["strip_path"] = *v.StripPath
		}
		if !v.Valid || len(expected) == 0 {
			continue
		}
		c := newClient(t, protocolsOfGateway)
		id, entities := c.plane(nil)
		if service, ok := v.Input["service"].(map[string]any); ok {
			_, err := c.srv.Put(id, "services", map[string]any{"host": "a", "id": service["id"]})
			require.NoError(t, err)
		}
		got := c.do("POST", entities+"/"+v.Entity, v.Input)
		require.Equal(t, 201, got.Status, got.Raw)
		assert.Subset(t, withoutUnset(got.Body), withoutUnset(expected), v.Input)
		compared++
	}
	assert.Greater(t, compared, 100)
}

// withoutUnset leaves out what the gateway shows as null or as an empty list, which the server
// does not show.
func withoutUnset(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			if list, isList := inner.([]any); inner != nil && (!isList || len(list) > 0) {
				out[name] = withoutUnset(inner)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = withoutUnset(inner)
		}
		return out
	}
	return value
}

var gatewayDifferences = differences{
	"Konnect takes null for a field with a default": func(v verdict, o outcome) bool {
		return o.accepted() && len(v.Fields) > 0 && everyField(v.Fields, func(name string, fault any) bool {
			value, sent := v.Input[name]
			return sent && value == nil && fault == "required field missing"
		})
	},
	"Konnect has services and routes of web sockets": func(v verdict, o outcome) bool {
		protocols, _ := v.Input["protocols"].([]any)
		return o.accepted() && (v.Input["protocol"] == "ws" || slices.Contains(protocols, any("wss")))
	},
	"Konnect bounds the length of names and tags": func(v verdict, o outcome) bool {
		return v.Valid && strings.Contains(o.Raw, "length must be <= 128") &&
			(slices.Equal(o.named, []string{"name"}) || slices.Equal(o.named, []string{"tags[0]"}))
	},
	"an empty list is no value": func(v verdict, o outcome) bool {
		list, ok := v.Input["ca_certificates"].([]any)
		return o.accepted() && ok && len(list) == 0
	},
	"the upstream of a target is in the path": func(v verdict, o outcome) bool {
		return o.accepted() && v.Entity == "targets" && v.Fields["upstream"] == "required field missing"
	},
	"Konnect writes the scheme of a url in lower case": func(v verdict, o outcome) bool {
		url, _ := v.Input["url"].(string)
		scheme, _, _ := strings.Cut(url, "://")
		return o.accepted() && v.Fields["protocol"] != nil && scheme != strings.ToLower(scheme)
	},
	"a url that is none is named itself, not what it would expand to": func(v verdict, o outcome) bool {
		return !v.Valid && v.Input["url"] != nil && slices.Equal(o.named, []string{"url"})
	},
	"a field that must not be set is looked into all the same": func(v verdict, o outcome) bool {
		want := v.named()
		extra := slices.DeleteFunc(slices.Clone(o.named), func(name string) bool { return want[name] })
		return !v.Valid && len(extra) > 0 && len(o.named) == len(extra)+len(want) &&
			!slices.ContainsFunc(extra, func(name string) bool {
				top, _, _ := strings.Cut(name, "[")
				return !want[top]
			})
	},
	"what fields protocols of two families may have is not looked into": func(v verdict, o outcome) bool {
		return !v.Valid && v.Fields["protocols"] != nil && slices.Equal(o.named, []string{"protocols"})
	},
	"a header without values is named, where the gateway fails on the expression it makes": func(v verdict, o outcome) bool {
		return !v.Valid && strings.Contains(v.Message, "Router Expression") && slices.Equal(o.named, []string{"headers"})
	},
}

func everyField(fields map[string]any, holds func(name string, fault any) bool) bool {
	for name, fault := range fields {
		if !holds(name, fault) {
			return false
		}
	}
	return true
}
