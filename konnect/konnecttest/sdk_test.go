package konnecttest_test

import (
	"net/http"
	"strings"
	"testing"

	sdk "github.com/Kong/sdk-konnect-go"
	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/Kong/sdk-konnect-go/models/operations"
	"github.com/Kong/sdk-konnect-go/models/sdkerrors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// backHome sends requests for the global API, which the SDK insists on, to the server
// under test.
type backHome struct{ srv *konnecttest.Server }

func (b backHome) Do(r *http.Request) (*http.Response, error) {
	r.URL.Scheme, r.URL.Host = "http", strings.TrimPrefix(b.srv.URL, "http://")
	return http.DefaultClient.Do(r)
}

func newSDK(srv *konnecttest.Server, token string) *sdk.SDK {
	return sdk.New(sdk.WithServerURL(srv.URL), sdk.WithClient(backHome{srv}),
		sdk.WithSecurity(components.Security{PersonalAccessToken: new(token)}))
}

func TestSDKRoundTrip(t *testing.T) {
	t.Parallel()
	srv := konnecttest.Start(t)
	api, ctx := newSDK(srv, srv.Token), t.Context()

	me, err := api.Me.GetOrganizationsMe(ctx)
	require.NoError(t, err)
	assert.Equal(t, konnecttest.DefaultOrganizationID, *me.MeOrganization.ID)

	cp, err := api.ControlPlanes.CreateControlPlane(ctx, components.CreateControlPlaneRequest{Name: "cp", Labels: map[string]string{"a": "b"}})
	require.NoError(t, err)
	id := cp.ControlPlane.ID

	service, err := api.Services.CreateService(ctx, id, components.Service{Name: new("s"), URL: new("http://a.example:1027/x")})
	require.NoError(t, err)
	assert.Equal(t, int64(1027), *service.Service.Port)
	assert.Equal(t, "a.example", service.Service.Host)

	route, err := api.Routes.UpsertRoute(ctx, operations.UpsertRouteRequest{
		ControlPlaneID: id, RouteID: idOne,
		Route: components.CreateRouteRouteJSON(components.RouteJSON{
			Protocols: []components.RouteJSONProtocols{"http"}, Paths: strs("/echo"),
			Service: &components.RouteJSONService{ID: service.Service.ID},
		}),
	})
	require.NoError(t, err)
	assert.Equal(t, idOne, *route.Route.RouteJSON.ID)

	_, err = api.Upstreams.UpsertUpstream(ctx, operations.UpsertUpstreamRequest{
		ControlPlaneID: id, UpstreamID: idTwo, Upstream: components.Upstream{Name: "u"},
	})
	require.NoError(t, err)
	target, err := api.Targets.CreateTargetWithUpstream(ctx, operations.CreateTargetWithUpstreamRequest{
		ControlPlaneID: id, UpstreamIDForTarget: idTwo, TargetWithoutParents: components.TargetWithoutParents{Target: new("10.0.0.1")},
	})
	require.NoError(t, err)
	assert.Equal(t, "10.0.0.1:8000", *target.Target.Target)

	list, err := api.Services.ListService(ctx, operations.ListServiceRequest{ControlPlaneID: id, FilterNameEq: new("s")})
	require.NoError(t, err)
	assert.Len(t, list.Object.Data, 1)
	assert.Nil(t, list.Object.Offset)

	_, err = api.Services.DeleteService(ctx, id, *service.Service.ID)
	require.ErrorAs(t, err, new(*sdkerrors.SDKError), "a route keeps it")
	_, err = api.Routes.DeleteRoute(ctx, id, idOne)
	require.NoError(t, err)
	_, err = api.Services.DeleteService(ctx, id, *service.Service.ID)
	require.NoError(t, err)
}

func TestSDKErrors(t *testing.T) {
	t.Parallel()
	srv := konnecttest.Start(t)
	api, ctx := newSDK(srv, srv.Token), t.Context()
	id, err := srv.AddControlPlane("", map[string]any{"name": "cp"})
	require.NoError(t, err)

	_, err = api.ControlPlanes.CreateControlPlane(ctx, components.CreateControlPlaneRequest{Name: "cp"})
	require.ErrorAs(t, err, new(*sdkerrors.ConflictError))
	_, err = api.ControlPlanes.CreateControlPlane(ctx, components.CreateControlPlaneRequest{Name: "x"})
	require.ErrorAs(t, err, new(*sdkerrors.BadRequestError))
	_, err = api.ControlPlanes.GetControlPlane(ctx, idOne)
	require.ErrorAs(t, err, new(*sdkerrors.NotFoundError))

	stranger := newSDK(srv, "kpat_wrong")
	_, err = stranger.ControlPlanes.GetControlPlane(ctx, id)
	require.ErrorAs(t, err, new(*sdkerrors.UnauthorizedError))
	_, err = stranger.Services.GetService(ctx, idOne, id)
	require.ErrorAs(t, err, new(*sdkerrors.GatewayUnauthorizedError))
	_, err = stranger.Targets.ListTargets(ctx, operations.ListTargetsRequest{ControlPlaneID: id})
	require.ErrorAs(t, err, new(*sdkerrors.UnauthorizedError))

	for status, kind := range map[int]any{500: new(*sdkerrors.InternalServerError), 503: new(*sdkerrors.ServiceUnavailable), 429: new(*sdkerrors.SDKError)} {
		srv.Inject(konnecttest.Fault{Method: "POST", Effect: konnecttest.FailBefore(status)})
		_, err = api.ControlPlanes.CreateControlPlane(ctx, components.CreateControlPlaneRequest{Name: "other"})
		require.ErrorAs(t, err, kind, "status %d", status)
	}
}
