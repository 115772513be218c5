package konnecttest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
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
	c := newClient(t, protocolsOfGateway)
	_, entities := c.plane(nil)
	occurred := map[string]bool{}
	for _, v := range gatewayVerdicts(t, "services", "routes", "upstreams", "targets") {
		got := c.do("POST", entities+"/schemas/"+strings.TrimSuffix(v.Entity, "s")+"/validate", v.Input)
		o := outcome{answer: got, named: namedByServer(got)}
		want := slices.Sorted(maps.Keys(v.named()))
		if v.Valid == o.accepted() && slices.Equal(want, o.named) {
			continue
		}
		reason := v.difference(o)
		if reason == "" {
			input, err := json.Marshal(v.Input)
			require.NoError(t, err)
			t.Errorf("%s %s\nthe gateway: valid %t, names %q: %s\nthe server names %q: %d %s",
				v.Entity, input, v.Valid, want, v.Message, o.named, o.Status, o.Raw)
		}
		occurred[reason] = true
	}
	for reason := range gatewayDifferences {
		assert.True(t, occurred[reason], "a difference that no longer occurs: %s", reason)
	}
}

func (o outcome) accepted() bool { return o.Status == 200 }

func (v verdict) difference(o outcome) string {
	for reason, occurs := range gatewayDifferences {
		if occurs(v, o) {
			return reason
		}
	}
	return ""
}

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

// gatewayDifferences are those on purpose, by reason.
var gatewayDifferences = map[string]func(verdict, outcome) bool{
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

func gatewayVerdicts(t *testing.T, kinds ...string) []verdict {
	t.Helper()
	var out []verdict
	eachLine(t, "entity-verdicts.jsonl", func(line []byte) {
		var v verdict
		require.NoError(t, json.Unmarshal(line, &v))
		// The recorder wrote empty lists as empty objects.
		for _, name := range []string{"hosts", "methods", "paths"} {
			if empty, ok := v.Input[name].(map[string]any); ok && len(empty) == 0 {
				v.Input[name] = []any{}
			}
		}
		if slices.Contains(kinds, v.Entity) {
			out = append(out, v)
		}
	})
	return out
}

// eachLine reads a file of the gateway's answers, where they are.
func eachLine(t *testing.T, name string, do func(line []byte)) {
	t.Helper()
	file, err := os.Open("../../../shared/reference/gateway/" + name)
	if os.IsNotExist(err) {
		t.Skip("the gateway's answers are not there")
	}
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		do(lines.Bytes())
	}
	require.NoError(t, lines.Err())
}

// named are the paths of the fields that the gateway names, rules across fields aside.
func (v verdict) named() map[string]bool {
	out := map[string]bool{}
	namedBelow(v.Fields, "", out)
	delete(out, "")
	return out
}

func namedBelow(value any, path string, into map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			switch {
			case name == "@entity":
				into[path] = true
			case path == "":
				namedBelow(inner, name, into)
			default:
				namedBelow(inner, path+"."+name, into)
			}
		}
	case []any:
		for i, inner := range v {
			namedBelow(inner, fmt.Sprintf("%s[%d]", path, i), into)
		}
	case string:
		into[withoutKeys(path)] = true
	}
}

// headerPath is a field that the gateway names without the header or by the position of it.
var headerPath = regexp.MustCompile(`^((?:healthchecks\.active\.)?headers)(?:\[|\.).*`)

func withoutKeys(path string) string { return headerPath.ReplaceAllString(path, "$1") }

// subject is the field that a rule across fields is about, which its text begins with.
var subject = regexp.MustCompile(`^([a-z_]+) (?:must be|can|cannot|must differ)`)

var unknownField = regexp.MustCompile(`json: unknown field "([^"]*)"`)

func namedByServer(got answer) []string {
	out := map[string]bool{}
	message, _ := got.Body["message"].(string)
	if m := unknownField.FindStringSubmatch(message); m != nil {
		for name := range strings.SplitSeq(m[1], ", ") {
			out[name] = true
		}
	}
	list, _ := got.Body["details"].([]any)
	for _, item := range list {
		d := item.(map[string]any)
		if name, ok := d["field"].(string); ok {
			out[withoutKeys(name)] = true
			continue
		}
		for _, text := range d["messages"].([]any) {
			if m := subject.FindStringSubmatch(text.(string)); m != nil {
				out[m[1]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(out))
}
