package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestRunInMemory(t *testing.T) {
	t.Parallel()
	var out, notes bytes.Buffer
	require.Zero(t, run(t.Context(), nil, environment(nil), &out, &notes), notes.String())
	golden.Equal(t, "testdata/output.golden", golden.WithoutIDs(out.String()))
	assert.Contains(t, notes.String(), "in-memory Konnect")
}

func TestRunWithServer(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	var out, notes bytes.Buffer
	env := environment(map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL})
	require.Zero(t, run(t.Context(), nil, env, &out, &notes), notes.String())
	assert.Len(t, server.Entities(server.ControlPlane("gateway-control-plane").ID, "targets"), 2)
	assert.NotContains(t, out.String(), "GET http", "a gateway in memory has what is in memory")
}

func TestRunThatFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason string
		args   []string
		env    map[string]string
		code   int
		want   string
	}{
		{"help", []string{"--help"}, nil, 0, "Usage: from-ingress"},
		{"a flag that is none", []string{"--plan"}, nil, 64, "not defined"},
		{"no token", nil, map[string]string{"KONNECT_REGION": "eu"}, 1, "KONNECT_TOKEN is not set"},
	} {
		var out bytes.Buffer
		assert.Equal(t, c.code, run(t.Context(), c.args, environment(c.env), &out, &out), c.reason)
		assert.Contains(t, out.String(), c.want, c.reason)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	assert.Equal(t, 1, run(ctx, nil, environment(nil), &out, &out), "interrupted")
}
