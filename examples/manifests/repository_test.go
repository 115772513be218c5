package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/golden"
)

// A folder like that of a real repository, most of which is not for Kong, is planned on
// one screen that says what was left out and why.
func TestPlanOfARepository(t *testing.T) {
	t.Parallel()
	files := 0
	require.NoError(t, fs.WalkDir(os.DirFS("testdata/gitops"), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
		}
		return err
	}))
	assert.GreaterOrEqual(t, files, 20)

	p := start(t)
	code, stdout, stderr := p.run(t.Context(), "--plan", filepath.FromSlash("testdata/gitops"))
	require.Equal(t, exitChanges, code, stderr)
	screen := stderr + "\n" + stdout
	assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line says what was left out")
	const lines, columns = 24, 80
	height := 0
	for line := range strings.Lines(screen) {
		height += 1 + len(line)/columns
	}
	assert.LessOrEqual(t, height, lines, "one screen")
	golden.Equal(t, "testdata/gitops.golden.txt", filepath.ToSlash(screen))

	p.expect(t, exitDone, "4 created;", "testdata/gitops")
	p.expect(t, exitDone, "base/plugins.yaml: document 2, line 5: KongUpstreamPolicy shop/sticky (configuration.konghq.com/v1beta1): unsupported kind\n",
		"--plan", "-v", "testdata/gitops")
}

func TestLeftOut(t *testing.T) {
	t.Parallel()
	const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	cases := []struct {
		reason string
		files  map[string]string
		want   string // empty for an error
		errors []string
	}{
		{
			"a foreign object beside Kong's in one file",
			map[string]string{"a.yaml": configMap + "---" + controlPlane}, "1 object of others (ConfigMap)", nil,
		},
		{"many of Kong's are counted by kind", map[string]string{
			"a.yaml": controlPlane, "b.yaml": strings.Repeat("---\napiVersion: gateway-operator.konghq.com/v1beta1\nkind: DataPlane\nmetadata: {name: a}\n", 6),
		}, "6 objects of Kong's that are not supported (6 DataPlane)", nil},
		{"values of a chart that repeat a key", map[string]string{"cp.yaml": controlPlane, "values-prod.yaml": "a: 1\na: 2\n"}, "1 file without objects", nil},
		{"a name that is not on one line", map[string]string{"cp.yaml": controlPlane, "b\nc.yaml": "a: 1\n"}, `b\nc.yaml`, nil},
		{"a Secret that only its reader can read", map[string]string{
			"cp.yaml": controlPlane, "s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {token: 'ENC[a]'}\nsops: {}\n",
		}, "1 file that SOPS has encrypted", nil},
		{"a chart's template without bare braces", map[string]string{
			"cp.yaml": controlPlane, "c/Chart.yaml": "apiVersion: v2\n", "c/templates/cp.yaml": strings.ReplaceAll(controlPlane, "name: cp", "name: '{{ .Release.Name }}'"),
		}, "1 template to render first", nil},
		{"a foreign file that is wrong", map[string]string{"cp.yaml": controlPlane, "b.yaml": "apiVersion: apps/v1\n kind: Deployment\n"}, "neither YAML nor JSON", nil},

		{"a file of Kong's that is wrong", map[string]string{"cp.yaml": controlPlane, "b.yaml": service + "  a\n"}, "", []string{"b.yaml: document 1"}},
		{"a forgotten apiVersion", map[string]string{"cp.yaml": controlPlane, "b.yaml": "kind: KongRote\n"}, "", []string{"b.yaml: document 1, line 1: KongRote: apiVersion: must be set"}},
		{"a Secret that is wrong", map[string]string{"cp.yaml": controlPlane, "b.yaml": "apiVersion: v1\nkind: Secret\ndata: {a: '%'}\n"}, "", []string{"data.a: must be a string in base64"}},
		{"a document without kind in a file of Kong's", map[string]string{"b.yaml": controlPlane + "---\nreplicas: 2\n"}, "", []string{"b.yaml: document 2, line 7: no manifest"}},
		{"nothing but others'", map[string]string{"a.yaml": configMap}, "", []string{"1 object of others", "no object in "}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			dir := folder(t, c.files)
			code, _, stderr := p.run(t.Context(), dir)
			if c.want == "" {
				assert.Equal(t, exitFailed, code)
				assert.Empty(t, p.server.Requests())
			} else {
				require.Equal(t, exitDone, code, stderr)
				assert.Contains(t, stderr, "manifests: left out ")
				assert.Equal(t, 1, strings.Count(stderr, "\n"))
				strict, _, all := p.run(t.Context(), "--strict", dir)
				assert.True(t, strict == exitFailed || c.reason == "a chart's template without bare braces", all)
				assert.NotContains(t, all, "left out")
			}
			for _, want := range append(c.errors, c.want) {
				assert.Contains(t, stderr, want)
			}
		})
	}
}

// A file that is named is meant: what is no manifest is an error there.
func TestNamedFilesAreManifests(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"cp.yaml": controlPlane, "values.yaml": "a: 1\n", "deck.yaml": "_format_version: '3.0'\n", "t.yaml": "a: {{ b }}\n"})
	for name, want := range map[string]string{
		"values.yaml": "values.yaml: document 1, line 1: no manifest",
		"deck.yaml":   "deck.yaml: document 1, line 1: decK file",
		"t.yaml":      "t.yaml: document 1, line 1: is a template: render it first",
	} {
		start(t).expect(t, exitFailed, want, filepath.Join(dir, "cp.yaml"), filepath.Join(dir, name))
	}
}

// What cannot be read may stand for entities, which a prune would delete.
func TestPruneReadsEverything(t *testing.T) {
	t.Parallel()
	p := start(t)
	dir := folder(t, map[string]string{"cp.yaml": controlPlane, "s.yaml": service})
	p.expect(t, exitDone, "2 created;", "--owner", "team-a", dir)
	writes := p.server.Writes()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "s.yaml"), []byte(strings.Replace(service, "echo.example", "{{ .Values.host }}", 1)), 0o600))
	p.expect(t, exitFailed, "s.yaml: seems to hold objects of Kong's", "--prune", "--owner", "team-a", dir)
	p.expect(t, exitDone, "1 unchanged;", "--owner", "team-a", dir)
	assert.Equal(t, writes, p.server.Writes())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "s.yaml"), []byte("apiVersion: apps/v1\nkind: {{ a }}\n"), 0o600))
	p.expect(t, exitDone, "1 deleted", "--prune", "--owner", "team-a", dir)
}

func TestOutputJSON(t *testing.T) {
	t.Parallel()
	p := start(t)
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service})
	var document struct {
		Changes []struct {
			Action string
			Key    struct{ Kind string }
		}
	}
	code, stdout, _ := p.run(t.Context(), "--plan", "--output", "json", dir)
	assert.Equal(t, exitChanges, code)
	require.NoError(t, json.Unmarshal([]byte(stdout), &document), stdout)
	require.Len(t, document.Changes, 2)
	assert.Equal(t, "KonnectGatewayControlPlane", document.Changes[0].Key.Kind)
	planned := document.Changes[0].Action

	code, stdout, _ = p.run(t.Context(), "--output=json", dir)
	assert.Equal(t, exitDone, code)
	require.NoError(t, json.Unmarshal([]byte(stdout), &document), stdout)
	assert.NotEqual(t, planned, document.Changes[0].Action)
	assert.Equal(t, "created", document.Changes[0].Action)
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	p := start(t)
	dir := folder(t, map[string]string{"a.yaml": controlPlane, "b.yaml": service})
	id, err := p.server.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)
	_, err = p.server.Put(id, "services", map[string]any{"name": "service", "host": "old.example"})
	require.NoError(t, err)
	p.expect(t, exitFailed, "", dir)
	assert.Zero(t, p.server.Writes())
	p.expect(t, exitChanges, "2 to adopt", "--plan", "--adopt", "unowned", dir)
	p.expect(t, exitDone, "2 adopted;", "--adopt", "unowned", dir)
	p.expect(t, exitDone, "2 unchanged;", dir)
}
