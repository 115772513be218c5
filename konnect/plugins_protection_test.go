package konnect_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// guarded is a gateway on which all requests are restricted, and those to web need a key. Its
// route leads to web or to free; without one, there is no route.
func guarded(service string) []crd.Object {
	objects := []crd.Object{
		plane("cp").MustBuild(), webService(),
		builder.NewService("free").ControlPlane("cp").Host("free.example").MustBuild(),
		builder.NewPlugin("addresses", "ip-restriction").Config(conf{"deny": []any{"192.0.2.1"}}).MustBuild(),
		builder.NewPluginBinding("addresses").ControlPlane("cp").Plugin("addresses").Global().MustBuild(),
	}
	if service != "" {
		objects = append(objects, builder.NewRoute("way").Service(service).Paths("/").MustBuild())
	}
	if service == "web" {
		objects = append(objects, builder.NewPlugin("auth", "key-auth").MustBuild(), boundTo("auth").MustBuild())
	}
	return objects
}

// waysPastPlugins are the routes that somebody could take now past a plugin of guarded.
func waysPastPlugins(server *konnecttest.Server) []string {
	var open []string
	for _, controlPlane := range server.Dump().ControlPlanes {
		plugins := map[string]bool{} // by type, for web and for all
		names := map[string]string{}
		for _, service := range controlPlane.Entities["services"] {
			names[service.ID()] = service.Name()
		}
		for _, plugin := range controlPlane.Entities["plugins"] {
			plugins[fmt.Sprint(plugin["name"], " ", names[idIn(plugin, "service")])] = true
		}
		for _, route := range controlPlane.Entities["routes"] {
			to := names[idIn(route, "service")]
			if !plugins["ip-restriction "] {
				open = append(open, to+" without ip-restriction")
			}
			if to == "web" && !plugins["key-auth web"] {
				open = append(open, "web without key-auth")
			}
		}
	}
	return open
}

func idIn(entity map[string]any, field string) string {
	ref, _ := entity[field].(map[string]any)
	id, _ := ref["id"].(string)
	return id
}

// protectedPhases are all ways in which routes and plugins come and go.
func protectedPhases() map[string]phase {
	gateway := func(service string) func() []crd.Object { return func() []crd.Object { return guarded(service) } }
	bare := func() []crd.Object { return guarded("")[:3] }
	nothing := func(*testing.T, *network) error { return nil }
	return map[string]phase{
		"create": {nothing, ensuring(gateway("web")), []string{
			"POST /v2/control-planes", "PUT **/services/*", "PUT **/plugins/*", "PUT **/routes/*",
		}},
		"create beside services": {ensuring(bare), ensuring(gateway("web")), []string{
			"GET **/schemas/plugins/*", "PUT **/plugins/*", "PUT **/routes/*",
		}},
		"move to what a plugin comes for": {ensuring(gateway("free")), ensuring(gateway("web")), []string{
			"GET **/routes/*", "GET **/plugins", "PUT **/plugins/*", "PUT **/routes/*",
		}},
		"move away from what a plugin goes with": {ensuring(gateway("web")), ensuring(gateway("free"), konnect.WithPrune()), []string{
			"GET **/routes", "GET **/plugins", "DELETE **/plugins/*", "PUT **/routes/*",
		}},
		"prune": {ensuring(gateway("web")), ensuring(bare, konnect.WithPrune()), []string{
			"GET **/routes", "GET **/plugins", "DELETE **/plugins/*", "DELETE **/routes/*",
		}},
		"delete": {ensuring(gateway("web")), deleting(gateway("web")), []string{
			"GET **/routes", "GET **/plugins", "DELETE **/plugins/*", "DELETE **/routes/*", "DELETE **/services/*", "DELETE /v2/control-planes/*",
		}},
	}
}

// keyed is a way that needs a key: by the annotation of the service or of the route, or by a
// binding to the way, or to all.
func keyed(to, service, route, binding string) []crd.Object {
	objects := []crd.Object{
		plane("cp").MustBuild(), carrying(service, webService()),
		builder.NewService("free").ControlPlane("cp").Host("free.example").MustBuild(),
		carrying(route, builder.NewRoute("way").Service(to).Paths("/").MustBuild()), keyPlugin("key"),
	}
	switch binding {
	case "all":
		objects = append(objects, bound("key", "key").Global().MustBuild())
	case "way":
		objects = append(objects, bound("key", "key").Route("way").MustBuild())
	}
	return objects
}

// waysWithoutKey are the routes that somebody could take now without a key.
func waysWithoutKey(server *konnecttest.Server) []string {
	var open []string
	for _, controlPlane := range server.Dump().ControlPlanes {
		keyed := map[string]bool{}
		for _, plugin := range controlPlane.Entities["plugins"] {
			keyed[idIn(plugin, "service")+idIn(plugin, "route")] = true
		}
		for _, route := range controlPlane.Entities["routes"] {
			if !keyed[""] && !keyed[route.ID()] && !keyed[idIn(route, "service")] {
				open = append(open, route.Name())
			}
		}
	}
	return open
}

// handedOverPhases are those in which a plugin is no longer implied, and another takes its
// place elsewhere.
func handedOverPhases() map[string]phase {
	ways := func(to, service, route, binding string) func(*testing.T, *network) error {
		return ensuring(func() []crd.Object { return keyed(to, service, route, binding) })
	}
	const written = "PUT **/plugins/*"
	return map[string]phase{
		"from the service to the route": {ways("web", "key", "", ""), ways("web", "", "key", ""), []string{
			written, "PUT **/routes/*", "DELETE **/plugins/*", "PUT **/services/*",
		}},
		"from the route to the service": {ways("web", "", "key", ""), ways("web", "key", "", ""), []string{
			written, "PUT **/routes/*", "DELETE **/plugins/*", "PUT **/services/*",
		}},
		"from the service to all":                {ways("web", "key", "", ""), ways("web", "", "", "all"), []string{written, "DELETE **/plugins/*", "PUT **/services/*"}},
		"from the route to a binding":            {ways("web", "", "key", ""), ways("web", "", "", "way"), []string{written, "PUT **/routes/*"}},
		"to the service where it leads":          {ways("free", "key", "key", ""), ways("web", "key", "", ""), []string{"PUT **/routes/*", "DELETE **/plugins/*"}},
		"to the route before it leads elsewhere": {ways("web", "key", "", ""), ways("free", "key", "", "way"), []string{written, "PUT **/routes/*"}},
	}
}

// TestNoWayOpensUnderFaults asks after each request, under every fault, whether a route leads past a
// plugin of its service or of all.
func TestNoWayOpensUnderFaults(t *testing.T) {
	t.Parallel()
	allStayClosed(t, protectedPhases(), waysPastPlugins)
}

// TestNoWayOpensAsPluginsAreHandedOver asks the same where what protects a route is replaced.
func TestNoWayOpensAsPluginsAreHandedOver(t *testing.T) {
	t.Parallel()
	allStayClosed(t, handedOverPhases(), waysWithoutKey)
}

func allStayClosed(t *testing.T, phases map[string]phase, open func(*konnecttest.Server) []string) {
	t.Helper()
	faults := passingFaults()
	faults["for good, before it is applied"] = faultCase{konnecttest.FailBefore(500), -1}
	faults["for good, after it is applied"] = faultCase{konnecttest.FailAfter(500), -1}
	faults["refused"] = faultCase{konnecttest.Answer(http.StatusBadRequest, "application/json", `{"code":3,"message":"no"}`), -1}
	for name, p := range phases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, call := range p.calls {
				for faultName, fault := range faults {
					t.Run(call+"/"+faultName, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { staysClosed(t, p, call, fault, open) })
					})
				}
			}
		})
	}
}

func staysClosed(t *testing.T, p phase, call string, c faultCase, open func(*konnecttest.Server) []string) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, p.prepare(t, n))
	fault := inject(server, call, c)
	asked := 0
	n.watch(nil, func(req *http.Request) {
		asked++
		assert.Empty(t, open(server), "after %s %s", req.Method, req.URL.Path)
	})
	err := p.run(t, n)
	if c.times > 0 {
		require.NoError(t, err) // else it may have got round the fault
	}
	assert.Positive(t, fault.Hits(), "the call is part of the phase")
	server.ClearFaults()
	require.NoError(t, p.run(t, n), "again, without the fault")
	assert.Positive(t, asked)
	server.ResetLog()
	require.NoError(t, p.run(t, n), "once more")
	assert.Zero(t, server.Writes(), "once more")
}

// TestPluginsProtectFromTheFirstRequest writes a service's plugins, and the global ones,
// before the routes that lead to it, and no route whose service lacks its plugin.
func TestPluginsProtectFromTheFirstRequest(t *testing.T) {
	t.Parallel()
	objects := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(),
			builder.NewRoute("web").Service("web").Paths("/").MustBuild(),
			builder.NewPlugin("auth", "key-auth").MustBuild(), boundTo("auth").MustBuild(),
			builder.NewPlugin("log", "correlation-id").MustBuild(),
			builder.NewPluginBinding("log").ControlPlane("cp").Plugin("log").Global().MustBuild(),
			builder.NewPlugin("own", "cors").MustBuild(),
			builder.NewPluginBinding("own").ControlPlane("cp").Plugin("own").Route("web").MustBuild(),
		}
	}
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), objects())
	require.NoError(t, err)
	var order []string
	for _, r := range server.Requests() {
		if parts := strings.Split(r.Path, "/"); r.IsWrite() && len(parts) > 5 {
			order = append(order, parts[5])
		}
	}
	assert.Equal(t, []string{"services", "plugins", "plugins", "routes", "plugins"}, sortedButPlugins(order))

	server = konnecttest.Start(t)
	server.Inject(konnecttest.Fault{
		Method: "PUT", Path: "**/plugins/*", Times: -1, Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error"}`),
	})
	report, err := newClient(t, server).Ensure(t.Context(), objects())
	require.Error(t, err)
	planes := server.ControlPlanes()
	require.Len(t, planes, 1)
	assert.Empty(t, server.Entities(must[string](planes[0]["id"]), "routes"), "no way leads to the service")
	for _, change := range report.Changes {
		if change.Key.Kind == "KongRoute" {
			assert.Equal(t, konnect.ActionSkipped, change.Action)
			require.ErrorContains(t, change.Err, "KongPluginBinding default/")
		}
	}
}

// TestPluginsProtectToTheLastRequest deletes routes before the plugins of their service.
func TestPluginsProtectToTheLastRequest(t *testing.T) {
	t.Parallel()
	objects := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(),
			builder.NewRoute("web").Service("web").Paths("/").MustBuild(),
			builder.NewPlugin("auth", "key-auth").MustBuild(), boundTo("auth").MustBuild(),
			builder.NewPlugin("log", "correlation-id").MustBuild(),
			builder.NewPluginBinding("log").ControlPlane("cp").Plugin("log").Global().MustBuild(),
		}
	}
	deleted := func(server *konnecttest.Server) []string {
		var order []string
		for _, r := range server.Requests() {
			if parts := strings.Split(r.Path, "/"); r.Method == http.MethodDelete && len(parts) > 5 {
				order = append(order, parts[5])
			}
		}
		return order
	}
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), objects())
	require.NoError(t, err)
	server.Inject(konnecttest.Fault{
		Method: "DELETE", Path: "**/routes/*", Times: 1, Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"no"}`),
	})
	_, err = newClient(t, server).Delete(t.Context(), objects())
	require.Error(t, err)
	assert.Equal(t, []string{"routes"}, deleted(server), "nothing goes while the route is there")

	server.ResetLog()
	_, err = newClient(t, server).Delete(t.Context(), objects())
	require.NoError(t, err)
	order := deleted(server)
	require.Len(t, order, 4)
	assert.Equal(t, "routes", order[0])
}

// sortedButPlugins puts the service first, which the global plugin may overtake.
func sortedButPlugins(order []string) []string {
	if len(order) > 1 && order[0] == "plugins" && order[1] == "services" {
		order[0], order[1] = order[1], order[0]
	}
	return order
}
