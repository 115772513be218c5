// Package repositorytest makes git repositories for tests.
package repositorytest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/tools/release/repository"
)

// New returns an empty repository on the branch main. Settings of the user and of the
// machine play no part in it, which rules parallel tests out.
func New(t *testing.T) repository.Repository {
	t.Helper()
	Isolate(t)
	r := repository.Repository{Root: t.TempDir()}
	Git(t, r, "init", "--quiet", "--initial-branch=main")
	return r
}

// Isolate gives git an author and takes all settings away for the time of a test.
func Isolate(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.com",
		"GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.com",
	} {
		t.Setenv(name, value)
	}
}

// Write writes files, named by their paths in the repository.
func Write(t *testing.T, r repository.Repository, files map[string]string) {
	t.Helper()
	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(r.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(r.Dir(name), []byte(content), 0o600))
	}
}

// Commit commits everything.
func Commit(t *testing.T, r repository.Repository, message string) {
	t.Helper()
	Git(t, r, "add", "--all")
	Git(t, r, "commit", "--quiet", "--allow-empty", "--message", message)
}

// Git runs git and returns what it prints.
func Git(t *testing.T, r repository.Repository, arguments ...string) string {
	t.Helper()
	out, err := r.Git(t.Context(), arguments...)
	require.NoError(t, err)
	return out
}
