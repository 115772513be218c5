package konnect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

func TestServerURLWithAVersion(t *testing.T) {
	t.Parallel()
	for url, refused := range map[string]bool{
		"https://us.api.konghq.com":           false,
		"https://us.api.konghq.com/":          false,
		"https://proxy.example/konnect":       false,
		"https://proxy.example/v2-of-konnect": false,
		"https://us.api.konghq.com/v2":        true,
		"https://us.api.konghq.com/v3/":       true,
		"us.api.konghq.com/v2":                true,
		"https://proxy.example/konnect/v2":    true,
	} {
		_, err := konnect.NewClient(konnect.WithToken("token"), konnect.WithServerURL(url))
		if !refused {
			require.NoError(t, err, url)
			continue
		}
		require.Error(t, err, url)
		assert.Contains(t, err.Error(), "which every request adds by itself", url)
	}
}

// TestServerURLsOfAuthObjects say what is wrong with them before anything is sent.
func TestServerURLsOfAuthObjects(t *testing.T) {
	t.Parallel()
	client, err := konnect.NewClient()
	require.NoError(t, err)
	for url, want := range map[string]string{
		"http://127.0.0.1:1":           `spec.serverURL: Invalid value: "http://127.0.0.1:1": must have the scheme https, or none; a loopback address is spoken to in plain http where it stands alone: 127.0.0.1:1`,
		"http://localhost:8080/":       "where it stands alone: localhost:8080",
		"http://us.api.konghq.com":     "must have the scheme https, or none",
		"https://us.api.konghq.com/v2": "must not end in /v2",
	} {
		auth := builder.NewAPIAuth("auth").Token("kpat_example").ServerURL("https://placeholder.example").MustBuild()
		auth.Spec.ServerURL = url
		plane := builder.NewGatewayControlPlane("gw").Auth("auth").MustBuild()
		_, err := client.Plan(t.Context(), []crd.Object{auth, plane})
		require.Error(t, err, url)
		assert.Contains(t, err.Error(), want)
	}
}
