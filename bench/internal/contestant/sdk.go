package contestant

import (
	"context"
	"errors"
	"net/http"
	"time"

	sdk "github.com/Kong/sdk-konnect-go"
	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/Kong/sdk-konnect-go/models/operations"
	"github.com/Kong/sdk-konnect-go/models/sdkerrors"
	"github.com/Kong/sdk-konnect-go/retry"
	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// account is one control plane as seen through the SDK.
type account struct {
	*sdk.SDK
	controlPlane string
	tags         []string
}

// newAccount gives every connection a place among the idle ones: the SDK's own client keeps two.
func newAccount(job Job, connections int, tags []string, opts ...sdk.SDKOption) *account {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		base = &http.Transport{}
	}
	transport := base.Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, connections
	opts = append([]sdk.SDKOption{
		sdk.WithServerURL(job.Server.URL),
		sdk.WithSecurity(components.Security{PersonalAccessToken: new(job.Server.Token)}),
		sdk.WithClient(&http.Client{Transport: transport, Timeout: time.Minute}),
	}, opts...)
	return &account{SDK: sdk.New(opts...), controlPlane: job.ControlPlane, tags: tags}
}

// patience is the SDK's own retrying; it follows Retry-After.
func patience() sdk.SDKOption {
	return sdk.WithRetryConfig(retry.Config{
		Strategy: "backoff", RetryConnectionErrors: true,
		Backoff: &retry.BackoffStrategy{InitialInterval: 500, MaxInterval: 60_000, Exponent: 1.5, MaxElapsedTime: 3_600_000},
	})
}

func (a *account) createControlPlane(ctx context.Context) error {
	created, err := a.ControlPlanes.CreateControlPlane(ctx, components.CreateControlPlaneRequest{Name: workload.ControlPlane})
	if err != nil {
		return err
	}
	a.controlPlane = created.ControlPlane.ID
	return nil
}

// id is one that the client chooses, the same in each run.
func (a *account) id(kind, name string) string {
	space, err := uuid.Parse(a.controlPlane)
	if err != nil {
		space = uuid.NameSpaceURL
	}
	return uuid.NewSHA1(space, []byte(kind+"/"+name)).String()
}

func (a *account) serviceID(i int) string { return a.id("service", workload.ServiceName(i)) }

func (a *account) routeID(i int) string { return a.id("route", workload.RouteName(i)) }

func (a *account) putService(ctx context.Context, i int) error {
	_, err := a.Services.UpsertService(ctx, operations.UpsertServiceRequest{
		ControlPlaneID: a.controlPlane, ServiceID: a.serviceID(i), Service: workload.Service(i, a.tags),
	})
	return err
}

func (a *account) putRoute(ctx context.Context, i int) error {
	_, err := a.Routes.UpsertRoute(ctx, operations.UpsertRouteRequest{
		ControlPlaneID: a.controlPlane, RouteID: a.routeID(i),
		Route: components.CreateRouteRouteJSON(workload.Route(i, a.serviceID(i), a.tags)),
	})
	return err
}

func (a *account) deleteService(ctx context.Context, id string) error {
	_, err := a.Services.DeleteService(ctx, a.controlPlane, id)
	return err
}

func (a *account) deleteRoute(ctx context.Context, id string) error {
	_, err := a.Routes.DeleteRoute(ctx, a.controlPlane, id)
	return err
}

// missing tells whether an error of the SDK says that there is no such entity.
func missing(err error) bool {
	failure, ok := errors.AsType[*sdkerrors.SDKError](err)
	return ok && failure.StatusCode == http.StatusNotFound
}

// refused tells whether an error of the SDK is a 429, and its Retry-After in seconds if there is one.
func refused(err error) (retryAfter string, yes bool) {
	failure, ok := errors.AsType[*sdkerrors.SDKError](err)
	if !ok || failure.StatusCode != http.StatusTooManyRequests {
		return "", false
	}
	return failure.RawResponse.Header.Get("Retry-After"), true
}
