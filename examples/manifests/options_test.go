package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		args   []string
		want   options
	}{
		{"defaults", []string{"a"}, options{paths: []string{"a"}, maxDeletes: noLimit}},
		{"flags may come last", []string{"a", "--plan", "b", "-v"}, options{paths: []string{"a", "b"}, plan: true, verbose: true, maxDeletes: noLimit}},
		{"standard input", []string{"-", "--verbose"}, options{paths: []string{"-"}, verbose: true, maxDeletes: noLimit}},
		{"what follows is no flag", []string{"--plan", "--", "-a", "--b"}, options{paths: []string{"-a", "--b"}, plan: true, maxDeletes: noLimit}},
		{
			"values",
			[]string{"--owner", "team-a", "--prune", "--max-deletes=3", "--mermaid", "a"},
			options{paths: []string{"a"}, owner: "team-a", prune: true, maxDeletes: 3, mermaid: true},
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
	assert.Len(t, described, 7)
	for _, option := range described {
		if _, err := parse([]string{"--" + option[1] + "=", "a"}); err != nil {
			assert.NotContains(t, err.Error(), "not defined")
		}
	}
}
