package manifest_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

func TestOpenValuesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	vault := builder.NewVault("env").Backend("env").Prefix("env-vault").
		Config(map[string]any{"none": nil, "list": []any{nil, map[string]any{"none": nil}}, "number": 1e3}).MustBuild()
	var text bytes.Buffer
	require.NoError(t, manifest.Encode(&text, vault))
	assert.Contains(t, text.String(), "none: null")
	decoded, err := manifest.Decode(text.Bytes())
	require.NoError(t, err)
	again, ok := decoded.(*configurationv1alpha1.KongVault)
	require.True(t, ok)
	assert.JSONEq(t, `{"list":[null,{"none":null}],"none":null,"number":1000}`, again.Spec.Config.Reveal())
	assert.Equal(t, vault, again)

	vault.Spec.Config = "{"
	require.ErrorContains(t, manifest.Encode(&text, vault), "encode KongVault env: ")
}
