package testcluster

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log"
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// made is a program of a module without dependencies, with the given code.
func made(t *testing.T, name, code string) version {
	t.Helper()
	source := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(source, "go.mod"), []byte("module example\n\ngo 1.26.0\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(source, "main.go"), []byte(code), 0o600))
	return version{program: program{name: name, command: "."}, number: "v1.2.3", source: source}
}

func TestBuildsOnce(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	dir := filepath.Join(t.TempDir(), "cache")
	good := made(t, "good", "package main\n\nfunc main() {}\n")
	var progress bytes.Buffer
	require.NoError(t, buildMissing(t.Context(), dir, []version{good}, log.New(&progress, "", 0)))
	assert.FileExists(t, filepath.Join(dir, "good"))
	assert.NoFileExists(t, filepath.Join(dir, "good.partial"))
	assert.Contains(t, progress.String(), "building good v1.2.3")

	progress.Reset()
	require.NoError(t, buildMissing(t.Context(), dir, []version{good}, log.New(&progress, "", 0)))
	assert.Empty(t, progress.String(), "what is there is not built again")
}

func TestWaitsForAnotherBuild(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	dir := t.TempDir()
	lock := flock.New(filepath.Join(dir, "lock"))
	require.NoError(t, lock.Lock())

	progress, lines := io.Pipe()
	built := make(chan error)
	good := made(t, "good", "package main\n\nfunc main() {}\n")
	go func() { built <- buildMissing(t.Context(), dir, []version{good}, log.New(lines, "", 0)) }()
	reader := bufio.NewReader(progress)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "waiting for another process")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "good"), nil, 0o600))
	require.NoError(t, lock.Unlock())
	assert.NoError(t, <-built, "what the other has built is not built again: nobody reads its progress")
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	dir := t.TempDir()
	bad := made(t, "bad", "package main\n\nfunc main() { return 1 }\n")
	err := buildMissing(t.Context(), dir, []version{bad}, log.New(io.Discard, "", 0))
	assert.ErrorContains(t, err, "build bad v1.2.3: go build")
	assert.ErrorContains(t, err, "main.go:3")
	assert.NoFileExists(t, filepath.Join(dir, "bad"))
	assert.ErrorContains(t, buildMissing(t.Context(), dir, []version{bad}, log.New(io.Discard, "", 0)), "main.go:3", "the lock is free again")
}

func TestBuildEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	slow := made(t, "slow", "package main\n\nfunc main() {}\n")
	assert.ErrorIs(t, buildMissing(ctx, t.TempDir(), []version{slow}, log.New(io.Discard, "", 0)), context.Canceled)
}

func TestAssetsOfTheEnvironment(t *testing.T) {
	t.Setenv(assetsVariable, "/elsewhere")
	dir, err := Programs(t.Context(), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, "/elsewhere", dir)
}

func TestLinkerFlags(t *testing.T) {
	v := version{program: program{stamp: "example/version"}, number: "v1.36.3"}
	assert.Equal(t, "-s -w -X=example/version.gitVersion=v1.36.3 -X=example/version.gitMajor=1 -X=example/version.gitMinor=36", v.linkerFlags())
	v.stamp = ""
	assert.Equal(t, "-s -w", v.linkerFlags())
}
