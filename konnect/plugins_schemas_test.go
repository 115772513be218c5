package konnect_test

import (
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
)

// TestNewControlPlanesAreDescribedFirst: what is wrong with a configuration is found before
// anything but the control plane is written.
func TestNewControlPlanesAreDescribedFirst(t *testing.T) {
	t.Parallel()
	batch := func(plugin string, config map[string]any) []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(), builder.NewRoute("web").Service("web").Paths("/").MustBuild(),
			builder.NewUpstream("aside").ControlPlane("cp").MustBuild(),
			builder.NewPlugin("p", plugin).Config(config).MustBuild(), boundTo("p").MustBuild(),
		}
	}
	wrong := func() []crd.Object { return batch("rate-limiting", map[string]any{"minutes": 5}) }
	t.Run("a wrong field", func(t *testing.T) {
		t.Parallel()
		server := konnecttest.Start(t)
		objects := wrong()
		report, err := newClient(t, server).Ensure(t.Context(), objects)
		require.ErrorContains(t, err, "check KongPluginBinding default/p: plugin rate-limiting of KongPlugin default/p: config.minutes is no field of this plugin; did you mean minute?")
		assert.Equal(t, 1, server.Writes(), "the control plane")
		assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KonnectGatewayControlPlane", "cp").Action)
		assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongPluginBinding", "p").Action)
		for kind, name := range map[string]string{"KongService": "web", "KongRoute": "web", "KongUpstream": "aside"} {
			assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, kind, name).Action, kind)
		}
		assert.True(t, crd.IsProgrammed(objects[0]))
		assert.False(t, crd.IsProgrammed(objects[5]))
		report, err = newClient(t, server).Ensure(t.Context(), batch("rate-limiting", map[string]any{"minute": 5}))
		require.NoError(t, err)
		assert.Equal(t, 4, report.Writes)
	})
	t.Run("no such plugin", func(t *testing.T) {
		t.Parallel()
		server := konnecttest.Start(t)
		_, err := newClient(t, server).Ensure(t.Context(), batch("rate-limitng", nil))
		require.ErrorContains(t, err, `konnect knows no plugin "rate-limitng"`)
		assert.Equal(t, 1, server.Writes())
	})
	t.Run("in a partial call", func(t *testing.T) {
		t.Parallel()
		server := konnecttest.Start(t)
		report, err := newClient(t, server).Ensure(t.Context(), wrong(), konnect.WithPartial())
		require.ErrorContains(t, err, "did you mean minute?")
		assert.Equal(t, 3, server.Writes(), "the control plane, the service and the upstream")
		assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongRoute", "web").Action, "it would be open")
	})
	t.Run("which not all of Konnect knows yet", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server := konnecttest.NewServer()
			server.Inject(konnecttest.Fault{
				Method: "GET", Path: "**/schemas/plugins/*", Times: 3, Effect: konnecttest.Answer(404, "application/json", `{"message":"control plane not found"}`),
			})
			report, err := newNetwork(server).client(t).Ensure(t.Context(), batch("rate-limiting", map[string]any{"minute": 5}))
			require.NoError(t, err)
			assert.Equal(t, 5, report.Writes)
		})
	})
	t.Run("which does not tell", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server := konnecttest.NewServer()
			server.Inject(konnecttest.Fault{Method: "GET", Path: "**/schemas/plugins/*", Times: -1, Effect: konnecttest.FailBefore(503)})
			report, err := newNetwork(server).client(t, konnect.WithRetry(konnect.NoRetry())).Ensure(t.Context(), wrong())
			require.ErrorContains(t, err, "read the schema of rate-limiting")
			assert.Equal(t, 3, server.Writes())
			assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongRoute", "web").Action, "it would be open")
		})
	})
}

// TestSchemasThatChange are read again, once: after an hour, where what a client remembers
// refuses a value, and where an entity or an answer has other defaults.
func TestSchemasThatChange(t *testing.T) {
	t.Parallel()
	schema := func(times string) []byte {
		return []byte(`{"fields": [{"config": {"type": "record", "fields": [
			{"greeting": {"type": "string"}}, {"times": {"type": "integer", "default": ` + times + `}}]}}]}`)
	}
	objects := func(greeting string) []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(),
			builder.NewPlugin("p", "greeter").Config(map[string]any{"greeting": greeting}).MustBuild(), boundTo("p").MustBuild(),
		}
	}
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t)
		ensure := func(greeting string) (writes, reads int) {
			t.Helper()
			server.ResetLog()
			_, err := client.Ensure(t.Context(), objects(greeting))
			require.NoError(t, err)
			return server.Writes(), schemaReads(server)
		}
		require.NoError(t, server.SetPluginSchema("greeter", schema("1")))
		for _, step := range []struct {
			reason        string
			before        func()
			greeting      string
			writes, reads int
		}{
			{"the first time", nil, "hello", 3, 1},
			{"again", nil, "hello", 0, 0},
			{"something else changes", nil, "hi", 1, 0},
			{"after an hour", func() { time.Sleep(time.Hour) }, "hi", 0, 1}, // fake time
			{"and is known then", nil, "hi", 0, 0},
			{"after an hour, with a limit", func() {
				time.Sleep(time.Hour)
				require.NoError(t, server.SetPluginSchema("greeter", []byte(strings.Replace(string(schema("1")), `"string"`, `"string", "len_max": 5`, 1))))
			}, "hi", 0, 1},
			{"a value that is taken now", func() { require.NoError(t, server.SetPluginSchema("greeter", schema("1"))) }, "good day", 1, 1},
			{"which is known then", nil, "good day", 0, 0},
			{"back", nil, "hi", 1, 0},
			{"an entity with a new default", func() {
				require.NoError(t, server.SetPluginSchema("greeter", schema("2")))
				id := planeID(t, server, "cp")
				require.NoError(t, server.Modify(id, "plugins", textOf(server.Entities(id, "plugins")[0]["id"]), func(e map[string]any) { set(e, "config.times", 2.0) }))
			}, "hi", 0, 1},
			{"which is known then", nil, "hi", 0, 0},
			{"an answer with a new default", func() { require.NoError(t, server.SetPluginSchema("greeter", schema("3"))) }, "hey", 1, 0},
			{"which is read then", nil, "hey", 0, 1},
			{"once", nil, "hey", 0, 0},
		} {
			if step.before != nil {
				step.before()
			}
			writes, reads := ensure(step.greeting)
			assert.Equal(t, step.writes, writes, step.reason)
			assert.Equal(t, step.reads, reads, step.reason)
		}
	})
}
