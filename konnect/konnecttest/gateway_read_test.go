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

	"github.com/stretchr/testify/require"
)

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
		v.Input, _ = withPEM(t, v.Input).(map[string]any)
		v.Out, _ = withPEM(t, v.Out).(map[string]any)
		v.OutDiff, _ = withPEM(t, v.OutDiff).(map[string]any)
		if slices.Contains(kinds, v.Entity) {
			out = append(out, v)
		}
	})
	return out
}

const gatewayFolder = "../../../shared/reference/gateway/"

// withPEM reads the files that a value names in place of their texts.
func withPEM(t *testing.T, value any) any {
	t.Helper()
	switch v := value.(type) {
	case string:
		if name, found := strings.CutPrefix(v, "@pem:"); found {
			content, err := os.ReadFile(gatewayFolder + "pem/" + strings.TrimSuffix(name, ".pem") + ".pem")
			require.NoError(t, err)
			return string(content)
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, inner := range v {
			out[name] = withPEM(t, inner)
		}
		return out
	}
	return value
}

// eachLine reads a file of the gateway's answers, where they are.
func eachLine(t *testing.T, name string, do func(line []byte)) {
	t.Helper()
	file, err := os.Open(gatewayFolder + name)
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
