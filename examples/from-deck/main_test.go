package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest/deck"
	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func call(ctx context.Context, env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(ctx, args, func(name string) (string, bool) { value, isSet := env[name]; return value, isSet }, &out, &err)
	return code, out.String(), err.String()
}

func TestInMemory(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t.Context(), nil, "--to-deck")
	require.Zero(t, code, stderr)
	assert.Contains(t, stderr, "in-memory Konnect")
	golden.Equal(t, "testdata/output.txt", golden.WithoutIDs(stdout))
	assert.NotContains(t, stdout, "example-key-of-alice")

	_, file, _ := strings.Cut(stdout, "As a file of decK:\n\n")
	read, err := deck.Decode(strings.NewReader(file), deck.WithVariables(func(string) (string, bool) { return "example-key-of-alice", true }))
	require.NoError(t, err, "what is printed can be read")
	assert.Len(t, read.Objects, 8)
}

// TestBack provisions from the file that was printed: nothing is left to write.
func TestBack(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	_, err := server.AddControlPlane("", map[string]any{"name": "shop"})
	require.NoError(t, err)
	env := map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL, "DECK_APIKEY_ALICE_KEY_KEY": "example-key-of-alice"}
	code, stdout, stderr := call(t.Context(), env, "--to-deck")
	require.Zero(t, code, stderr)
	_, file, _ := strings.Cut(stdout, "As a file of decK:\n\n")
	path := filepath.Join(t.TempDir(), "back.yaml")
	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	writes := server.Writes()
	code, _, stderr = call(t.Context(), env, path)
	require.Zero(t, code, stderr)
	assert.Equal(t, writes, server.Writes())
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	old := filepath.Join(t.TempDir(), "old.yaml")
	require.NoError(t, os.WriteFile(old, []byte("_format_version: \"1.1\"\n"), 0o600))
	nameless := filepath.Join(t.TempDir(), "nameless.yaml")
	require.NoError(t, os.WriteFile(nameless, []byte("_format_version: \"3.0\"\n"), 0o600))
	server := konnecttest.Start(t)
	for reason, c := range map[string]struct {
		args []string
		env  map[string]string
		code int
		want string
	}{
		"help":                     {args: []string{"--help"}},
		"an unknown flag":          {args: []string{"--back"}, code: 64, want: "see --help"},
		"an older format":          {args: []string{old}, code: 1, want: `must be "3.0"; "deck file convert" makes that of older files`},
		"no control plane":         {args: []string{nameless}, code: 1, want: "set _konnect.control_plane_name"},
		"no file":                  {args: []string{"absent.yaml"}, code: 1, want: "absent.yaml"},
		"one that is not there":    {env: map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL}, code: 1, want: "shop"},
		"a token without a server": {env: map[string]string{"KONNECT_REGION": "us"}, code: 1, want: "KONNECT_TOKEN is not set"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t.Context(), c.env, c.args...)
			assert.Equal(t, c.code, code)
			assert.Contains(t, stderr, c.want)
			if c.code == 0 {
				assert.Equal(t, usage, stdout)
			}
		})
	}
}
