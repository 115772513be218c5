package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		args   []string
		want   options
	}{
		{"defaults", []string{"a"}, options{paths: []string{"a"}, output: outputText, maxDeletes: noLimit}},
		{"flags may come last", []string{"a", "--plan", "b", "-v"}, options{paths: []string{"a", "b"}, plan: true, verbose: true, output: outputText, maxDeletes: noLimit}},
		{"standard input", []string{"-", "--verbose"}, options{paths: []string{"-"}, verbose: true, output: outputText, maxDeletes: noLimit}},
		{"what follows is no flag", []string{"--plan", "--", "-a", "--b"}, options{paths: []string{"-a", "--b"}, plan: true, output: outputText, maxDeletes: noLimit}},
		{
			"values",
			[]string{"--owner", "team-a", "--prune", "--max-deletes=3", "--mermaid", "a"},
			options{paths: []string{"a"}, owner: "team-a", prune: true, maxDeletes: 3, mermaid: true, output: outputText},
		},
		{
			"adoption by tag, as JSON",
			[]string{"--adopt=tagged:team-a", "--output", "json", "--strict", "a"},
			options{paths: []string{"a"}, adopt: konnect.AdoptTagged("team-a"), output: outputJSON, strict: true, maxDeletes: noLimit},
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			got, err := parse(c.args)
			assert.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		args   []string
		want   string
	}{
		{"nothing to do", nil, "no path"},
		{"no plan for deletions", []string{"--delete", "--plan", "a"}, "--delete"},
		{"deleting and pruning exclude each other", []string{"--delete", "--prune", "--owner", "x", "a"}, "--delete"},
		{"the default owner does not prune", []string{"--prune", "a"}, "--owner"},
		{"an unknown flag", []string{"a", "--purge"}, "-purge"},
		{"a limit below zero", []string{"--max-deletes", "-2", "a"}, "max-deletes"},
		{"an unknown policy", []string{"--adopt", "all", "a"}, "from-operator"},
		{"a tag that is missing", []string{"--adopt", "tagged:", "a"}, "tagged:TAG"},
		{"deleting takes nothing over", []string{"--adopt", "unowned", "--delete", "a"}, "--adopt"},
		{"an explanation is no plan", []string{"--explain", "GET http://a.com/", "--plan", "a"}, "--explain"},
		{"no request", []string{"--explain", "https://name:word@a.com", "a"}, "GET https://example.com/path"},
		{"an unknown format", []string{"--output", "yaml", "a"}, "json"},
		{"a picture is no document", []string{"--output", "json", "--mermaid", "a"}, "--mermaid"},
		{"no number", []string{"--max-deletes", "all", "a"}, "max-deletes"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := program{}.run(t.Context(), c.args...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := program{}.run(t.Context(), "--help")
	assert.Equal(t, exitDone, code)
	assert.Empty(t, stderr)
	assert.Equal(t, usage, stdout)

	described := regexp.MustCompile(`(?m)^ {2}(?:-v, )?--([a-z-]+)`).FindAllStringSubmatch(usage, -1)
	assert.Len(t, described, 15)
	for _, option := range described {
		if _, err := parse([]string{"--" + option[1] + "=", "a"}); err != nil {
			assert.NotContains(t, err.Error(), "not defined")
		}
	}
}
