package konnect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func secretWith(name, key, value string) crd.Object {
	return core.NewSecret(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}, StringData: map[string]string{key: value},
	})
}

func webService() crd.Object {
	return builder.NewService("web").ControlPlane("cp").Host("web.example").MustBuild()
}

func boundTo(plugin string) *builder.PluginBinding {
	return builder.NewPluginBinding(plugin).ControlPlane("cp").Plugin(plugin).Service("web")
}

func limitedBy(config map[string]any) []crd.Object {
	return []crd.Object{
		plane("cp").MustBuild(), webService(),
		builder.NewPlugin("limit", "rate-limiting").Config(config).MustBuild(), boundTo("limit").MustBuild(),
	}
}

// TestPluginConfigurations are created and found as they are, under both generations of
// defaults, with nulls shown and hidden; one that changes is one write.
func TestPluginConfigurations(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]konnecttest.Option{
		"newer": nil, "older": {konnecttest.WithOlderPlugins()}, "nulls hidden": {konnecttest.WithConfigNullsOmitted()},
		"shorthands shown": {konnecttest.WithShorthandsEchoed()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := limitedBy(map[string]any{"minute": 5, "error_code": nil, "redis": map[string]any{"host": "h"}})
			w := newWorld(t, given, opts...)
			w.settled(given)

			w.server.ResetLog()
			taken := limitedBy(map[string]any{"minute": 5})
			report := w.ensure(taken)
			assert.Equal(t, 1, w.server.Writes(), "what is taken out goes back to its default")
			change := report.Changes[len(report.Changes)-1]
			require.NotEmpty(t, change.Fields)
			for _, f := range change.Fields {
				assert.Contains(t, []string{"config.error_code", "config.redis.host"}, f.Path)
			}
			w.settled(taken)
		})
	}
}

func TestPluginSchemasAreReadOnce(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	objects := append(limitedBy(map[string]any{"minute": 5}),
		builder.NewPluginBinding("all").ControlPlane("cp").Plugin("limit").Global().MustBuild())
	client := newClient(t, server)
	_, err := client.Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, 4, server.Writes(), "one for each entity")
	assert.Equal(t, 1, schemaReads(server), "once the control plane is there")
	server.ResetLog()
	_, err = client.Ensure(t.Context(), objects)
	require.NoError(t, err)
	assert.Zero(t, schemaReads(server), "and is known then")
	assert.Zero(t, server.Writes())
	server.ResetLog()
	_, err = client.Ensure(t.Context(), limitedBy(map[string]any{"minutes": 5}))
	require.Error(t, err)
	assert.Equal(t, 1, schemaReads(server), "a field that is not known may be newer than the schema")
}

func schemaReads(server *konnecttest.Server) int {
	n := 0
	for _, r := range server.Requests() {
		if r.Method == http.MethodGet && strings.Contains(r.Path, "/schemas/plugins/") {
			n++
		}
	}
	return n
}

// TestPluginMistakes are refused before the first write, with the object, the field and the
// plugin.
func TestPluginMistakes(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	_, err := newClient(t, server).Ensure(t.Context(), []crd.Object{plane("cp").MustBuild(), webService()})
	require.NoError(t, err)
	plugin := func(name string, config map[string]any) []crd.Object {
		return []crd.Object{builder.NewPlugin("p", name).Config(config).MustBuild(), boundTo("p").MustBuild()}
	}
	alice := builder.NewConsumer("alice").ControlPlane("cp").MustBuild()
	for reason, tt := range map[string]struct {
		objects []crd.Object
		want    string
	}{
		"an unknown plugin": {plugin("rate-limitng", nil), `check KongPluginBinding default/p: spec.pluginRef: konnect knows no plugin "rate-limitng"`},
		"a scope that is not allowed": {
			[]crd.Object{alice, builder.NewPlugin("p", "cors").MustBuild(), builder.NewPluginBinding("p").ControlPlane("cp").Plugin("p").Consumer("alice").MustBuild()},
			"spec.targets.consumerRef must not be set for this plugin",
		},
		"a protocol that is not allowed": {
			[]crd.Object{builder.NewPlugin("p", "cors").Protocols("udp").MustBuild(), boundTo("p").MustBuild()}, "protocols[0] must be one of",
		},
		"a Secret without the key": {
			[]crd.Object{secretWith("s", "a", "1"), builder.NewPlugin("p", "cors").ConfigFromSecret("s", "b").MustBuild(), boundTo("p").MustBuild()},
			`configFrom.secretKeyRef: Secret default/s has no key "b"`,
		},
		"a Secret that is no text": {
			[]crd.Object{secretWith("s", "a", `"not-to-be-seen`+"\xff\""), builder.NewPlugin("p", "cors").PatchFromSecret("/x", "s", "a").MustBuild(), boundTo("p").MustBuild()},
			"configPatches[0].valueFrom.secretKeyRef: a of Secret default/s must be a text in UTF-8",
		},
		"a Secret that is no JSON": {
			[]crd.Object{secretWith("s", "a", "not-to-be-seen"), builder.NewPlugin("p", "cors").PatchFromSecret("/x", "s", "a").MustBuild(), boundTo("p").MustBuild()},
			`configPatches[0].valueFrom.secretKeyRef: the value of key "a" of Secret default/s is no JSON; a text needs its quotes`,
		},
		"a patch within a text": {
			[]crd.Object{secretWith("s", "a", "1"), builder.NewPlugin("p", "cors").Config(map[string]any{"x": "y"}).PatchFromSecret("/x/z", "s", "a").MustBuild(), boundTo("p").MustBuild()},
			"configPatches[0].path: z is within a value that is neither an object nor a list",
		},
		"a Secret that is not there": {
			[]crd.Object{builder.NewPlugin("p", "cors").ConfigFromSecret("s", "b").MustBuild(), boundTo("p").MustBuild()}, "Secret default/s",
		},
		"a plugin that is not there": {[]crd.Object{boundTo("p").MustBuild()}, "KongPlugin default/p"},
		"the same plugin twice": {
			append(plugin("cors", nil), builder.NewPluginBinding("again").ControlPlane("cp").Plugin("p").Service("web").MustBuild()),
			"what it has for name, service, route, consumer, consumer_group is that of",
		},
		"two of one instance name": {
			[]crd.Object{
				builder.NewPlugin("p", "cors").InstanceName("i").MustBuild(), boundTo("p").MustBuild(),
				builder.NewPlugin("q", "key-auth").InstanceName("i").MustBuild(), boundTo("q").MustBuild(),
			}, "what it has for instance_name is that of",
		},
		"a plugin of another namespace, without a grant": {
			[]crd.Object{
				builder.NewPlugin("p", "cors").Namespace("other").MustBuild(),
				builder.NewPluginBinding("p").ControlPlane("cp").PluginIn("other", "p").Service("web").MustBuild(),
			}, "KongPlugin other/p",
		},
	} {
		server.ResetLog()
		_, err := newClient(t, server).Ensure(t.Context(), append([]crd.Object{plane("cp").MustBuild(), webService()}, tt.objects...))
		require.ErrorContains(t, err, tt.want, reason)
		assert.NotContains(t, err.Error(), "not-to-be-seen", reason)
		assert.Zero(t, server.Writes(), reason)
	}
}

// TestPluginNumbersAreSentAsGiven, from wherever they are.
func TestPluginNumbersAreSentAsGiven(t *testing.T) {
	t.Parallel()
	const long = 9007199254740993 // no float64 is equal to it
	limit := func() *builder.Plugin { return builder.NewPlugin("limit", "rate-limiting") }
	for from, plugin := range map[string]crd.Object{
		"the spec": limit().Config(conf{"minute": int64(long)}).MustBuild(),
		"YAML":     limit().ConfigFromSecret("s", "yaml").MustBuild(),
		"JSON":     limit().ConfigFromSecret("s", "json").MustBuild(),
		"a patch":  limit().PatchFromSecret("/minute", "s", "number").MustBuild(),
	} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			secret := must[*core.Secret](secretWith("s", "yaml", "minute: 9007199254740993"))
			secret.StringData["json"], secret.StringData["number"] = `{"minute": 9007199254740993}`, "9007199254740993"
			server := konnecttest.Start(t)
			objects := []crd.Object{plane("cp").MustBuild(), webService(), secret, plugin, boundTo("limit").MustBuild()}
			_, err := newClient(t, server).Ensure(t.Context(), objects)
			require.NoError(t, err)
			requests := server.Requests()
			assert.Contains(t, string(requests[len(requests)-1].Body), `"minute":9007199254740993`)
		})
	}
}

func TestPluginConfigFromASecret(t *testing.T) {
	t.Parallel()
	objects := func() []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(), secretWith("limits", "config", "minute: 5\nredis:\n  host: h\n"),
			builder.NewPlugin("limit", "rate-limiting").ConfigFromSecret("limits", "config").MustBuild(),
			boundTo("limit").MustBuild(),
		}
	}
	w := newWorld(t, objects())
	w.settled(objects())
	w.modify(w.last(), func(entity map[string]any) { set(entity, "config.minute", 6.0) })
	change, err := w.plan(objects())
	require.NoError(t, err)
	assert.Equal(t, []konnect.Field{{Path: "config.minute", From: crd.Redacted, To: crd.Redacted}}, change.Fields)

	w = newWorld(t, []crd.Object{ // a pair of escapes is JSON, but no YAML
		plane("cp").MustBuild(), webService(), secretWith("limits", "config", `{"minute": 5, "error_message": "\ud83d\ude00"}`),
		builder.NewPlugin("limit", "rate-limiting").ConfigFromSecret("limits", "config").MustBuild(), boundTo("limit").MustBuild(),
	})
	assert.Equal(t, "😀", must[map[string]any](w.stored(w.last())["config"])["error_message"])
}

// TestPluginsOfOthersStay as they are: the fields that the CRD does not have, and what the
// server has made.
func TestPluginsKeepWhatTheServerHas(t *testing.T) {
	t.Parallel()
	objects := func(name string) []crd.Object {
		return []crd.Object{
			plane("cp").MustBuild(), webService(),
			builder.NewPlugin("s", "session").Config(map[string]any{"cookie_name": name}).MustBuild(), boundTo("s").MustBuild(),
		}
	}
	w := newWorld(t, objects("one"))
	before := must[map[string]any](w.stored(w.last())["config"])["secret"]
	require.NotEmpty(t, before)
	partials := []any{map[string]any{"id": foreignID, "path": "config.redis"}}
	w.modify(w.last(), func(entity map[string]any) { entity["condition"], entity["partials"] = "true", partials })
	w.ensure(objects("two"))
	assert.Equal(t, 1, w.server.Writes())
	after := w.stored(w.last())
	assert.Equal(t, before, must[map[string]any](after["config"])["secret"], "a session secret that changes logs everybody out")
	assert.Equal(t, "true", after["condition"])
	assert.Equal(t, partials, after["partials"])
	w.settled(objects("two"))
}

// TestClusterPluginsAreTheirOwn: a binding finds the KongClusterPlugin, not a KongPlugin of
// that name, and its Secret needs no grant.
func TestClusterPlugins(t *testing.T) {
	t.Parallel()
	objects := func() []crd.Object {
		secret := must[*core.Secret](secretWith("limits", "config", `{"minute": 7}`))
		secret.Namespace = "elsewhere"
		return []crd.Object{
			plane("cp").MustBuild(), webService(), secret,
			builder.NewPlugin("limit", "cors").MustBuild(),
			builder.NewClusterPlugin("limit", "rate-limiting").ConfigFromSecret("elsewhere", "limits", "config").MustBuild(),
			builder.NewPluginBinding("limit").ControlPlane("cp").ClusterPlugin("limit").Service("web").MustBuild(),
		}
	}
	w := newWorld(t, objects())
	assert.Equal(t, "rate-limiting", w.stored(w.last())["name"])
	assert.InDelta(t, 7, must[map[string]any](w.stored(w.last())["config"])["minute"], 0)
	w.settled(objects())
}

// TestSchemasThatAreKnown are used by one call for several types at once, which the race
// detector watches.
func TestSchemasThatAreKnown(t *testing.T) {
	t.Parallel()
	batch := func() []crd.Object {
		objects := []crd.Object{plane("cp").MustBuild(), webService()}
		for _, plugin := range []string{"correlation-id", "cors", "key-auth", "rate-limiting", "request-termination"} {
			config := map[string]any{}
			if plugin == "rate-limiting" {
				config["minute"] = 5
			}
			objects = append(objects, builder.NewPlugin(plugin, plugin).Config(config).MustBuild(), boundTo(plugin).MustBuild())
		}
		return objects
	}
	server := konnecttest.NewServer()
	client := newNetwork(server).client(t)
	_, err := client.Ensure(t.Context(), batch())
	require.NoError(t, err)
	for range 3 {
		report, err := client.Ensure(t.Context(), batch())
		require.NoError(t, err)
		assert.Zero(t, report.Writes)
	}
	assert.Equal(t, 5, server.Count(http.MethodGet, "/schemas/"), "each is read once")
}
