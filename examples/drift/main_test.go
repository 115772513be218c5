package main

import (
	"bytes"
	"context"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/internal/golden"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func call(ctx context.Context, env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(ctx, args, func(name string) string { return env[name] }, &out, &err)
	return code, out.String(), err.String()
}

func environment(server *konnecttest.Server) map[string]string {
	return map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL}
}

// provisioned returns a server that holds the objects.
func provisioned(t *testing.T) (server *konnecttest.Server, service konnect.Change) {
	t.Helper()
	server = konnecttest.Start(t)
	client, err := konnect.NewClient(append(connect.Options(server), konnect.WithOwner(owner))...)
	require.NoError(t, err)
	report, err := client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	server.ResetLog()
	return server, report.Changes[1]
}

func TestInMemory(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t.Context(), nil)
	assert.Equal(t, exitDrift, code)
	assert.Contains(t, stderr, "in-memory Konnect")
	golden.Equal(t, "testdata/output.txt", golden.WithoutIDs(stdout))
}

func TestNoDrift(t *testing.T) {
	t.Parallel()
	server, _ := provisioned(t)
	code, stdout, _ := call(t.Context(), environment(server))
	assert.Equal(t, exitSame, code)
	assert.Equal(t, "No drift.\n", stdout)
	assert.Zero(t, server.Writes())
}

// TestEvery lets somebody change a field after the second check.
func TestEvery(t *testing.T) {
	t.Parallel()
	server, service := provisioned(t)
	changed := make(chan error, 1)
	go func() {
		for server.Count(http.MethodGet, "/services") < 2 && t.Context().Err() == nil {
			runtime.Gosched()
		}
		changed <- server.Modify(service.ControlPlane, "services", service.KonnectID, func(entity map[string]any) {
			entity["port"] = 1
		})
	}()
	code, stdout, _ := call(t.Context(), environment(server), "--every", "1ms")
	assert.NoError(t, <-changed)
	assert.Equal(t, exitDrift, code)
	assert.Contains(t, stdout, "port: 1 -> 1027")
	assert.Zero(t, server.Writes())
}

func TestFailures(t *testing.T) {
	t.Parallel()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		reason string
		ctx    context.Context
		env    map[string]string
		args   []string
		want   int
	}{
		"wrong token":    {"what cannot be read is no drift", t.Context(), map[string]string{"KONNECT_TOKEN": "kpat_wrong", "KONNECT_SERVER_URL": konnecttest.Start(t).URL}, nil, exitFailed},
		"no token":       {"a region alone is a mistake", t.Context(), map[string]string{"KONNECT_REGION": "us"}, nil, exitFailed},
		"interrupted":    {"who ends the program has seen enough", done, environment(konnecttest.Start(t)), nil, exitSame},
		"help":           {"help is no failure", t.Context(), nil, []string{"--help"}, exitSame},
		"argument":       {"there are no arguments", t.Context(), nil, []string{"file.yaml"}, exitUsage},
		"wrong interval": {"time does not run backwards", t.Context(), nil, []string{"--every=-1s"}, exitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := call(c.ctx, c.env, c.args...)
			assert.Equal(t, c.want, code, "%s: %s", c.reason, stderr)
		})
	}
}

// Help is what was asked for, and goes where output goes.
func TestHelp(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t.Context(), nil, "--help")
	assert.Equal(t, exitSame, code)
	assert.Equal(t, usage, stdout)
	assert.Empty(t, stderr)

	code, stdout, stderr = call(t.Context(), nil, "--unknown")
	assert.Equal(t, 64, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "unknown")
	assert.NotContains(t, stderr, "Usage")
}
