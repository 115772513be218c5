package repository_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
	"github.com/konnectkit/konnectkit/internal/tools/release/repositorytest"
)

func TestLastRelease(t *testing.T) {
	r := repositorytest.New(t)
	repositorytest.Commit(t, r, "first")
	for _, tc := range []struct{ reason, tag, root, nested string }{
		{"a tag of something else", "nightly", "", ""},
		{"not a whole version", "v9", "", ""},
		{"a pre-release promises nothing", "v0.3.0-rc.1", "", ""},
		{"the first", "v0.1.0", "v0.1.0", ""},
		{"numbers, not letters", "v0.10.0", "v0.10.0", ""},
		{"a patch of an old one", "v0.9.1", "v0.10.0", ""},
		{"another module", "crd/applyconfiguration/v0.4.0", "v0.10.0", "v0.4.0"},
		{"a deeper folder", "crd/applyconfiguration/v2/v9.0.0", "v0.10.0", "v0.4.0"},
	} {
		repositorytest.Git(t, r, "tag", tc.tag)
		root, err := r.LastRelease(t.Context(), ".")
		require.NoError(t, err, tc.reason)
		assert.Equal(t, tc.root, root, tc.reason)
		nested, err := r.LastRelease(t.Context(), "crd/applyconfiguration")
		require.NoError(t, err, tc.reason)
		assert.Equal(t, tc.nested, nested, tc.reason)
	}

	repositorytest.Git(t, r, "switch", "--quiet", "--create", "other")
	repositorytest.Commit(t, r, "elsewhere")
	repositorytest.Git(t, r, "tag", "v1.0.0")
	repositorytest.Git(t, r, "switch", "--quiet", "main")
	root, err := r.LastRelease(t.Context(), ".")
	require.NoError(t, err)
	assert.Equal(t, "v0.10.0", root, "what another branch has released is not what this one continues")
}

func TestModules(t *testing.T) {
	r := repositorytest.New(t)
	repositorytest.Write(t, r, map[string]string{
		".gitignore": "ignored/\n", "go.mod": "module a", "b/go.mod": "module b", "ignored/go.mod": "module c", "gone/go.mod": "module d",
	})
	repositorytest.Commit(t, r, "first")
	repositorytest.Write(t, r, map[string]string{"new/go.mod": "module e"})
	require.NoError(t, os.RemoveAll(r.Dir("gone")))
	modules, err := r.Modules(t.Context())
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{".", "b", "new"}, modules)
}

func TestExport(t *testing.T) {
	r := repositorytest.New(t)
	repositorytest.Write(t, r, map[string]string{"a.txt": "old\n", "b/c.txt": "no newline"})
	require.NoError(t, os.Symlink("/etc", r.Dir("link")))
	repositorytest.Commit(t, r, "first")
	repositorytest.Write(t, r, map[string]string{"a.txt": "changed\n", "new.txt": "new\n"})

	into := t.TempDir()
	require.NoError(t, r.Export(t.Context(), "HEAD", into))
	for name, want := range map[string]string{"a.txt": "old\n", "b/c.txt": "no newline"} {
		content, err := os.ReadFile(filepath.Join(into, filepath.FromSlash(name)))
		require.NoError(t, err)
		assert.Equal(t, want, string(content), name)
	}
	assert.NoFileExists(t, filepath.Join(into, "new.txt"))
	assert.NoFileExists(t, filepath.Join(into, "link"), "a link could lead out of the folder")

	err := r.Export(t.Context(), "v0.0.1", t.TempDir())
	require.ErrorContains(t, err, "v0.0.1")
}

func TestShallow(t *testing.T) {
	r := repositorytest.New(t)
	repositorytest.Commit(t, r, "first")
	repositorytest.Commit(t, r, "second")
	clone := repository.Repository{Root: t.TempDir()}
	repositorytest.Git(t, clone, "clone", "--quiet", "--depth=1", "file://"+filepath.ToSlash(r.Root), ".")
	for want, repo := range map[bool]repository.Repository{false: r, true: clone} {
		shallow, err := repo.Shallow(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, shallow)
	}
}
