package archtest_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// workflow is what the rules need of a file in .github/workflows.
type workflow struct {
	Permissions map[string]string `json:"permissions"`
	Concurrency struct {
		Group string `json:"group"`
	} `json:"concurrency"`
	Jobs map[string]struct {
		Permissions    map[string]string `json:"permissions"`
		TimeoutMinutes int               `json:"timeout-minutes"`
		Steps          []struct {
			Uses string         `json:"uses"`
			Run  string         `json:"run"`
			With map[string]any `json:"with"`
		} `json:"steps"`
	} `json:"jobs"`
}

// A tag of an action can be moved by others, a commit cannot; the comment tells people,
// and what updates the pin, which release it is.
var pinnedAction = regexp.MustCompile(`^\s*-? ?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func workflowFindings(content string) ([]string, error) {
	var w workflow
	if err := yaml.Unmarshal([]byte(content), &w); err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(content) {
		line = strings.TrimRight(line, "\n")
		if strings.Contains(line, "uses:") && !pinnedAction.MatchString(line) {
			found = append(found, "action without commit and version: "+strings.TrimSpace(line))
		}
	}
	if w.Permissions == nil {
		found = append(found, "no permissions: the token gets whatever the repository grants by default")
	}
	if w.Concurrency.Group == "" {
		found = append(found, "no concurrency group")
	}
	for name, job := range w.Jobs {
		for _, permissions := range []map[string]string{w.Permissions, job.Permissions} {
			for scope, access := range permissions {
				if access == "write" {
					found = append(found, fmt.Sprintf("job %s may write %s", name, scope))
				}
			}
		}
		if job.TimeoutMinutes == 0 {
			found = append(found, fmt.Sprintf("job %s has no timeout-minutes", name))
		}
		for _, step := range job.Steps {
			persists, stated := step.With["persist-credentials"].(bool)
			if strings.HasPrefix(step.Uses, "actions/checkout@") && (persists || !stated) {
				found = append(found, fmt.Sprintf("job %s leaves the token in the work tree", name))
			}
			if step.Run != "" && !strings.HasPrefix(step.Run, ".ci/") {
				found = append(found, fmt.Sprintf("job %s runs what nobody can run by hand: %s", name, step.Run))
			}
		}
	}
	return found, nil
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(moduleRoot(t), ".github", "workflows", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	whole := false
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		found, err := workflowFindings(string(content))
		require.NoError(t, err, file)
		for _, finding := range found {
			t.Errorf("%s: %s", filepath.Base(file), finding)
		}
		whole = whole || regexp.MustCompile(`(?m)^ +- run: \.ci/run$`).Match(content)
	}
	assert.True(t, whole, "no workflow runs the whole gate")
}

func TestWorkflowFindings(t *testing.T) {
	t.Parallel()
	const good = `
permissions: {contents: read}
concurrency: {group: a}
jobs:
  gate:
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789 # v1.2.3
        with:
          persist-credentials: false
      - run: .ci/run
`
	for _, tc := range []struct{ reason, old, new, want string }{
		{"as it should be", "", "", ""},
		{"a tag can be moved", "@0123456789012345678901234567890123456789 # v1.2.3", "@v1", "action without"},
		{"nobody knows the release of a bare commit", " # v1.2.3", "", "action without"},
		{"a short commit can be forged", "@0123456789012345678901234567890123456789", "@0123456", "action without"},
		{"default permissions may be wide", "permissions: {contents: read}", "", "no permissions"},
		{"a gate writes nothing", "contents: read", "contents: write", "may write contents"},
		{"a job may widen them", "timeout-minutes: 5", "timeout-minutes: 5\n    permissions: {packages: write}", "may write packages"},
		{"two runs at once waste machines", "concurrency: {group: a}", "", "no concurrency"},
		{"a job that hangs goes on for hours", "    timeout-minutes: 5\n", "", "no timeout-minutes"},
		{"the token is readable for every test", "persist-credentials: false", "fetch-depth: 0", "leaves the token"},
		{"what runs in CI runs here", ".ci/run", "make it", "by hand"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			t.Parallel()
			content := good
			if tc.old != "" {
				require.Contains(t, good, tc.old)
				content = strings.Replace(good, tc.old, tc.new, 1)
			}
			found, err := workflowFindings(content)
			require.NoError(t, err)
			if tc.want == "" {
				assert.Empty(t, found)
				return
			}
			assert.Contains(t, strings.Join(found, "\n"), tc.want)
		})
	}
}

// Dependency updates reach every module and the actions, in groups.
func TestDependencyUpdates(t *testing.T) {
	t.Parallel()
	root := moduleRoot(t)
	content, err := os.ReadFile(filepath.Join(root, ".github", "dependabot.yml"))
	require.NoError(t, err)
	var config struct {
		Updates []struct {
			Ecosystem   string         `json:"package-ecosystem"`
			Directory   string         `json:"directory"`
			Directories []string       `json:"directories"`
			Groups      map[string]any `json:"groups"`
		} `json:"updates"`
	}
	require.NoError(t, yaml.Unmarshal(content, &config))
	covered := map[string][]string{}
	for _, update := range config.Updates {
		assert.NotEmpty(t, update.Groups, "%s: a pull request for every module", update.Ecosystem)
		folders := update.Directories
		if update.Directory != "" {
			folders = append(folders, update.Directory)
		}
		covered[update.Ecosystem] = append(covered[update.Ecosystem], folders...)
	}
	var modules []string
	for _, dir := range moduleFolders(t, root) {
		modules = append(modules, path.Join("/", dir))
	}
	assert.ElementsMatch(t, modules, covered["gomod"])
	assert.Equal(t, []string{"/"}, covered["github-actions"])
}

// moduleFolders are the folders with a go.mod, relative to root.
func moduleFolders(t *testing.T, root string) []string {
	t.Helper()
	var folders []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && name != root):
			return fs.SkipDir
		case entry.Name() != "go.mod":
			return nil
		}
		relative, err := filepath.Rel(root, filepath.Dir(name))
		folders = append(folders, filepath.ToSlash(relative))
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(folders), 1)
	return folders
}
