package konnect_test

import (
	"net/http"
	"slices"
	"strings"
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
				t.Helper()
				_, err := c.Delete(t.Context(), protectedWays())
				return err
			},
			"delete all but the control plane": func(t *testing.T, c *konnect.Client) error {
				t.Helper()
				_, err := c.Delete(t.Context(), protectedWays()[1:])
				return err
			},
			"prune": func(t *testing.T, c *konnect.Client) error {
				t.Helper()
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

// TestNewRoutesWithoutTheirOwnPlugins are not made where that is known before, and taken away
// again where Konnect refuses the plugin. What was there before stays.
func TestNewRoutesWithoutTheirOwnPlugins(t *testing.T) {
	t.Parallel()
	refusal := konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error"}`)
	isAuth := func(r konnecttest.Request) bool { return strings.Contains(string(r.Body), `"key-auth"`) }
	batch := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(), builder.NewRoute("web").Service("web").Paths("/web").MustBuild(),
			builder.NewPlugin("auth", "key-auth").MustBuild(), builder.NewPlugin("log", "correlation-id").MustBuild(),
			bound("auth", "auth").Route("web").MustBuild(), bound("log", "log").Route("web").MustBuild(),
		}
	}
	start := func(t *testing.T, objects []crd.Object) (*konnecttest.Server, *konnect.Client) {
		t.Helper()
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		return server, client
	}
	t.Run("a new one", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, client := start(t, batch()[:2])
			var last konnect.ProgressEvent
			client, err := client.With(konnect.WithObserver(func(e konnect.Event) {
				if p, ok := e.(konnect.ProgressEvent); ok {
					last = p
				}
			}))
			require.NoError(t, err)
			fault := server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/plugins/*", Match: isAuth, Times: -1, Effect: refusal})
			objects := batch()
			report, err := client.Ensure(t.Context(), objects)
			require.ErrorContains(t, err, "create KongRoute default/web: it was taken away again, because it would be without KongPluginBinding default/auth, which failed: ")
			assert.Empty(t, server.Entities(planeID(t, server, "cp"), "routes"))
			assert.Empty(t, server.Entities(planeID(t, server, "cp"), "plugins"))
			for kind, name := range map[string]string{"KongRoute": "web", "KongPluginBinding": "auth"} {
				assert.Equal(t, konnect.ActionFailed, changeOf(t, report, kind, name).Action, kind)
			}
			assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongPluginBinding", "log").Action, "it went along")
			assert.Equal(t, last.Total, last.Done)
			for _, obj := range objects[2:] {
				assert.False(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
				assert.Empty(t, obj.GetKonnectStatus().ID, "%s", crd.KeyOf(obj))
			}
			fault.Remove()
			report, err = client.Ensure(t.Context(), batch())
			require.NoError(t, err)
			assert.Equal(t, 3, report.Writes)
		})
	})
	t.Run("one that cannot be taken away", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, client := start(t, batch()[:2])
			server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/plugins/*", Match: isAuth, Effect: refusal})
			server.Inject(konnecttest.Fault{Method: "DELETE", Path: "**/routes/*", Effect: refusal})
			objects := batch()
			report, err := client.Ensure(t.Context(), objects)
			require.ErrorContains(t, err, "create KongRoute default/web: it is there without KongPluginBinding default/auth, which failed, and could not be taken away again: ")
			assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongPluginBinding", "log").Action)
			assert.False(t, crd.IsProgrammed(objects[2]))
			assert.NotEmpty(t, objects[2].GetKonnectStatus().ID, "it is there")
		})
	})
	t.Run("one that was there", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, client := start(t, batch()[:3])
			server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/plugins/*", Match: isAuth, Effect: refusal})
			report, err := client.Ensure(t.Context(), batch())
			require.Error(t, err)
			assert.Len(t, server.Entities(planeID(t, server, "cp"), "routes"), 1)
			assert.Equal(t, konnect.ActionUnchanged, changeOf(t, report, "KongRoute", "web").Action)
			assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongPluginBinding", "log").Action)
		})
	})
	for reason, wrong := range map[string]crd.Object{
		"its own plugin is wrong":         bound("auth", "wrong").Route("web").MustBuild(),
		"its service's plugin is wrong":   bound("auth", "wrong").Service("web").MustBuild(),
		"the plugin of all ways is wrong": bound("auth", "wrong").Global().MustBuild(),
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, client := start(t, batch()[:2])
				server.ResetLog()
				objects := append(slices.Clone(batch()[:3]), builder.NewPlugin("wrong", "key-auth").Config(map[string]any{"key_name": "x"}).MustBuild(), wrong)
				report, err := client.Ensure(t.Context(), objects, konnect.WithPartial())
				require.ErrorContains(t, err, "did you mean key_names?")
				assert.Zero(t, server.Writes())
				change := changeOf(t, report, "KongRoute", "web")
				assert.Equal(t, konnect.ActionSkipped, change.Action)
				require.ErrorContains(t, change.Err, "KongPluginBinding default/auth is not programmed")
				assert.False(t, crd.IsProgrammed(objects[2]))
			})
		})
	}
}
