package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"

	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
	"github.com/konnectkit/konnectkit/internal/tools/release/repositorytest"
)

const (
	unset = "v0.0.0-00010101000000-000000000000"
	// changes are what CHANGELOG.md of the sample says before it is released.
	changes = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- `Kit`.\n"
)

func now() time.Time { return time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC) }

// sample has the modules of the project in small: two that programs import, and one
// that tests both.
func sample(t *testing.T) repository.Repository {
	t.Helper()
	r := repositorytest.New(t)
	repositorytest.Write(t, r, map[string]string{
		"CHANGELOG.md": changes,
		"go.mod":       "module example.com/kit\n\ngo 1.26.0\n",
		"kit.go":       "package kit\n\ntype Kit struct{}\n",
		"crd/applyconfiguration/go.mod": "module example.com/kit/crd/applyconfiguration\n\ngo 1.26.0\n\n" +
			"replace example.com/kit => ../..\n\nrequire example.com/kit " + unset + "\n",
		"crd/applyconfiguration/apply.go": "package applyconfiguration\n\nimport \"example.com/kit\"\n\nfunc Apply(kit.Kit) {}\n",
		"internal/both/go.mod": "module example.com/kit/internal/both\n\ngo 1.26.0\n\n" +
			"replace (\n\texample.com/kit => ../..\n\texample.com/kit/crd/applyconfiguration => ../../crd/applyconfiguration\n)\n\n" +
			"require (\n\texample.com/kit " + unset + "\n\texample.com/kit/crd/applyconfiguration " + unset + "\n)\n",
		"internal/both/both.go": "package both\n\nimport (\n\t\"example.com/kit\"\n\t\"example.com/kit/crd/applyconfiguration\"\n)\n\n" +
			"func Both() { applyconfiguration.Apply(kit.Kit{}) }\n",
	})
	repositorytest.Commit(t, r, "first")
	return r
}

func call(t *testing.T, r repository.Repository, arguments ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), &out, append([]string{"--root", r.Root}, arguments...), now())
	return out.String(), err
}

func read(t *testing.T, r repository.Repository, name string) string {
	t.Helper()
	content, err := os.ReadFile(r.Dir(name))
	require.NoError(t, err)
	return string(content)
}

func TestPrintsWhatItWouldDo(t *testing.T) {
	r := sample(t)
	head := repositorytest.Git(t, r, "rev-parse", "HEAD")
	out, err := call(t, r, "v0.1.0")
	require.NoError(t, err)
	assert.Equal(t, `.: nothing to compare with: no tag vX.Y.Z in the history
crd/applyconfiguration: nothing to compare with: no tag crd/applyconfiguration/vX.Y.Z in the history
- CHANGELOG.md: [Unreleased] becomes [0.1.0] - 2001-02-03
- crd/applyconfiguration/go.mod: require example.com/kit v0.1.0
- go mod tidy in all modules
- commit Release v0.1.0
- tag v0.1.0
- tag crd/applyconfiguration/v0.1.0
Nothing has been done: --tag does it.
`, out)
	assert.Empty(t, repositorytest.Git(t, r, "status", "--porcelain"))
	assert.Empty(t, repositorytest.Git(t, r, "tag"))
	assert.Equal(t, head, repositorytest.Git(t, r, "rev-parse", "HEAD"))
}

func TestReleases(t *testing.T) {
	r := sample(t)
	// A remote that would notice a push.
	remote := repository.Repository{Root: t.TempDir()}
	repositorytest.Git(t, remote, "init", "--quiet", "--bare")
	repositorytest.Git(t, r, "remote", "add", "origin", remote.Root)

	out, err := call(t, r, "v0.1.0", "--tag")
	require.NoError(t, err)
	assert.Contains(t, out, "Nothing has been pushed: git push --atomic origin main v0.1.0 crd/applyconfiguration/v0.1.0\n")
	assert.Empty(t, repositorytest.Git(t, remote, "for-each-ref"))
	assert.Empty(t, repositorytest.Git(t, r, "status", "--porcelain"))
	assert.Equal(t, "Release v0.1.0\nfirst", repositorytest.Git(t, r, "log", "--format=%s"))
	head := repositorytest.Git(t, r, "rev-parse", "HEAD")
	for _, tag := range []string{"v0.1.0", "crd/applyconfiguration/v0.1.0"} {
		assert.Equal(t, head, repositorytest.Git(t, r, "rev-parse", tag+"^{commit}"), tag)
		assert.Equal(t, "tag", repositorytest.Git(t, r, "cat-file", "-t", tag), "annotated, so that it says by whom and when")
	}
	assert.Contains(t, read(t, r, "CHANGELOG.md"), "## [Unreleased]\n\n## [0.1.0] - 2001-02-03\n\n### Added\n")
	_, err = r.Go(t.Context(), "internal/both", "build", "./...")
	require.NoError(t, err, "modules that are not released still build")
	for _, module := range []string{".", "crd/applyconfiguration", "internal/both"} {
		_, err = r.Go(t.Context(), module, "mod", "tidy", "-diff")
		require.NoError(t, err, module)
	}

	importBoth(t, r, "v0.1.0")

	_, err = call(t, r, "--tag", "v0.1.0")
	require.ErrorContains(t, err, "there is a tag v0.1.0")
	assert.ErrorContains(t, err, "there is a tag crd/applyconfiguration/v0.1.0")
	_, err = call(t, r, "v0.2.0")
	require.ErrorContains(t, err, "nothing under [Unreleased]")
}

// importBoth builds a program that gets both modules as every program does: by version.
func importBoth(t *testing.T, r repository.Repository, version string) {
	t.Helper()
	proxy := t.TempDir()
	for path, folder := range map[string]string{"example.com/kit": "", "example.com/kit/crd/applyconfiguration": "crd/applyconfiguration"} {
		dir := filepath.Join(proxy, filepath.FromSlash(path), "@v")
		require.NoError(t, os.MkdirAll(dir, 0o755))
		archive := filepath.Join(dir, version+".zip")
		file, err := os.Create(archive)
		require.NoError(t, err)
		tag := strings.TrimPrefix(folder+"/"+version, "/")
		require.NoError(t, modzip.CreateFromVCS(file, module.Version{Path: path, Version: version}, r.Root, tag, folder))
		require.NoError(t, file.Close())

		content, err := zip.OpenReader(archive)
		require.NoError(t, err)
		mod, err := content.Open(path + "@" + version + "/go.mod")
		require.NoError(t, err)
		var text bytes.Buffer
		_, err = text.ReadFrom(mod)
		require.NoError(t, err)
		require.NoError(t, content.Close())
		require.NoError(t, os.WriteFile(filepath.Join(dir, version+".mod"), text.Bytes(), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, version+".info"), []byte(`{"Version":"`+version+`"}`), 0o600))
	}
	program := repository.Repository{Root: t.TempDir()}
	repositorytest.Write(t, program, map[string]string{
		"go.mod": "module example.com/program\n\ngo 1.26.0\n\nrequire example.com/kit/crd/applyconfiguration " + version + "\n",
		"main.go": "package main\n\nimport (\n\t\"example.com/kit\"\n\t\"example.com/kit/crd/applyconfiguration\"\n)\n\n" +
			"func main() { applyconfiguration.Apply(kit.Kit{}) }\n",
	})
	for name, value := range map[string]string{
		"GOPROXY": "file://" + filepath.ToSlash(proxy), "GONOSUMDB": "*", "GOMODCACHE": t.TempDir(), "GOFLAGS": "-mod=mod -modcacherw",
	} {
		t.Setenv(name, value)
	}
	_, err := program.Go(t.Context(), ".", "build", "-o", os.DevNull, ".")
	require.NoError(t, err)
	assert.Contains(t, read(t, program, "go.mod"), "example.com/kit "+version)
}

// Somebody has prepared everything: only the tags are missing.
func TestTagsWhatIsPrepared(t *testing.T) {
	r := sample(t)
	_, err := call(t, r, "v0.1.0", "--tag")
	require.NoError(t, err)
	repositorytest.Git(t, r, "tag", "--delete", "v0.1.0", "crd/applyconfiguration/v0.1.0")
	out, err := call(t, r, "v0.1.0", "--tag")
	require.NoError(t, err)
	assert.NotContains(t, out, "commit")
	assert.Equal(t, "crd/applyconfiguration/v0.1.0\nv0.1.0", repositorytest.Git(t, r, "tag"))
	assert.Equal(t, "Release v0.1.0\nfirst", repositorytest.Git(t, r, "log", "--format=%s"))
}

func TestNextRelease(t *testing.T) {
	r := sample(t)
	_, err := call(t, r, "v0.1.0", "--tag")
	require.NoError(t, err)
	repositorytest.Write(t, r, map[string]string{
		"kit.go":                          "package kit\n\ntype Set struct{}\n",
		"crd/applyconfiguration/apply.go": "package applyconfiguration\n\nimport \"example.com/kit\"\n\nfunc Apply(kit.Set) {}\n",
		"internal/both/both.go": "package both\n\nimport (\n\t\"example.com/kit\"\n\t\"example.com/kit/crd/applyconfiguration\"\n)\n\n" +
			"func Both() { applyconfiguration.Apply(kit.Set{}) }\n",
		"CHANGELOG.md": strings.Replace(read(t, r, "CHANGELOG.md"), "## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- `Set`.\n", 1),
	})
	repositorytest.Commit(t, r, "second")
	_, err = call(t, r, "v0.2.0")
	require.ErrorContains(t, err, "Kit: removed: an incompatible change since v0.1.0 that CHANGELOG.md does not name")
	assert.ErrorContains(t, err, "Apply: changed")

	repositorytest.Write(t, r, map[string]string{"CHANGELOG.md": strings.Replace(read(t, r, "CHANGELOG.md"),
		"- `Set`.\n", "- `Set`.\n\n### Changed\n\n- `Kit` is `Set`, also in `Apply`.\n", 1)})
	repositorytest.Commit(t, r, "third")
	_, err = call(t, r, "v0.1.1")
	require.ErrorContains(t, err, "v0.1.1 is a patch of v0.1.0")
	_, err = call(t, r, "v0.2.0", "--tag")
	require.NoError(t, err)
	assert.Contains(t, read(t, r, "crd/applyconfiguration/go.mod"), "require example.com/kit v0.2.0\n")
	assert.Contains(t, read(t, r, "internal/both/go.mod"), "\texample.com/kit v0.2.0\n")
}

func TestProblems(t *testing.T) {
	type files = map[string]string
	nested := "module example.com/kit/crd/applyconfiguration\n\ngo 1.26.0\n\n"
	for _, tc := range []struct {
		reason  string
		version string // v0.1.0 where empty
		commit  files
		git     []string // run after the commit
		leave   files    // not committed
		want    string
	}{
		{reason: "not the tag's form", version: "0.1.0", want: `"0.1.0" is not of the form vX.Y.Z`},
		{reason: "not a whole version", version: "v0.1", want: "is not of the form"},
		{reason: "a pre-release", version: "v0.1.0-rc.1", want: "is not of the form"},
		{reason: "another module path", version: "v2.0.0", want: "needs module paths that end in /v2"},
		{reason: "not what is going to be pushed", git: []string{"switch", "--quiet", "--create", "topic"}, want: "the current branch is topic, not main"},
		{reason: "no branch at all", git: []string{"switch", "--quiet", "--detach"}, want: "the current branch is HEAD, not main"},
		{reason: "a change that nobody has reviewed", leave: files{"kit.go": "package kit\n\ntype Kit struct{ A int }\n"}, want: "the work tree has changes:  M kit.go"},
		{reason: "a file that is only here", leave: files{"new.go": "package kit\n"}, want: "?? new.go"},
		{reason: "half of it is there", git: []string{"tag", "crd/applyconfiguration/v0.1.0"}, want: "there is a tag crd/applyconfiguration/v0.1.0"},
		{reason: "backwards", git: []string{"tag", "v0.2.0"}, want: "there is a later tag v0.2.0"},
		{reason: "nothing to say", commit: files{"CHANGELOG.md": "## [Unreleased]\n\n### Added\n"}, want: "nothing under [Unreleased]"},
		{reason: "written for another day", commit: files{
			"CHANGELOG.md": "## [Unreleased]\n\n## [0.1.0] - 2001-02-02\n\n- A\n",
		}, want: `CHANGELOG.md dates v0.1.0 "2001-02-02", today is 2001-02-03`},
		{reason: "written without a day", commit: files{
			"CHANGELOG.md": "## [Unreleased]\n\n## [0.1.0]\n\n- A\n",
		}, want: `CHANGELOG.md dates v0.1.0 ""`},
		{reason: "written, and then more", commit: files{
			"CHANGELOG.md": "## [Unreleased]\n\n- B\n\n## [0.1.0] - 2001-02-03\n\n- A\n",
		}, want: "more under [Unreleased] than under v0.1.0"},
		{reason: "written, without a word", commit: files{
			"CHANGELOG.md": "## [Unreleased]\n\n## [0.1.0] - 2001-02-03\n",
		}, want: "nothing under v0.1.0"},
		{reason: "below a later one", commit: files{
			"CHANGELOG.md": "## [Unreleased]\n\n- B\n\n## [0.2.0] - 2001-02-03\n\n- A\n",
		}, want: "a later version v0.2.0"},
		{reason: "an untidy module, also one that is not released", commit: files{
			"internal/both/both.go": "package both\n",
		}, want: "internal/both/go.mod is not tidy"},
		{reason: "a replacement that programs do not see", commit: files{
			"crd/applyconfiguration/go.mod": nested + "replace example.com/kit => ../..\n\nrequire example.com/kit " + unset + "\n",
			"go.mod":                        "module example.com/kit\n\ngo 1.26.0\n\nreplace example.com/fork => ./fork\n",
		}, want: "go.mod replaces example.com/fork by ./fork"},
		{reason: "a replacement by something else", commit: files{
			"crd/applyconfiguration/go.mod": nested + "replace example.com/kit => ../../other\n\nrequire example.com/kit " + unset + "\n",
			"other/go.mod":                  "module example.com/kit\n\ngo 1.26.0\n",
			"other/kit.go":                  "package kit\n\ntype Kit struct{}\n",
		}, want: "replaces example.com/kit by ../../other"},
		{reason: "a module that is not released", commit: files{
			"crd/applyconfiguration/go.mod": nested + "replace (\n\texample.com/kit => ../..\n\texample.com/kit/extra => ../../extra\n)\n\n" +
				"require (\n\texample.com/kit " + unset + "\n\texample.com/kit/extra " + unset + "\n)\n",
			"crd/applyconfiguration/extra.go": "package applyconfiguration\n\nimport _ \"example.com/kit/extra\"\n",
			"extra/go.mod":                    "module example.com/kit/extra\n\ngo 1.26.0\n",
			"extra/extra.go":                  "package extra\n",
			"internal/both/both.go":           "package both\n",
			"internal/both/go.mod":            "module example.com/kit/internal/both\n\ngo 1.26.0\n",
		}, want: "requires example.com/kit/extra, which is not released"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r := sample(t)
			if tc.commit != nil {
				repositorytest.Write(t, r, tc.commit)
				repositorytest.Commit(t, r, "second")
			}
			if tc.git != nil {
				repositorytest.Git(t, r, tc.git...)
			}
			repositorytest.Write(t, r, tc.leave)
			version := tc.version
			if version == "" {
				version = "v0.1.0"
			}
			head, status := repositorytest.Git(t, r, "rev-parse", "HEAD"), repositorytest.Git(t, r, "status", "--porcelain")
			tags := repositorytest.Git(t, r, "tag")
			_, err := call(t, r, "--tag", version)
			require.ErrorContains(t, err, tc.want)
			assert.Equal(t, head, repositorytest.Git(t, r, "rev-parse", "HEAD"))
			assert.Equal(t, status, repositorytest.Git(t, r, "status", "--porcelain"))
			assert.Equal(t, tags, repositorytest.Git(t, r, "tag"))
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for reason, arguments := range map[string][]string{
		"no version": {}, "two versions": {"v0.1.0", "v0.2.0"}, "an unknown flag": {"v0.1.0", "--push"},
	} {
		err := run(t.Context(), &bytes.Buffer{}, arguments, now())
		assert.ErrorContains(t, err, "usage: .ci/release [--tag] vX.Y.Z", reason)
	}
}

// The project itself, in a clone, through the script.
func TestProject(t *testing.T) {
	if testing.Short() {
		t.Skip("goes through all modules of the project")
	}
	root, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	project := repository.Repository{Root: root}
	if _, err := project.Git(t.Context(), "rev-parse", "--verify", "HEAD"); err != nil {
		t.Skip("not a git repository")
	}
	repositorytest.Isolate(t)
	clone := repository.Repository{Root: t.TempDir()}
	repositorytest.Git(t, clone, "clone", "--quiet", "--no-local", root, ".")
	repositorytest.Git(t, clone, "switch", "--quiet", "--force-create", branch)
	repositorytest.Write(t, clone, map[string]string{"CHANGELOG.md": strings.Replace(read(t, clone, "CHANGELOG.md"),
		"## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- A line.\n", 1)})
	repositorytest.Commit(t, clone, "one more line")
	version := next(t, clone)

	command := exec.CommandContext(t.Context(), filepath.Join(clone.Root, ".ci", "release"), "--tag", version)
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "Nothing has been pushed")
	assert.Empty(t, repositorytest.Git(t, clone, "status", "--porcelain"))
	requirements, err := os.ReadFile(clone.Dir("crd/applyconfiguration/go.mod"))
	require.NoError(t, err)
	assert.Contains(t, string(requirements), "github.com/konnectkit/konnectkit "+version+"\n")
	for _, tag := range []string{version, "crd/applyconfiguration/" + version} {
		repositorytest.Git(t, clone, "rev-parse", "--verify", tag+"^{commit}")
	}
	_, err = clone.Go(t.Context(), "internal/applytest", "list", "-deps", "-test", "./...")
	require.NoError(t, err, "what uses both modules still finds them")
}

// next is a version that may follow whatever has been released.
func next(t *testing.T, r repository.Repository) string {
	t.Helper()
	last, err := r.LastRelease(t.Context(), ".")
	require.NoError(t, err)
	if last == "" {
		return "v0.1.0"
	}
	var major, minor, patch int
	_, err = fmt.Sscanf(last, "v%d.%d.%d", &major, &minor, &patch)
	require.NoError(t, err)
	return fmt.Sprintf("v%d.%d.0", major, minor+1)
}
