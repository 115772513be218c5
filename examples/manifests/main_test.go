package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const (
	controlPlane = `
apiVersion: konnect.konghq.com/v1alpha2
kind: KonnectGatewayControlPlane
metadata: {name: cp, namespace: kong}
spec: {createControlPlaneRequest: {name: cp}}
`
	service = `
apiVersion: configuration.konghq.com/v1alpha1
kind: KongService
metadata: {name: service, namespace: kong}
spec:
  name: service
  host: echo.example
  controlPlaneRef: {type: konnectNamespacedRef, konnectNamespacedRef: {name: cp}}
`
	route = `
apiVersion: configuration.konghq.com/v1alpha1
kind: KongRoute
metadata: {name: route, namespace: kong}
spec:
  name: route
  paths: [/echo]
  serviceRef: {type: namespacedRef, namespacedRef: {name: service}}
`
)

// folder returns the path of a folder with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return root
}

// program runs the example against one server.
type program struct {
	server *konnecttest.Server
	env    map[string]string
	stdin  string
}

func start(t *testing.T, opts ...konnecttest.Option) program {
	t.Helper()
	server := konnecttest.Start(t, opts...)
	return program{
		server: server,
		env:    map[string]string{"KONNECT_TOKEN": server.Token, "KONNECT_SERVER_URL": server.URL},
	}
}

func (p program) run(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(ctx, args, func(name string) string { return p.env[name] },
		streams{in: strings.NewReader(p.stdin), out: &out, err: &err})
	return code, out.String(), err.String()
}

// expect runs the program and checks its exit code and its output, both streams together.
func (p program) expect(t *testing.T, code int, want string, args ...string) {
	t.Helper()
	got, stdout, stderr := p.run(t.Context(), args...)
	require.Equal(t, code, got, "%v\n%s%s", args, stdout, stderr)
	assert.Contains(t, stdout+stderr, want, "%v", args)
}

func TestLifeOfABatch(t *testing.T) {
	t.Parallel()
	p := start(t)
	dir := folder(t, map[string]string{"cp.yaml": controlPlane, "team/service.yml": service + "---" + route})

	p.expect(t, exitChanges, "Plan: 3 to create", "--plan", dir)
	assert.Zero(t, p.server.Writes())
	p.expect(t, exitDone, "3 created;", dir)
	p.expect(t, exitDone, "Plan: 0 to create, 0 to update, 3 unchanged.", "--plan", dir)
	p.expect(t, exitDone, "3 unchanged;", dir)
	assert.Equal(t, 3, p.server.Writes())

	p.expect(t, exitFailed, "more than the 2 allowed", "--delete", "--max-deletes", "2", dir)
	assert.Equal(t, 3, p.server.Writes())
	p.expect(t, exitDone, "3 deleted;", "--delete", dir)
	p.expect(t, exitDone, "3 unchanged;", "--delete", dir)
	assert.Empty(t, p.server.ControlPlanes())
}

func TestPrune(t *testing.T) {
	t.Parallel()
	p := start(t)
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service, "c.yaml": route})
	p.expect(t, exitDone, "3 created;", "--owner", "team-a", dir)
	require.NoError(t, os.Remove(filepath.Join(dir, "c.yaml")))

	writes := p.server.Writes()
	p.expect(t, exitDone, "2 unchanged;", "--owner", "team-a", dir)
	p.expect(t, exitChanges, "- KongRoute kong/route", "--plan", "--prune", "--owner", "team-a", dir)
	p.expect(t, exitFailed, "more than the 0 allowed", "--prune", "--max-deletes", "0", "--owner", "team-a", dir)
	p.expect(t, exitFailed, "looked after by owner team-a", "--prune", "--owner", "team-b", dir)
	assert.Equal(t, writes, p.server.Writes())
	p.expect(t, exitDone, "1 deleted, 2 unchanged;", "--prune", "--owner", "team-a", dir)
	assert.Equal(t, writes+1, p.server.Writes())
}

func TestStandardInput(t *testing.T) {
	t.Parallel()
	p := start(t)
	p.stdin = controlPlane
	p.expect(t, exitDone, "1 created;", "-")
	p.stdin = `{"kind": "KongService", "spce": {}}`
	p.expect(t, exitFailed, "manifests: standard input: document 1", "-")
}

func TestInMemory(t *testing.T) {
	t.Parallel()
	p := program{}
	p.expect(t, exitDone, "Using an in-memory Konnect", folder(t, map[string]string{"cp.yaml": controlPlane}))
	p.env = map[string]string{"KONNECT_SERVER_URL": "https://us.api.konghq.com"}
	p.expect(t, exitFailed, "KONNECT_TOKEN is not set", folder(t, map[string]string{"cp.yaml": controlPlane}))
}

func TestOwnCredentials(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	named := strings.TrimSpace(controlPlane) + "\n  konnect: {authRef: {name: auth}}\n"
	named = strings.Replace(named, "spec: {createControlPlaneRequest: {name: cp}}", "spec:\n  createControlPlaneRequest: {name: cp}", 1)
	auth := `
apiVersion: konnect.konghq.com/v1alpha1
kind: KonnectAPIAuthConfiguration
metadata: {name: auth, namespace: kong}
spec: {type: token, token: ` + server.Token + `, serverURL: "` + strings.TrimPrefix(server.URL, "http://") + `"}
`
	code, stdout, stderr := program{}.run(t.Context(), folder(t, map[string]string{"cp.yaml": named, "auth.yaml": auth}))
	require.Equal(t, exitDone, code, stderr)
	assert.Contains(t, stdout, "1 created;")
	assert.Empty(t, stderr, "no other Konnect is needed")
	assert.Equal(t, 1, server.Writes())

	other := strings.ReplaceAll(controlPlane, "cp", "other")
	code, stdout, stderr = program{}.run(t.Context(), folder(t, map[string]string{"cp.yaml": named, "auth.yaml": auth, "other.yaml": other}))
	require.Equal(t, exitDone, code, stderr)
	assert.Contains(t, stdout, "1 created, 1 unchanged;")
	assert.Contains(t, stderr, "in-memory", "one that names no credentials needs those of the program")
}

func TestFallbackAuth(t *testing.T) {
	t.Parallel()
	named := strings.Replace(controlPlane, "spec: {", "spec: {konnect: {authRef: {name: away}}, ", 1)
	dir := folder(t, map[string]string{"cp.yaml": named})
	p := start(t)
	p.expect(t, exitFailed, "with --fallback-auth the token of the environment is used", dir)
	assert.Empty(t, p.server.Requests())
	p.expect(t, exitChanges, "[fallback-auth]", "--plan", "--fallback-auth", dir)
	p.expect(t, exitDone, "[fallback-auth]", "--fallback-auth", dir)
	assert.Equal(t, 1, p.server.Writes())
	p.expect(t, exitDone, "[fallback-auth]", "--fallback-auth", "--delete", dir)
}

func TestMermaid(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service, "c.yaml": route})
	code, stdout, stderr := program{}.run(t.Context(), "--mermaid", dir)
	assert.Equal(t, exitDone, code)
	assert.True(t, strings.HasPrefix(stdout, "flowchart LR\n"), stdout)
	assert.Empty(t, stderr)

	require.NoError(t, os.Remove(filepath.Join(dir, "b.yaml")))
	code, stdout, stderr = program{}.run(t.Context(), "--mermaid", dir)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "KongRoute")
	assert.Contains(t, stderr, "KongService kong/service not found")
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service, "c.yaml": route})
	p := start(t, konnecttest.WithFault(konnecttest.Fault{
		Method: "PUT", Path: "**/services/*",
		Match:  func(konnecttest.Request) bool { interrupt(); return true },
		Effect: konnecttest.Delay(time.Minute), // without it the answer may be faster than the interrupt
	}))
	code, stdout, stderr := p.run(ctx, dir)
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `(?m)^created +KonnectGatewayControlPlane `, stdout)
	assert.NotContains(t, stdout, "KongRoute")
	assert.Equal(t, "manifests: interrupted before 2 of 3 objects were done; to run again resumes\n", stderr)

	code, stdout, stderr = p.run(ctx, dir)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Equal(t, "manifests: interrupted before anything was written\n", stderr)
	p.expect(t, exitDone, " created, ", dir)
	p.expect(t, exitDone, "3 unchanged;", dir)
}

// However many objects are left, one line says so.
func TestInterruptedLargeBatch(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	var files strings.Builder
	files.WriteString(controlPlane)
	const services = 200
	for i := range services {
		name := fmt.Sprintf("name: service-%d", i)
		files.WriteString("---" + strings.ReplaceAll(service, "name: service", name))
	}
	var writes atomic.Int64
	p := start(t, konnecttest.WithFault(konnecttest.Fault{
		Method: "PUT", Path: "**/services/*",
		Match: func(konnecttest.Request) bool {
			if writes.Add(1) == 50 {
				interrupt()
			}
			return false
		},
	}))
	dir := folder(t, map[string]string{"a.yaml": files.String()})
	code, stdout, stderr := p.run(ctx, dir)
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `^manifests: interrupted before \d+ of 201 objects were done; to run again resumes\n$`, stderr)
	assert.NotContains(t, stdout, "canceled")
	assert.NotContains(t, stdout, "skipped")
	assert.Less(t, strings.Count(stdout, "\n"), 100)

	code, stdout, _ = p.run(ctx, "--output", "json", dir)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	p.expect(t, exitDone, " created, ", dir)
}

func TestPartialFailure(t *testing.T) {
	t.Parallel()
	p := start(t, konnecttest.WithEntityLimit("routes", 1))
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service, "c.yaml": route})
	p.expect(t, exitDone, "3 created;", dir)
	second := strings.NewReplacer("name: route", "name: second", "/echo", "/second").Replace(route)
	third := strings.Replace(service, "name: service", "name: third", 1)
	third = strings.Replace(third, "  name: service", "  name: third", 1)
	p.expect(t, exitFailed, "1 created, 3 unchanged, 1 failed;", dir, folder(t, map[string]string{"d.yaml": second + "---" + third}))
}

func TestNothingIsSentForWrongInput(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		files  map[string]string
		want   []string
	}{
		{
			reason: "what is wrong with any file is listed with its name",
			files:  map[string]string{"a.yaml": "kind: KongRote", "b.json": `{"kind": "KongRoute"}`, "c.yaml": controlPlane},
			want:   []string{"a.yaml: document 1", "b.json: document 1"},
		},
		{
			reason: "what is wrong with any object is listed with its key",
			files:  map[string]string{"a.yaml": strings.Replace(route, "/echo", "echo", 1), "b.yaml": service},
			want:   []string{"manifests: validate KongRoute kong/route: ", "manifests: resolve KongService kong/service: "},
		},
		{
			reason: "the same object twice is a mistake",
			files:  map[string]string{"a.yaml": controlPlane, "b.yaml": controlPlane},
			want:   []string{"KonnectGatewayControlPlane kong/cp"},
		},
		{
			reason: "a folder without manifests is likely the wrong one",
			files:  map[string]string{"notes.txt": controlPlane},
			want:   []string{"no object in "},
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			code, stdout, stderr := p.run(t.Context(), folder(t, c.files))
			assert.Equal(t, exitFailed, code)
			assert.Empty(t, stdout)
			for _, want := range c.want {
				assert.Contains(t, stderr, want)
			}
			assert.Empty(t, p.server.Requests())
		})
	}
}
