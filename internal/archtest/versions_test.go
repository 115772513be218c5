package archtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// required returns what a go.mod says after a word: "go", or the path of a module.
func required(t *testing.T, goMod, word string) string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^(?:require )?\s*` + regexp.QuoteMeta(word) + ` (\S+)`).FindStringSubmatch(goMod)
	require.NotNil(t, match, "go.mod says nothing of %s", word)
	return match[1]
}

func readText(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(moduleRoot(t), filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(content)
}

// The table of the README, the steps for contributors and the workflows follow go.mod
// and the version of the CRDs.
func TestStatedVersions(t *testing.T) {
	t.Parallel()
	goMod := readText(t, "go.mod")
	minorVersion := regexp.MustCompile(`^\d+\.\d+`).FindString(required(t, goMod, "go"))
	require.NotEmpty(t, minorVersion)
	kubernetes := required(t, goMod, "k8s.io/apimachinery")
	assert.Equal(t, kubernetes, required(t, goMod, "k8s.io/api"))
	assert.Equal(t, kubernetes, required(t, readText(t, "crd/applyconfiguration/go.mod"), "k8s.io/client-go"))

	for name, texts := range map[string][]string{
		"README.md": {
			"| Go | " + minorVersion + " and later |",
			"| Kong operator | " + manifest.OperatorVersion + " |",
			"| sdk-konnect-go | " + required(t, goMod, "github.com/Kong/sdk-konnect-go") + " |",
			"| Kubernetes modules | " + kubernetes + " |",
		},
		"CONTRIBUTING.md":                       {"You need Go " + minorVersion + ","},
		".github/workflows/ci.yml":              {"go-version: " + minorVersion + ".x"},
		".github/workflows/vulnerabilities.yml": {"go-version: " + minorVersion + ".x"},
	} {
		content := readText(t, name)
		for _, text := range texts {
			assert.Contains(t, content, text, name)
		}
	}
}

// laterPatches are the modules that ask for a later patch of the same Go, with the module
// that makes them.
func laterPatches() map[string]string {
	return map[string]string{"internal/deckengine": "github.com/kong/go-database-reconciler"}
}

func TestModulesAskForOneGo(t *testing.T) {
	t.Parallel()
	want := required(t, readText(t, "go.mod"), "go")
	for _, folder := range moduleFolders(t, moduleRoot(t)) {
		goMod := readText(t, folder+"/go.mod")
		got := required(t, goMod, "go")
		if cause := laterPatches()[folder]; cause != "" {
			required(t, goMod, cause)
			want, got := want[:strings.LastIndex(want, ".")], got[:strings.LastIndex(got, ".")]
			assert.Equal(t, want, got, folder)
			continue
		}
		assert.Equal(t, want, got, folder)
	}
}

// An operator's version that is named in passing goes stale unnoticed.
func TestOperatorVersionInTexts(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"} {
		texts[name] = readText(t, name)
	}
	for _, file := range moduleSources(t) {
		for _, comment := range file.syntax.Comments {
			texts[file.path] += comment.Text()
		}
	}
	mention := regexp.MustCompile(`(?i)operator(?:'s)?(?:\s+own)?(?:\s+CRDs)?\s+v?(\d+\.\d+\.\d+)`)
	found := 0
	for name, text := range texts {
		for _, match := range mention.FindAllStringSubmatch(text, -1) {
			found++
			assert.Equal(t, manifest.OperatorVersion, match[1], "%s: %s", name, strings.Join(strings.Fields(match[0]), " "))
		}
	}
	assert.NotZero(t, found, "no text names a version: the pattern is stale")
}
