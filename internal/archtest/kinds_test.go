package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/scheme"
)

// Whoever looks for what is supported reads these.
func TestDocumentsNameEveryKind(t *testing.T) {
	t.Parallel()
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, name := range []string{"README.md", "CHANGELOG.md", "crd/doc.go", "crd/applyconfiguration/doc.go"} {
		text, err := os.ReadFile(filepath.Join(moduleRoot(t), filepath.FromSlash(name)))
		require.NoError(t, err)
		for _, kind := range kinds {
			if !strings.Contains(string(text), kind.Kind) {
				assert.Fail(t, "a kind is missing", "%s does not name %s", name, kind.Kind)
			}
		}
	}
}
