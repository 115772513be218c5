package konnectrules_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/konnectrules"
)

// TestPathsAreNormalisedAsByTheRouter holds our form of prefixes against that in which
// the gateway's router has paths.
func TestPathsAreNormalisedAsByTheRouter(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../../shared/reference/gateway/uri-normalize.jsonl")
	if err != nil {
		t.Skip("the router's recorded paths are not there")
	}
	defer func() { _ = file.Close() }()
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		var recorded struct{ URI, Merge string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &recorded))
		if !strings.HasPrefix(recorded.URI, "/") {
			continue // of routes it is refused, of requests impossible
		}
		assert.Equal(t, recorded.Merge, konnectrules.NormalizePath(recorded.URI), recorded.URI)
	}
	assert.Positive(t, count)
}

func TestNormalizePath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "/", "/a": "/a", "/a/": "/a/", "/a//b": "/a/b", "/a/./b": "/a/b", "/a/../b": "/b", "/..": "/", "/a/..": "/", "/a/.": "/a/",
		"/a/b/..": "/a/", "/%41%20%2f": "/A %2F", "/%25": "/%25", "/%zz": "/%zz", "/%C3%A9": "/é", "/%2E%2e/a": "/a", "/...": "/...",
	} {
		assert.Equal(t, want, konnectrules.NormalizePath(path), path)
	}
}

// FuzzNormalizePath looks for paths whose normal form is not normal.
func FuzzNormalizePath(f *testing.F) {
	for _, seed := range []string{"/", "/a/../b", "/%2e%2E/%41", "/a//"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		normalized := konnectrules.NormalizePath(path)
		assert.True(t, strings.HasPrefix(normalized, "/"))
		assert.NotContains(t, normalized, "//")
		if !strings.Contains(normalized, "%") { // an escaped escape is decoded once
			assert.Equal(t, normalized, konnectrules.NormalizePath(normalized))
		}
	})
}
