package api_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/tools/release/api"
	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
	"github.com/konnectkit/konnectkit/internal/tools/release/repositorytest"
)

const changelog = "# Changelog\n\n## [Unreleased]\n"

// released is a module at version v0.1.0, with a nested module that uses it.
func released(t *testing.T) repository.Repository {
	t.Helper()
	r := repositorytest.New(t)
	repositorytest.Write(t, r, map[string]string{
		"go.mod":         "module example.com/greet\n\ngo 1.26.0\n",
		"greet.go":       "package greet\n\ntype Greeter struct{ Name string }\n\nfunc (*Greeter) Greet() string { return \"\" }\n",
		"old/old.go":     "package old\n",
		"internal/in.go": "package internal\n\nfunc Removed() {}\n",
		"cmd/main.go":    "package main\n\nfunc Exported() {}\n\nfunc main() {}\n",
		"CHANGELOG.md":   changelog,
		"crd/applyconfiguration/go.mod": "module example.com/greet/crd/applyconfiguration\n\ngo 1.26.0\n\n" +
			"replace example.com/greet => ../..\n\nrequire example.com/greet v0.1.0\n",
		"crd/applyconfiguration/apply.go": "package applyconfiguration\n\nimport \"example.com/greet\"\n\nfunc Apply(greet.Greeter) {}\n",
	})
	repositorytest.Commit(t, r, "first")
	repositorytest.Git(t, r, "tag", "v0.1.0")
	repositorytest.Git(t, r, "tag", "crd/applyconfiguration/v0.1.0")
	return r
}

func TestCompare(t *testing.T) {
	const added = "func (*Greeter) Wave() {}\n"
	greet := func(body string) string { return "package greet\n\n" + body }
	same := "type Greeter struct{ Name string }\n\nfunc (*Greeter) Greet() string { return \"\" }\n"
	for _, tc := range []struct {
		reason string
		files  map[string]string
		module string // the root where empty
		next   string
		prints string
		want   string // no problem where empty
	}{
		{reason: "nothing has changed", prints: ".: 0 changes of the API since v0.1.0\n"},
		{reason: "an addition", files: map[string]string{"greet.go": greet(same + added)}, prints: "- compatible: (*Greeter).Wave: added"},
		{
			reason: "a removed method", files: map[string]string{"greet.go": greet("type Greeter struct{ Name string }\n")},
			prints: "- incompatible: (*Greeter).Greet: removed", want: "does not name in backticks",
		},
		{
			reason: "a field of another type",
			files:  map[string]string{"greet.go": greet("type Greeter struct{ Name int }\n" + same[36:])},
			prints: "- incompatible: Greeter.Name: changed from string to int", want: "Greeter.Name",
		},
		{
			reason: "one that is announced",
			files: map[string]string{
				"greet.go":     greet("type Greeter struct{ Name string }\n"),
				"CHANGELOG.md": changelog + "\n### Removed\n\n- `Greeter.Greet()`: nobody called it.\n",
			},
		},
		{
			reason: "one that is announced, in a patch",
			files: map[string]string{
				"greet.go":     greet("type Greeter struct{ Name string }\n"),
				"CHANGELOG.md": changelog + "\n### Removed\n\n- `Greeter.Greet()`: nobody called it.\n",
			},
			next: "v0.1.1", want: "needs a new minor version, v0.1.1 is a patch of v0.1.0",
		},
		{
			reason: "an addition is no announcement of a removal",
			files: map[string]string{
				"greet.go":     greet("type Greeter struct{ Name string }\n"),
				"CHANGELOG.md": changelog + "\n### Added\n\n- `Greeter` has a `Name`.\n",
			},
			want: "does not name in backticks",
		},
		{reason: "a removed package", files: map[string]string{"old/old.go": ""}, prints: "package example.com/greet/old: removed", want: "CHANGELOG.md"},
		{
			reason: "a removed package that is announced",
			files:  map[string]string{"old/old.go": "", "CHANGELOG.md": changelog + "\n### Removed\n\n- `old`.\n"},
		},
		{
			reason: "what no program can import", prints: ".: 0 changes",
			files: map[string]string{"internal/in.go": "package internal\n", "cmd/main.go": "package main\n\nfunc main() {}\n"},
		},
		{
			reason: "the nested module", module: "crd/applyconfiguration",
			files:  map[string]string{"crd/applyconfiguration/apply.go": "package applyconfiguration\n"},
			prints: "crd/applyconfiguration: 1 changes of the API since v0.1.0", want: "Apply: removed",
		},
		{
			reason: "a type of another module is not this one's to compare", module: "crd/applyconfiguration",
			files:  map[string]string{"greet.go": greet("type Greeter struct{ Name int }\n")},
			prints: "crd/applyconfiguration: 0 changes",
		},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r := released(t)
			repositorytest.Write(t, r, tc.files)
			for name, content := range tc.files {
				if content == "" {
					require.NoError(t, os.Remove(r.Dir(name)))
				}
			}
			module := tc.module
			if module == "" {
				module = "."
			}
			var out bytes.Buffer
			problems, err := api.Compare(t.Context(), &out, r, module, tc.next)
			require.NoError(t, err)
			assert.Contains(t, out.String(), tc.prints)
			if tc.want == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Contains(t, problems[0], tc.want)
		})
	}
}

func TestCompareWithoutRelease(t *testing.T) {
	r := released(t)
	repositorytest.Git(t, r, "tag", "--delete", "v0.1.0")
	var out bytes.Buffer
	problems, err := api.Compare(t.Context(), &out, r, ".", "v0.1.0")
	require.NoError(t, err)
	assert.Empty(t, problems)
	assert.Equal(t, ".: nothing to compare with: no tag vX.Y.Z in the history\n", out.String())

	clone := repository.Repository{Root: t.TempDir()}
	repositorytest.Commit(t, r, "second")
	repositorytest.Git(t, clone, "clone", "--quiet", "--depth=1", "file://"+filepath.ToSlash(r.Root), ".")
	out.Reset()
	_, err = api.Compare(t.Context(), &out, clone, ".", "")
	require.NoError(t, err)
	assert.Contains(t, out.String(), "this clone is shallow")
}

// What does not compile has no API to judge, and must not pass for one that is unchanged.
func TestCompareBroken(t *testing.T) {
	r := released(t)
	repositorytest.Write(t, r, map[string]string{"greet.go": "package greet\n\nfunc f() int { return \"\" }\n"})
	_, err := api.Compare(t.Context(), &bytes.Buffer{}, r, ".", "")
	require.ErrorContains(t, err, "load the API")
}

// The project itself, compared with its last commit as if that had been released.
func TestCompareProject(t *testing.T) {
	root, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	project := repository.Repository{Root: root}
	if _, err := project.Git(t.Context(), "rev-parse", "--verify", "HEAD"); err != nil {
		t.Skip("not a git repository")
	}
	exported := t.TempDir()
	require.NoError(t, project.Export(t.Context(), "HEAD", exported))
	for _, module := range repository.Published() {
		dir := filepath.Join(exported, filepath.FromSlash(module))
		changes, err := api.Changes(t.Context(), dir, dir)
		require.NoError(t, err)
		assert.Empty(t, changes, module)
	}
}
