//go:build live

package konnect_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// TestLiveHowTo provisions the how-to and an upstream with a target in a control
// plane of its own, twice, and deletes everything. It writes to the Konnect that
// KONNECT_TOKEN and KONNECT_REGION (or KONNECT_SERVER_URL) name.
func TestLiveHowTo(t *testing.T) {
	token := os.Getenv("KONNECT_TOKEN")
	if token == "" {
		t.Skip("KONNECT_TOKEN is not set")
	}
	server := konnect.WithServerURL(os.Getenv("KONNECT_SERVER_URL"))
	if region := os.Getenv("KONNECT_REGION"); region != "" {
		server = konnect.WithRegion(region)
	}
	client, err := konnect.NewClient(konnect.WithToken(token), server, konnect.WithOwner("konnectkit-live-test"))
	require.NoError(t, err)
	defer client.Close()

	name := fmt.Sprintf("konnectkit-live-%d", time.Now().UnixNano())
	objects := func() []crd.Object {
		return []crd.Object{
			builder.NewGatewayControlPlane(name).MustBuild(),
			builder.NewUpstream("echo.example").ControlPlane(name).ActiveHTTP("/healthz").MustBuild(),
			builder.NewTarget("one").Upstream("echo.example").Address("192.0.2.1:1027").Weight(50).MustBuild(),
			builder.NewService("service").Host("echo.example").Port(1027).ControlPlane(name).MustBuild(),
			builder.NewRoute("route").Protocols("http").Paths("/echo").Service("service").MustBuild(),
		}
	}
	t.Cleanup(func() {
		report, err := client.Delete(context.WithoutCancel(t.Context()), objects())
		assert.NoError(t, err)
		t.Log("\n" + report.String())
	})

	report, err := client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	t.Log("\n" + report.String())
	report, err = client.Ensure(t.Context(), objects())
	require.NoError(t, err)
	assert.Zero(t, report.Writes, "a second run writes nothing:\n%s", report)
}
