package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

func nothing(string) string { return "" }

// exported runs the program against an in-memory Konnect.
func exported(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, nothing, &out, &errs)
	return code, out.String(), errs.String()
}

func TestExportsToStandardOutput(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := exported(t, "--verify")
	require.Equal(t, exitDone, code, stderr)
	objects, err := manifest.DecodeAll(strings.NewReader(stdout))
	require.NoError(t, err)
	assert.Len(t, objects, 12)
	assert.Contains(t, stderr, "verified: adopt 10, change 0\n")
	assert.Contains(t, stderr, "skipped: KongService legacy (00000000-0000-4000-8000-000000000012): is held by deck, which must release it first\n")
	assert.NotContains(t, stdout+stderr, "example-")
}

func TestExportsToFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	code, stdout, stderr := exported(t, "--out", dir, "--split", "--secrets", "--namespace", "kong")
	require.Equal(t, exitDone, code, stderr)
	assert.Equal(t, "secrets.yaml: 2 objects\nservice-orders.yaml: 6 objects\nservice-users.yaml: 4 objects\nshared.yaml: 2 objects\n", stdout)
	texts := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		want := fs.FileMode(0o644)
		if entry.Name() == "secrets.yaml" {
			want = 0o600
		}
		assert.Equal(t, want, info.Mode().Perm(), entry.Name())
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		require.NoError(t, err)
		texts[entry.Name()] = string(text)
	}
	assert.Contains(t, texts["secrets.yaml"], "example-key")
	assert.Contains(t, texts["service-orders.yaml"], "kind: KongTarget")
	assert.Contains(t, texts["service-orders.yaml"], "name: rate-limiting-orders-plugin")
	for name, text := range texts {
		if name != "secrets.yaml" {
			assert.NotContains(t, text, "example-", name)
		}
	}
	code, _, _ = exported(t, "--out", dir, "--split", "--secrets", "--namespace", "kong")
	require.Equal(t, exitDone, code)
	for name, text := range texts {
		again, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, text, string(again), "%s is the same, byte for byte", name)
	}

	code, _, stderr = exported(t, "--out", dir)
	require.Equal(t, exitDone, code)
	for _, name := range []string{"secrets.yaml", "service-orders.yaml", "service-users.yaml", "shared.yaml"} {
		assert.Contains(t, stderr, "warning: "+name+" is not of this export; remove it if it is of an earlier one\n")
	}
	assert.NotContains(t, stderr, "warning: export.yaml")
}

func TestExportsForTheOperator(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := exported(t, "--for-operator", "--auth", "konnect")
	require.Equal(t, exitDone, code, stderr)
	assert.Contains(t, stdout, "authRef:\n      name: konnect\n")
	assert.Contains(t, stdout, "mode: match\n")
	assert.NotContains(t, stdout, "mode: override\n")
	assert.Contains(t, stdout, "connect_timeout: 60000\n")
	assert.Contains(t, stderr, "skipped: KongPluginBinding key-auth (00000000-0000-4000-8000-000000000008): KongPlugin cannot express it: protocols[")
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--help"}, exitDone, "Usage: export"},
		{[]string{"more"}, exitUsage, `export: there is no argument "more" (see --help)`},
		{[]string{"--service", "a", "--tag", "b"}, exitUsage, "export: --service and --tag exclude each other (see --help)"},
		{[]string{"--secrets"}, exitUsage, "export: --split and --secrets need --out: secrets are never printed (see --help)"},
		{[]string{"--nonsense"}, exitUsage, "export: flag provided but not defined: -nonsense (see --help)"},
		{[]string{"--control-plane", "demo1"}, exitFailed, `export: export: none has name "demo1"; the organisation has "demo"`},
		{[]string{"--service", "none"}, exitFailed, `export: export: there is no service "none"`},
		{[]string{"--service", "users"}, exitDone, "name: users\n"},
		{[]string{"--tag", "team:shop"}, exitDone, "name: orders\n"},
		{[]string{"--owner", "A!"}, exitFailed, `export: `},
		{[]string{"--owner", "team-a"}, exitDone, "name: orders\n"},
		{[]string{"--all-fields"}, exitDone, "write_timeout: 60000\n"},
	} {
		code, stdout, stderr := exported(t, c.args...)
		assert.Equal(t, c.code, code, "%s", c.args)
		assert.Contains(t, stdout+stderr, c.want, "%s", c.args)
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), nil, func(name string) string { return map[string]string{"KONNECT_TOKEN": "x"}[name] }, &out, &errs)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, errs.String(), "--control-plane is missing")
}
