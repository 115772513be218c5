package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func call(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out, &err)
	return code, out.String(), err.String()
}

func TestInMemory(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t, nil)
	assert.Zero(t, code)
	assert.Contains(t, stderr, "in-memory Konnect")
	golden.Equal(t, "testdata/output.txt", regexp.MustCompile(`\d+ reads?`).ReplaceAllString(golden.WithoutIDs(stdout), "N reads"))
	assert.NotContains(t, stdout+stderr, key)
	assert.NotContains(t, stdout+stderr, "PRIVATE KEY")
}

func TestAnotherKonnect(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	code, stdout, stderr := call(t, map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL})
	assert.Zero(t, code, stderr)
	assert.Empty(t, stderr)
	assert.Contains(t, stdout, "unchanged; ")
	assert.NotContains(t, stdout, "GET https", "requests go through what is in memory only")
}

func TestProblems(t *testing.T) {
	t.Parallel()
	code, stdout, _ := call(t, nil, "--help")
	assert.Zero(t, code)
	assert.Equal(t, usage, stdout)
	code, _, stderr := call(t, nil, "--try")
	assert.Equal(t, 64, code)
	assert.Contains(t, stderr, "-try")
	code, _, stderr = call(t, map[string]string{"KONNECT_REGION": "us"})
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "secured-route: KONNECT_TOKEN is not set")
}
