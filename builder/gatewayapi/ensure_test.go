package gatewayapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestFromRouteToAnswer provisions an HTTPRoute in the in-memory Konnect, whose data plane
// then answers requests; a change of one endpoint is one write.
func TestFromRouteToAnswer(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	client, err := konnect.NewClient(konnect.WithServerURL(server.URL), konnect.WithToken(server.Token), konnect.WithOwner("shop"))
	require.NoError(t, err)
	t.Cleanup(client.Close)

	redirect := redirectToHTTPS("/old")
	in := world(
		httpRoute("echo", "a.com", filters(rule("/echo"), headerFilter("x-from", "route"))),
		httpRoute("none", "a.com", toAll(rule("/none"), to("no"))),
		httpRoute("old", "a.com", redirect),
	)
	plane := builder.NewGatewayControlPlane("gateway").Namespace("kong").MustBuild()
	provision := func() int {
		server.ResetLog()
		_, err := client.Ensure(t.Context(), append([]crd.Object{plane}, translate(t, in).Objects...), konnect.WithPrune())
		require.NoError(t, err)
		return server.Writes()
	}
	assert.Positive(t, provision())
	gateway := server.Gateway(server.ControlPlane("gateway").ID, konnecttest.WithBackend("10.0.0.1:8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s%s %s", r.Host, r.URL.Path, r.Header.Get("X-From"))
	})))
	defer gateway.Close()
	for path, want := range map[string]string{"/echo/1": "200 a.com/echo/1 route", "/none": "500", "/old/1": "301", "/other": "404"} {
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://a.com"+path, http.NoBody))
		assert.Contains(t, fmt.Sprint(recorder.Code, " ", recorder.Body), want, path)
	}
	assert.Empty(t, gateway.Unsupported())

	in.EndpointSlices[0].Endpoints = append(in.EndpointSlices[0].Endpoints, endpoints("echo", "10.0.0.2").Endpoints...)
	assert.Equal(t, 1, provision())
	assert.Zero(t, provision())
}
