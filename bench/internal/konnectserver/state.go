package konnectserver

import (
	"errors"
	"fmt"

	"github.com/konnectkit/konnectkit/bench/internal/workload"
)

// AddControlPlane creates the control plane, for contestants that create none.
func (m *Methods) AddControlPlane(_ Nothing, id *string) error {
	var err error
	*id, err = m.server.AddControlPlane("", map[string]any{"name": workload.ControlPlane})
	return err
}

// ControlPlane tells the ID of the control plane.
func (m *Methods) ControlPlane(_ Nothing, id *string) error {
	planes := m.server.ControlPlanes()
	if len(planes) != 1 {
		return fmt.Errorf("there are %d control planes", len(planes))
	}
	*id = text(planes[0]["id"])
	return nil
}

// Drift changes the first services and the routes of the last ones behind the contestant's
// back, one percent of each, and tells how many entities it changed.
func (m *Methods) Drift(work workload.Work, changed *int) error {
	id := ""
	if err := m.ControlPlane(Nothing{}, &id); err != nil {
		return err
	}
	change := func(collection, name string, edit func(map[string]any)) error {
		entity := m.server.Entity(id, collection, name)
		if entity == nil {
			return fmt.Errorf("there is no %s in %s", name, collection)
		}
		*changed++
		return m.server.Modify(id, collection, text(entity["id"]), edit)
	}
	for i := range work.Share() {
		last := work.Services - 1 - i
		err := errors.Join(
			change("services", workload.ServiceName(i), func(e map[string]any) { e["host"] = "drifted.example.com" }),
			change("routes", workload.RouteName(last), func(e map[string]any) { e["paths"] = []any{"/drifted"} }))
		if err != nil {
			return err
		}
	}
	return nil
}

// Verify fails unless the server holds the work and nothing else.
func (m *Methods) Verify(work workload.Work, _ *Nothing) error {
	id := ""
	if err := m.ControlPlane(Nothing{}, &id); err != nil {
		return err
	}
	services, routes := m.server.Entities(id, "services"), m.server.Entities(id, "routes")
	if len(services) != work.Services || len(routes) != work.Services {
		return fmt.Errorf("there are %d services and %d routes, not %d of each", len(services), len(routes), work.Services)
	}
	names := map[string]string{} // of services by ID
	hosts := map[string]string{}
	for _, service := range services {
		names[text(service["id"])] = text(service["name"])
		hosts[text(service["name"])] = text(service["host"])
	}
	paths := map[string]string{} // by route and service
	for _, route := range routes {
		parent, _ := route["service"].(map[string]any)
		list, _ := route["paths"].([]any)
		if len(list) == 1 {
			paths[text(route["name"])+" of "+names[text(parent["id"])]] = text(list[0])
		}
	}
	for i := range work.Services {
		name := workload.ServiceName(i)
		if got := hosts[name]; got != workload.Host(i) {
			return fmt.Errorf("%s has host %q", name, got)
		}
		route := workload.RouteName(i) + " of " + name
		if got := paths[route]; got != workload.Path(i) {
			return fmt.Errorf("%s has path %q", route, got)
		}
	}
	return nil
}

func text(value any) string {
	s, _ := value.(string)
	return s
}
