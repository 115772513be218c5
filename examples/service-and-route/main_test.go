package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// call runs the program with the variables of env.
func call(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out, &err)
	return code, out.String(), err.String()
}

// stable replaces what differs from run to run, or is no matter of this program.
func stable(output string) string {
	return regexp.MustCompile(`\d+ reads?`).ReplaceAllString(golden.WithoutIDs(output), "N reads")
}

func TestInMemory(t *testing.T) {
	t.Parallel()
	for file, args := range map[string][]string{"plain": nil, "mermaid": {"--mermaid"}} {
		code, stdout, stderr := call(t, nil, args...)
		assert.Zero(t, code)
		assert.Contains(t, stderr, "in-memory Konnect")
		golden.Equal(t, "testdata/"+file+".txt", stable(stdout))
	}
}

func TestTry(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/echo/a?b=c": "request   GET http://api.example/echo/a?b=c\nroute     route\nservice   service\n" +
			"upstream  GET /a?b=c, with Host echo.kong.svc.cluster.local:1027\nanswer    200 OK\n",
		"elsewhere": "request   GET http://api.example/elsewhere\nroute     none\nanswer    404 Not Found\n",
	} {
		code, stdout, _ := call(t, nil, "--try", path)
		assert.Zero(t, code)
		_, tried, _ := strings.Cut(stdout, "Tried:\n\n")
		assert.Equal(t, want, tried)
	}
}

func TestAnotherKonnect(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	env := map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL}
	for range 2 {
		code, stdout, stderr := call(t, env)
		assert.Zero(t, code)
		assert.Empty(t, stderr)
		assert.Contains(t, stdout, "3 unchanged;")
		assert.Equal(t, 3, server.Writes(), "only the first ensure of the first run writes")
	}
}

func TestSameObjects(t *testing.T) {
	t.Parallel()
	objects, err := manifest.DecodeAll(strings.NewReader(howTo))
	require.NoError(t, err)
	assert.Equal(t, objects, build())
}

func TestFailure(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	cases := []struct {
		reason string
		env    map[string]string
		args   []string
		code   int
		want   string
	}{
		{
			reason: "a token that the server does not know",
			env:    map[string]string{"KONNECT_TOKEN": "kpat_unknown", "KONNECT_SERVER_URL": server.URL},
			code:   1, want: "401",
		},
		{
			reason: "a server without a token",
			env:    map[string]string{"KONNECT_SERVER_URL": server.URL},
			code:   1, want: "KONNECT_TOKEN is not set",
		},
		{
			reason: "a server that would get the token in clear",
			env:    map[string]string{"KONNECT_TOKEN": "kpat_unknown", "KONNECT_SERVER_URL": "http://konnect.example"},
			code:   1, want: "must be https",
		},
		{
			reason: "a request through what no program of ours serves",
			env:    map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL},
			args:   []string{"--try", "/echo"}, code: 1, want: "--try needs the in-memory Konnect",
		},
		{reason: "an unknown flag", args: []string{"--picture"}, code: 64, want: "-picture"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, c.env, c.args...)
			assert.Equal(t, c.code, code)
			assert.Contains(t, stderr, c.want)
			assert.NotContains(t, stdout+stderr, "kpat_unknown")
		})
	}
	t.Cleanup(func() { assert.Zero(t, server.Writes()) })
}

// Help is what was asked for, and goes where output goes.
func TestHelp(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t, nil, "--help")
	assert.Equal(t, 0, code)
	assert.Equal(t, usage, stdout)
	assert.Empty(t, stderr)

	code, stdout, stderr = call(t, nil, "--unknown")
	assert.Equal(t, 64, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "unknown")
	assert.NotContains(t, stderr, "Usage")
}
