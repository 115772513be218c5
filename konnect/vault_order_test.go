package konnect_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestVaultsComeFirst: a vault is there before what has a value in it, and goes after that;
// nothing else waits for it.
func TestVaultsComeFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		children := []crd.Object{
			builder.NewCertificate("certificate").ControlPlane("cp").KeyPair("{vault://store/cert}", "{vault://store/key}").MustBuild(),
			builder.NewPlugin("limit", "rate-limiting").Config(map[string]any{
				"minute": 5, "policy": "redis", "redis": map[string]any{"host": "redis.example", "password": "{vault://store/password}"},
			}).MustBuild(),
			builder.NewPluginBinding("limit").ControlPlane("cp").Plugin("limit").Global().MustBuild(),
			builder.NewUpstream("free").ControlPlane("cp").MustBuild(),
			builder.NewVault("store").ControlPlaneIn("default", "cp").Backend("env").Prefix("store").MustBuild(), vaultGrant(),
		}
		batch := append([]crd.Object{plane("cp").MustBuild()}, children...)
		at := func(method, collection string) time.Time {
			for _, r := range server.Requests() {
				if r.Method == method && strings.Contains(r.Path, "/"+collection+"/") {
					return r.Time
				}
			}
			require.Fail(t, "no "+method+" of "+collection)
			return time.Time{}
		}
		server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/vaults/*", Times: 1, Effect: konnecttest.Delay(time.Second)})
		_, err := n.client(t).Ensure(t.Context(), batch)
		require.NoError(t, err)
		written := at("PUT", "vaults").Add(time.Second)
		assert.False(t, at("PUT", "certificates").Before(written))
		assert.False(t, at("PUT", "plugins").Before(written), "the value is in the plugin of the binding")
		assert.True(t, at("PUT", "upstreams").Before(written))

		server.Inject(konnecttest.Fault{Method: "DELETE", Path: "**/certificates/*", Times: 1, Effect: konnecttest.Delay(time.Second)})
		_, err = n.client(t).Delete(t.Context(), batch)
		require.NoError(t, err)
		assert.False(t, at("DELETE", "vaults").Before(at("DELETE", "certificates").Add(time.Second)))
	})
}
