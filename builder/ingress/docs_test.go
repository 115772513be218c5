package ingress

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAnnotationsAreDocumented compares the tables of annotations with those that are read.
func TestAnnotationsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/gateway-api.md")
	require.NoError(t, err)
	_, ofIngress, found := strings.Cut(string(page), "### Annotations of an Ingress")
	require.True(t, found)
	ofIngress, ofService, found := strings.Cut(ofIngress, "### Annotations of a Service")
	require.True(t, found)
	listed := func(text string) []string {
		var names []string
		for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1) {
			names = append(names, row[1])
		}
		return names
	}
	headers := headersPrefix + "*"
	assert.ElementsMatch(t, append(slices.Collect(maps.Keys(ingressAnnotations())), headers), listed(ofIngress))
	assert.ElementsMatch(t, slices.Collect(maps.Keys(serviceAnnotations())), listed(ofService))
}
