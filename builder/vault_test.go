package builder_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
)

func TestVaultConfig(t *testing.T) {
	t.Parallel()
	type config struct {
		Host  string `json:"host"`
		Token string `json:"token,omitempty"`
	}
	vault := func(value any) *builder.Vault {
		return builder.NewVault("v").ControlPlaneIn("kong", "cp").Backend("hcv").Prefix("shop").Config(value)
	}
	built := vault(config{Host: "a", Token: "b"}).MustBuild()
	assert.JSONEq(t, `{"host":"a","token":"b"}`, built.Spec.Config.Reveal())
	assert.Empty(t, built.Namespace, "it lies in none")
	assert.Equal(t, "kong", built.References()[0].To.Namespace)
	assert.Equal(t, built, vault(map[string]any{"token": "b", "host": "a"}).MustBuild(), "a value has one text")

	_, err := vault(func() {}).Build()
	require.EqualError(t, err, "build KongVault v: spec.config: Invalid value: \"[redacted]\": cannot be encoded as JSON")
}
