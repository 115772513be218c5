package konnect_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

func bound(name, plugin string) *builder.PluginBinding {
	return builder.NewPluginBinding(name).ControlPlane("cp").Plugin(plugin)
}

// protectedWays are two services: one with key-auth on it, one with key-auth on its route. A
// plugin of the whole control plane and one with a value in a vault are beside them.
func protectedWays() []crd.Object {
	return []crd.Object{
		plane("cp").MustBuild(), webService(), vaultGrant(),
		builder.NewVault("store").ControlPlaneIn("default", "cp").Backend("env").Prefix("store").MustBuild(),
		builder.NewService("api").ControlPlane("cp").Host("api.example").MustBuild(),
		builder.NewRoute("web").Service("web").Paths("/web").MustBuild(),
		builder.NewRoute("api").Service("api").Paths("/api").MustBuild(),
		builder.NewPlugin("auth", "key-auth").MustBuild(),
		bound("on-web", "auth").Service("web").MustBuild(), bound("on-api", "auth").Route("api").MustBuild(),
		builder.NewPlugin("all", "request-termination").Config(map[string]any{"message": "{vault://store/message}"}).MustBuild(),
		bound("all", "all").Global().MustBuild(),
	}
}

// openWays are the names of the routes that lead somewhere without key-auth, or without the
// plugin of the whole control plane.
func openWays(server *konnecttest.Server) []string {
	var open []string
	for _, p := range server.ControlPlanes() {
		id := textOf(p["id"])
		guarded := map[string]bool{}
		for _, plugin := range server.Entities(id, "plugins") {
			for _, scope := range []string{"service", "route"} {
				if on, _ := plugin[scope].(map[string]any); on != nil {
					guarded[textOf(on["id"])] = true
				}
			}
			guarded["all"] = guarded["all"] || plugin["name"] == "request-termination"
		}
		for _, route := range server.Entities(id, "routes") {
			service, _ := route["service"].(map[string]any)
			if !guarded["all"] || !guarded[textOf(route["id"])] && !guarded[textOf(service["id"])] {
				open = append(open, textOf(route["name"]))
			}
		}
	}
	return open
}

// brokenVaults reports whether a value lies in a vault that is not there.
func brokenVaults(server *konnecttest.Server) bool {
	for _, p := range server.ControlPlanes() {
		id := textOf(p["id"])
		for _, plugin := range server.Entities(id, "plugins") {
			if plugin["name"] == "request-termination" && len(server.Entities(id, "vaults")) == 0 {
				return true
			}
		}
	}
	return false
}

// TestNoWayIsOpen at any moment in which something goes, whatever fails: neither in a delete
// nor in a prune.
func TestNoWayIsOpen(t *testing.T) {
	t.Parallel()
	refusal := konnecttest.Answer(400, "application/json", `{"code":3,"message":"no"}`)
	for reason, fault := range map[string]*konnecttest.Fault{
		"nothing fails":          nil,
		"a route stays":          {Method: "DELETE", Path: "**/routes/*", Times: 1, Effect: refusal},
		"a plugin stays":         {Method: "DELETE", Path: "**/plugins/*", Times: 1, Effect: refusal},
		"a service stays":        {Method: "DELETE", Path: "**/services/*", Times: 1, Effect: refusal},
		"a lost answer":          {Method: "DELETE", Path: "**/routes/*", Times: 1, Effect: konnecttest.LoseResponse()},
		"konnect is slow at one": {Method: "DELETE", Path: "**/routes/*", Times: 1, Effect: konnecttest.Delay(5 * time.Second)},
	} {
		for verb, goes := range map[string]func(*testing.T, *konnect.Client) error{
			"delete": func(t *testing.T, c *konnect.Client) error {
				_, err := c.Delete(t.Context(), protectedWays())
				return err
			},
			"delete all but the control plane": func(t *testing.T, c *konnect.Client) error {
				_, err := c.Delete(t.Context(), protectedWays()[1:])
				return err
			},
			"prune": func(t *testing.T, c *konnect.Client) error {
				_, err := c.Ensure(t.Context(), protectedWays()[:1], konnect.WithPrune())
				return err
			},
		} {
			t.Run(verb+", "+reason, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					n := newNetwork(server)
					client := n.client(t, konnect.WithOwner("platform"), konnect.WithSource(resolve.Objects(protectedWays()[:1]...)))
					_, err := client.Ensure(t.Context(), protectedWays())
					require.NoError(t, err)
					require.Empty(t, openWays(server))
					if fault != nil {
						server.Inject(*fault)
					}
					n.watch(nil, func(r *http.Request) {
						assert.Empty(t, openWays(server), "%s %s", r.Method, r.URL.Path)
						assert.False(t, brokenVaults(server), "%s %s", r.Method, r.URL.Path)
					})
					first := goes(t, client)
					if fault == nil {
						require.NoError(t, first)
					}
					require.NoError(t, goes(t, client), "what is left goes the next time")
					for _, p := range server.ControlPlanes() {
						for _, collection := range []string{"routes", "plugins", "services", "vaults"} {
							assert.Empty(t, server.Entities(textOf(p["id"]), collection), collection)
						}
					}
				})
			})
		}
	}
}

// TestNoWayIsOpenForAName: an entity whose name is taken goes early, and so does what has to
// go before it and before what guards it.
func TestNoWayIsOpenForAName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		client := n.client(t, konnect.WithOwner("platform"))
		other := func(name string) crd.Object {
			return builder.NewService("other").ControlPlane("cp").SpecName(name).Host("other.example").MustBuild()
		}
		_, err := client.Ensure(t.Context(), append(protectedWays(), other("other"),
			builder.NewConsumer("alice").ControlPlane("cp").MustBuild(),
			bound("of-alice", "all").Service("web").Consumer("alice").MustBuild()))
		require.NoError(t, err)
		n.watch(nil, func(r *http.Request) { assert.Empty(t, openWays(server), "%s %s", r.Method, r.URL.Path) })
		report, err := client.Ensure(t.Context(), []crd.Object{protectedWays()[0], other("web")}, konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, konnect.ActionUpdated, changeOf(t, report, "KongService", "other").Action)
		assert.Len(t, server.Entities(planeID(t, server, "cp"), "services"), 1)
		assert.Empty(t, server.Entities(planeID(t, server, "cp"), "plugins"))
	})
}
