package manifest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
)

// TestTokensInBrokenManifests do not show, wherever they were put by mistake.
func TestTokensInBrokenManifests(t *testing.T) {
	t.Parallel()
	const token = "kpat_Example0Token"
	const auth = "apiVersion: konnect.konghq.com/v1alpha1\nkind: KonnectAPIAuthConfiguration\nmetadata: {name: a}\nspec:\n  type: token\n"
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
	for reason, text := range map[string]string{
		"two values":           auth + "  token: TOKEN: x\n",
		"a list is not ended":  auth + "  token: [TOKEN\n",
		"no colon":             auth + "  TOKEN\n",
		"a field's name":       auth + "  TOKEN: x\n",
		"an alias":             auth + "  token: *TOKEN\n",
		"an anchor in itself":  auth + "  token: &TOKEN [*TOKEN]\n",
		"an object":            auth + "  token: {TOKEN: {TOKEN: 1}}\n",
		"a template":           auth + "  token: {{ TOKEN }}\n",
		"twice":                auth + "  TOKEN: 1\n  TOKEN: 2\n",
		"a quote is not ended": auth + "  token: \"TOKEN\n",
		"a tab":                auth + "\ttoken: TOKEN\n",
		"no object":            "TOKEN\n",
		"a directive":          "%TOKEN\n---\na: b\n",
		"broken json":          `{"token":"TOKEN"x}`,
		"a kind":               "apiVersion: v1\nkind: TOKEN\nmetadata: {name: a}\n",
		"a version":            "apiVersion: TOKEN\nkind: Secret\nmetadata: {name: a}\n",
		"no base64":            secret + "data: {token: TOKEN}\n",
		"a secret's key":       secret + "data: {TOKEN: 7}\n",
		"a top-level field":    secret + "TOKEN: x\n",
		"not a map":            secret + "stringData: TOKEN\n",
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			_, err := manifest.DecodeAll(strings.NewReader(strings.ReplaceAll(text, "TOKEN", token)))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "Example0Token")
			if reason != "an alias" && reason != "an anchor in itself" {
				return
			}
			_, err = manifest.DecodeAll(strings.NewReader(strings.ReplaceAll(text, "TOKEN", "opaqueSecret")))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "opaqueSecret", "the parser quotes values of any shape")
		})
	}
}
