package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestRun(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t, konnecttest.WithDeckReads())
	plane, err := server.AddControlPlane("", map[string]any{"name": "gateway"})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "kong.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
_format_version: "3.0"
_konnect: {control_plane_name: gateway}
services: [{name: s, host: a.example}]
`), 0o600))
	args := []string{
		"gateway", "sync", file, "--konnect-addr", server.URL, "--konnect-token", server.Token,
		"--parallelism", "10", "--analytics=false",
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, &out))
	assert.Equal(t, "creating service s\nSummary: 1 created, 0 updated, 0 deleted\n", out.String())
	assert.Len(t, server.Entities(plane, "services"), 1)
	out.Reset()
	require.NoError(t, run(t.Context(), append(args, "--silence-events"), &out))
	assert.Equal(t, "Summary: 0 created, 0 updated, 0 deleted\n", out.String())
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kong.yaml")
	require.NoError(t, os.WriteFile(file, []byte("servics: []\n"), 0o600))
	for reason, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":           {nil, "Usage: deckengine"},
		"another command":   {[]string{"gateway", "dump", "x"}, "Usage: deckengine"},
		"an unknown flag":   {[]string{"gateway", "sync", file, "--workspace", "w"}, "-workspace"},
		"no such file":      {[]string{"gateway", "sync", file + "x"}, "no such file"},
		"a file that is no": {[]string{"gateway", "sync", file}, "read the state file"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			assert.ErrorContains(t, run(t.Context(), c.args, new(bytes.Buffer)), c.want)
		})
	}
}
