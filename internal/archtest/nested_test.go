package archtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Programs import crd/applyconfiguration, so it must not bring more than it needs.
func TestApplyConfigurationDependencies(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(moduleRoot(t), "crd", "applyconfiguration", "go.mod"))
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{
		modulePath,
		"github.com/stretchr/testify",
		"k8s.io/apimachinery",
		"k8s.io/client-go",
		"sigs.k8s.io/structured-merge-diff/v6",
	}, directRequirements(string(content)))
}
