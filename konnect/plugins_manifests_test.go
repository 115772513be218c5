package konnect_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestPluginManifests reads files as users of the operator write them, provisions what is in
// them, finds it unchanged and deletes it without a trace.
func TestPluginManifests(t *testing.T) {
	t.Parallel()
	plugins := map[string]int{
		"annotation-consumer": 2, "annotation-route": 1, "annotation-service": 2, "binding-consumers": 2, "binding-global": 1,
		"binding-route": 1, "binding-service": 1, "cluster-plugin": 1, "config-patches": 1, "consumer-secrets": 1,
	}
	files, err := filepath.Glob("testdata/manifests/*.yaml")
	require.NoError(t, err)
	require.Len(t, files, len(plugins))
	for _, file := range files {
		name := filepath.Base(file[:len(file)-len(".yaml")])
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := func() []crd.Object {
				content, err := os.ReadFile(file)
				require.NoError(t, err)
				objects, err := manifest.DecodeAll(bytes.NewReader(content))
				require.NoError(t, err)
				return objects
			}
			server := konnecttest.NewServer(konnecttest.WithToken("kpat_example", "manifests"))
			n := &network{servers: map[string]*konnecttest.Server{"us.api.konghq.com": server, "global.api.konghq.com": server}}
			_, err := n.client(t).Ensure(t.Context(), objects())
			require.NoError(t, err)
			assert.Len(t, server.Entities(must[string](server.ControlPlanes()[0]["id"]), "plugins"), plugins[name])

			again := objects()
			report, err := n.client(t).Ensure(t.Context(), again)
			require.NoError(t, err)
			assert.Zero(t, report.Writes, "%s", report)
			for _, obj := range again {
				assert.True(t, crd.IsProgrammed(obj) || !konnect.HasEntity(crd.KeyOf(obj)), "%s: %v", crd.KeyOf(obj), conditionsOf(obj))
			}
			_, err = n.client(t).Delete(t.Context(), objects())
			require.NoError(t, err)
			assert.Empty(t, server.ControlPlanes())
		})
	}
}
