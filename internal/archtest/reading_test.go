package archtest_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mostFunctions is how many functions of konnect, its internal packages and that of the
// marks included, a cold Ensure of three objects may go through, so that it can be read at
// one go.
const mostFunctions = 130

// The list in ARCHITECTURE.md is what a reader follows: it names every function that a
// cold Ensure goes through, and no other.
func TestReadingList(t *testing.T) {
	t.Parallel()
	root := moduleRoot(t)
	went := coldFunctions(t, root)
	t.Logf("a cold Ensure goes through %d functions", len(went))
	assert.LessOrEqual(t, len(went), mostFunctions)

	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	require.NoError(t, err)
	_, list, found := strings.Cut(string(text), "## A cold Ensure, function by function")
	require.True(t, found)
	list, _, _ = strings.Cut(list, "\n## ")
	var listed []string
	for _, line := range regexp.MustCompile("(?m)^\\d+\\. `([^`]+)`: (.*)$").FindAllStringSubmatch(list, -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(line[2], -1) {
			listed = append(listed, line[1]+" "+name[1])
		}
	}
	slices.Sort(listed)
	assert.Equal(t, went, listed, "the list must name what a cold Ensure goes through")
}

// beforeValues is the commit before the run of a call was put in values.
const beforeValues = "489cc8d"

// What a reader had to follow before, counted in the same way.
func TestReadingListBefore(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds another commit")
	}
	t.Parallel()
	root := moduleRoot(t)
	tree := filepath.Join(t.TempDir(), "before")
	add := exec.CommandContext(t.Context(), "git", "worktree", "add", "--detach", tree, beforeValues)
	add.Dir = root
	if output, err := add.CombinedOutput(); err != nil {
		t.Skipf("the history has no commit %s: %s", beforeValues, output)
	}
	t.Cleanup(func() {
		remove := exec.CommandContext(context.WithoutCancel(t.Context()), "git", "worktree", "remove", "--force", tree)
		remove.Dir = root
		assert.NoError(t, remove.Run())
	})
	before := coldFunctions(t, tree)
	t.Logf("at %s it went through %d functions", beforeValues, len(before))
	assert.Greater(t, len(before), mostFunctions+50)
}

// coldFunctions returns the functions of konnect that a cold Ensure goes through in a
// tree of the module, as "file name", sorted.
func coldFunctions(t *testing.T, tree string) []string {
	t.Helper()
	folder := t.TempDir()
	source, err := filepath.Abs("testdata/cold.go.txt")
	require.NoError(t, err)
	overlay, profile := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "cover.out")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(tree, "konnect", "cold_ensure_test.go"): source}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, replace, 0o600))
	run := func(args ...string) string {
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = tree
		command.Env = append(os.Environ(), "GOWORK=off")
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
		return string(output)
	}
	run("test", "-overlay", overlay, "-run", "^TestColdEnsure$", "-coverpkg", "./konnect/...,./internal/marks", "-coverprofile", profile, "./konnect")
	var went []string
	line := regexp.MustCompile(`(?m)^\S+/konnectkit/(?:konnect/)?(\S+\.go):\d+:\s+(\S+)\s+(\S+)%$`)
	for _, function := range line.FindAllStringSubmatch(run("tool", "cover", "-func", profile), -1) {
		if function[3] != "0.0" && !strings.HasPrefix(function[1], "konnecttest/") {
			went = append(went, function[1]+" "+function[2])
		}
	}
	slices.Sort(went)
	return went
}
