package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder is a database in which strings.Cut of every Go version is vulnerable.
func folder(t *testing.T) string {
	t.Helper()
	const id, modified = "GO-2000-0001", "2000-01-01T00:00:00Z"
	dir := t.TempDir()
	for name, value := range map[string]any{
		"index/db.json":      map[string]any{"modified": modified},
		"index/modules.json": []any{map[string]any{"path": "stdlib", "vulns": []any{map[string]any{"id": id, "modified": modified}}}},
		"index/vulns.json":   []any{map[string]any{"id": id, "modified": modified}},
		"ID/" + id + ".json": map[string]any{
			"schema_version": "1.3.1", "id": id, "modified": modified, "published": modified,
			"summary": "Cut cuts too deep", "details": "Cut cuts too deep.",
			"database_specific": map[string]any{"url": "https://example.com/" + id},
			"affected": []any{map[string]any{
				"package": map[string]any{"name": "stdlib", "ecosystem": "Go"},
				"ranges":  []any{map[string]any{"type": "SEMVER", "events": []any{map[string]any{"introduced": "0"}}}},
				"ecosystem_specific": map[string]any{
					"imports": []any{map[string]any{"path": "strings", "symbols": []any{"Cut"}}},
				},
			}},
		},
	} {
		content, err := json.Marshal(value)
		require.NoError(t, err)
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, content, 0o600))
	}
	return dir
}

// served is the database as a server offers it: compressed.
func served(t *testing.T) string {
	t.Helper()
	files := os.DirFS(folder(t))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := fs.ReadFile(files, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".gz"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		compressed := gzip.NewWriter(w)
		_, err = compressed.Write(content)
		assert.NoError(t, errors.Join(err, compressed.Close()))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// module has an exported function with the given body.
func module(t *testing.T, body string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":    "module example.com/sample\n\ngo 1.26.0\n",
		"sample.go": "package sample\n\nimport \"strings\"\n\nfunc Use(s string) string { " + body + " }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func TestFindings(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	clean := module(t, "return strings.TrimSpace(s)")
	vulnerable := module(t, "before, _, _ := strings.Cut(s, s); return before")
	for reason, database := range map[string]string{
		"in a folder": (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder(t))}).String(),
		"on a server": served(t),
	} {
		t.Run(reason, func(t *testing.T) {
			var out bytes.Buffer
			c := check{database: database, modules: []string{clean}, timeout: time.Minute}
			require.NoError(t, c.run(t.Context(), &out), out.String())
			assert.NotContains(t, out.String(), "skipped")

			c.modules = []string{vulnerable, clean}
			err := c.run(t.Context(), &out)
			require.ErrorContains(t, err, vulnerable)
			assert.NotContains(t, err.Error(), clean)
			assert.Contains(t, out.String(), "GO-2000-0001")
		})
	}
}

// What cannot be scanned must not pass for a module without vulnerabilities.
func TestBrokenModule(t *testing.T) {
	t.Parallel()
	c := check{database: served(t), modules: []string{t.TempDir()}, timeout: time.Minute}
	require.Error(t, c.run(t.Context(), &bytes.Buffer{}))
}

func TestUnreachableDatabase(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	empty := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(empty.Close)
	// Connections are accepted by the kernel, and nothing ever answers.
	var listen net.ListenConfig
	silent, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })

	for reason, database := range map[string]string{
		"nothing listens":       closed.URL,
		"no such database":      empty.URL,
		"nothing ever answers":  "http://" + silent.Addr().String(),
		"a name without a host": "http://no-such-host.invalid",
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			c := check{database: database, modules: []string{"/nowhere"}, timeout: 2 * time.Second}
			var out bytes.Buffer
			require.NoError(t, c.run(t.Context(), &out))
			assert.Regexp(t, `^skipped: the vulnerability database cannot be reached: .+\n$`, out.String())

			c.required = true
			require.ErrorContains(t, c.run(t.Context(), &out), "reach vulnerability database")
		})
	}
}
