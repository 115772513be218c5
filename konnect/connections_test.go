package konnect_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestConnectionsAreFewAndReused counts those that the server accepts, over
// several calls, side by side and one after the other.
func TestConnectionsAreFewAndReused(t *testing.T) {
	t.Parallel()
	const concurrency = 4
	var accepted atomic.Int64
	konnectServer := konnecttest.NewServer()
	server := httptest.NewUnstartedServer(konnectServer)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			accepted.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(konnecttest.DefaultToken),
		konnect.WithOwner("platform"), konnect.WithMaxConcurrency(concurrency))
	require.NoError(t, err)
	t.Cleanup(client.Close)

	var both sync.WaitGroup
	for _, plane := range []string{"one", "two"} {
		both.Go(func() {
			_, err := client.Ensure(t.Context(), inPlane(plane, 50))
			assert.NoError(t, err)
		})
	}
	both.Wait()
	for range 3 {
		_, err = client.Ensure(t.Context(), inPlane("one", 50))
		require.NoError(t, err)
		_, err = client.Ensure(t.Context(), []crd.Object{builder.NewGatewayControlPlane("two").MustBuild()}, konnect.WithPrune())
		require.NoError(t, err)
		_, err = client.Ensure(t.Context(), inPlane("two", 50))
		require.NoError(t, err)
	}
	// On a machine under load net/http gives up a connection now and then.
	assert.LessOrEqual(t, accepted.Load(), int64(2*concurrency), "for %d requests", len(konnectServer.Requests()))
	assert.Greater(t, len(konnectServer.Requests()), 300)
}
