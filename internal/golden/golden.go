// Package golden compares what a test got with a file, and renews the file when
// the test runs with -update.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "renew the golden files instead of comparing with them")

// Equal fails t if got is not the content of the file at path, which is relative
// to the package under test, such as testdata/case.json. With -update it writes
// the file, and its folder where needed.
func Equal[T ~string | ~[]byte](t testing.TB, path string, got T) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write the file")
	assert.Equal(t, string(want), string(got), "%s differs; run the test with -update if the new output is right", path)
}

// WithoutIDs replaces each UUID in output, most of which differ from run to run.
func WithoutIDs(output string) string {
	return regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).
		ReplaceAllString(output, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}
