package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOurDefinitionsAreTheOfficialOnes(t *testing.T) {
	t.Parallel()
	var report strings.Builder
	same, err := run(&report, officialFolder, false)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the official definitions are not there")
	}
	require.NoError(t, err)
	assert.True(t, same, report.String())
}

func TestRunNeedsDefinitions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := run(&strings.Builder{}, dir, false)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, dir)

	require.NoError(t, os.WriteFile(dir+"/service.yaml", []byte("kind: KongService\nmetadata: {name: service}\n"), 0o600))
	_, err = run(&strings.Builder{}, dir, false)
	assert.ErrorContains(t, err, "not a CustomResourceDefinition")
}

func TestReport(t *testing.T) {
	t.Parallel()
	differs := difference{Path: "kongs v1 spec type", Ours: "object"}
	c := &comparison{Definitions: 1, Versions: 2, Fields: 3, Rules: 2, Differences: []difference{differs}, Notes: []note{
		{Path: "kongs v1 spec", Ours: "a", Official: "b"}, {Path: "kongs v1 spec", Official: "true"},
	}}
	var report strings.Builder
	require.NoError(t, c.write(&report, []difference{differs}, []string{"kongs v2"}, true))
	assert.Equal(t, `kongs v1 spec
    ours:     a
    official: b
kongs v1 spec
    ours:     none, as the official rule accepts everything
    official: true
DIFFERS kongs v1 spec type
    ours:     object
    official: absent
JUSTIFIED, BUT THE SAME: kongs v2
1 definitions with 2 versions and 3 fields compared.
2 rules: 1 have the official text, 1 another one and the same effect; 1 official ones have no effect.
1 differences, of which 0 are justified.
`, report.String())
}

func TestJudge(t *testing.T) {
	t.Parallel()
	found := []difference{{Path: "a"}, {Path: "b"}, {Path: "b"}}
	open, stale := judge(found, map[string]string{"b": "as a test needs it", "c": "long gone"})
	assert.Equal(t, found[:1], open)
	assert.Equal(t, []string{"c"}, stale)
}
