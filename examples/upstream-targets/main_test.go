package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	code, stdout, stderr := call(t, nil)
	assert.Zero(t, code)
	assert.Contains(t, stderr, "in-memory Konnect")
	golden.Equal(t, "testdata/output.txt", stable(stdout))
}

func TestAnotherKonnect(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	env := map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL}
	for range 2 {
		code, stdout, stderr := call(t, env)
		assert.Zero(t, code)
		assert.Empty(t, stderr)
		assert.Contains(t, stdout, "6 unchanged;")
		assert.Equal(t, 6, server.Writes(), "only the first ensure of the first run writes")
	}

	planes := server.ControlPlanes()
	require.Len(t, planes, 1)
	id, ok := planes[0]["id"].(string)
	require.True(t, ok)
	upstream := server.Entity(id, "upstreams", "checkout.internal")
	require.NotNil(t, upstream)
	assert.Equal(t, upstream["name"], server.Entity(id, "services", "checkout")["host"])
	weights := map[any]any{}
	for _, target := range server.Entities(id, "targets") {
		weights[target["target"]] = target["weight"]
	}
	assert.Equal(t, map[any]any{"10.0.0.1:8080": 90.0, "10.0.0.2:8080": 10.0}, weights)
	checks, ok := upstream["healthchecks"].(map[string]any)
	require.True(t, ok)
	active, ok := checks["active"].(map[string]any)
	require.True(t, ok)
	assert.Equal(t, "/healthz", active["http_path"])
}

func TestFailure(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		env    map[string]string
		args   []string
		code   int
		want   string
	}{
		{
			reason: "a server without a token",
			env:    map[string]string{"KONNECT_SERVER_URL": "http://127.0.0.1:1"},
			code:   1, want: "KONNECT_TOKEN is not set",
		},
		{reason: "an unknown flag", args: []string{"--picture"}, code: 64, want: "-picture"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, c.env, c.args...)
			assert.Equal(t, c.code, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
		})
	}
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
