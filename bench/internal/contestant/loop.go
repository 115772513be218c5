package contestant

import (
	"context"
	"errors"
	"slices"

	"github.com/Kong/sdk-konnect-go/models/components"
	"github.com/Kong/sdk-konnect-go/models/operations"
	"golang.org/x/sync/errgroup"

	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

const loopTag = "managed-by:loop"

// loop is what one writes over the SDK by hand: read each entity, compare, write what
// differs, with a pool of workers, services before routes.
func loop() way {
	return way{name: "loop", connections: 10, run: func(ctx context.Context, job Job, connections int) error {
		l := &looper{account: newAccount(job, connections, []string{loopTag}, patience()), workers: connections}
		if err := l.findControlPlane(ctx); err != nil {
			return err
		}
		if err := l.each(ctx, job.Work.Services, l.ensureService); err != nil {
			return err
		}
		if err := l.each(ctx, job.Work.Services, l.ensureRoute); err != nil {
			return err
		}
		if job.Scenario == Prune {
			return l.prune(ctx, job.Work)
		}
		return nil
	}}
}

type looper struct {
	*account
	workers int
}

func (l *looper) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(l.workers)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}

func (l *looper) findControlPlane(ctx context.Context) error {
	found, err := l.ControlPlanes.ListControlPlanes(ctx, operations.ListControlPlanesRequest{
		Filter: &components.ControlPlaneFilterParameters{
			Name: &components.ControlPlaneFilterParametersName{Eq: new(workload.ControlPlane)},
		},
	})
	if err != nil {
		return err
	}
	if data := found.ListControlPlanesResponse.Data; len(data) > 0 {
		l.controlPlane = data[0].ID
		return nil
	}
	return l.createControlPlane(ctx)
}

func (l *looper) ensureService(ctx context.Context, i int) error {
	found, err := l.Services.GetService(ctx, l.serviceID(i), l.controlPlane)
	if err != nil && !missing(err) {
		return err
	}
	if err == nil && sameService(found.Service, workload.Service(i, l.tags)) {
		return nil
	}
	return l.putService(ctx, i)
}

func (l *looper) ensureRoute(ctx context.Context, i int) error {
	found, err := l.Routes.GetRoute(ctx, l.routeID(i), l.controlPlane)
	if err != nil && !missing(err) {
		return err
	}
	if err == nil && sameRoute(found.Route.RouteJSON, workload.Route(i, l.serviceID(i), l.tags)) {
		return nil
	}
	return l.putRoute(ctx, i)
}

// sameService compares what the payload sets, as a loop written for this work would.
func sameService(have *components.ServiceOutput, want components.Service) bool {
	return have != nil && same(have.Name, want.Name) && have.Host == want.Host && same(have.Port, want.Port) &&
		same(have.Protocol, want.Protocol) && slices.Equal(have.Tags, want.Tags)
}

func sameRoute(have *components.RouteJSON, want components.RouteJSON) bool {
	return have != nil && have.Service != nil && same(have.Name, want.Name) && same(have.Service.ID, want.Service.ID) &&
		slices.Equal(have.Paths, want.Paths) && slices.Equal(have.Protocols, want.Protocols) && slices.Equal(have.Tags, want.Tags)
}

func same[T comparable](have, want *T) bool { return have != nil && want != nil && *have == *want }

// prune lists what bears the loop's tag and deletes what is not wanted, routes first.
func (l *looper) prune(ctx context.Context, work workload.Work) error {
	wanted := map[string]bool{}
	for i := range work.Services {
		wanted[l.serviceID(i)], wanted[l.routeID(i)] = true, true
	}
	routes, err := unwanted(wanted, func(offset *string) ([]string, *string, error) { return l.listRoutes(ctx, offset) })
	if err != nil {
		return err
	}
	services, err := unwanted(wanted, func(offset *string) ([]string, *string, error) { return l.listServices(ctx, offset) })
	if err != nil {
		return err
	}
	return errors.Join(
		l.each(ctx, len(routes), func(ctx context.Context, i int) error { return l.deleteRoute(ctx, routes[i]) }),
		l.each(ctx, len(services), func(ctx context.Context, i int) error { return l.deleteService(ctx, services[i]) }))
}

// unwanted walks through the pages of a list.
func unwanted(wanted map[string]bool, list func(offset *string) (ids []string, next *string, err error)) ([]string, error) {
	var found []string
	for offset := (*string)(nil); ; {
		ids, next, err := list(offset)
		if err != nil {
			return nil, err
		}
		found = append(found, slices.DeleteFunc(ids, func(id string) bool { return wanted[id] })...)
		if offset = next; offset == nil {
			return found, nil
		}
	}
}

func (l *looper) listServices(ctx context.Context, offset *string) (ids []string, next *string, err error) {
	page, err := l.Services.ListService(ctx, operations.ListServiceRequest{
		ControlPlaneID: l.controlPlane, Size: new(int64(1000)), Offset: offset, Tags: new(loopTag),
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range page.Object.Data {
		ids = append(ids, *page.Object.Data[i].ID)
	}
	return ids, page.Object.Offset, nil
}

func (l *looper) listRoutes(ctx context.Context, offset *string) (ids []string, next *string, err error) {
	page, err := l.Routes.ListRoute(ctx, operations.ListRouteRequest{
		ControlPlaneID: l.controlPlane, Size: new(int64(1000)), Offset: offset, Tags: new(loopTag),
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range page.Object.Data {
		ids = append(ids, *page.Object.Data[i].RouteJSON.ID)
	}
	return ids, page.Object.Offset, nil
}
