package konnect_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

func keyPlugin(name string) crd.Object { return builder.NewPlugin(name, "key-auth").MustBuild() }

func corsPlugin() crd.Object { return builder.NewPlugin("cors", "cors").MustBuild() }

// pluginTypes are those of all plugins that a server holds.
func pluginTypes(t *testing.T, server *konnecttest.Server) []string {
	t.Helper()
	var types []string
	for _, plane := range server.ControlPlanes() {
		for _, e := range server.Entities(must[string](plane["id"]), "plugins") {
			types = append(types, must[string](e["name"]))
		}
	}
	return types
}

// TestImpliedGoesPluginByPlugin with the names in the annotation, without a prune.
func TestImpliedGoesPluginByPlugin(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	plugins := []crd.Object{limitPlugin(), keyPlugin("key"), corsPlugin()}
	with := func(names string) []crd.Object { return append(carriers(names, "", "", ""), plugins...) }
	ensureFresh(t, server, with("limit,key,cors"))
	for _, step := range []struct {
		names  string
		want   []string
		writes int
	}{
		{"limit,cors", []string{"deleted key:KongService/web", "unchanged cors:KongService/web", "unchanged limit:KongService/web"}, 1},
		{"cors", []string{"deleted limit:KongService/web", "unchanged cors:KongService/web"}, 1},
		{"cors,key", []string{"created key:KongService/web", "unchanged cors:KongService/web"}, 1},
		{"", []string{"deleted cors:KongService/web", "deleted key:KongService/web"}, 3}, // and the mark of the service
		{"", nil, 0},
	} {
		report := ensureFresh(t, server, with(step.names))
		assert.Equal(t, step.want, impliedIn(report.Changes), step.names)
		assert.Equal(t, step.writes, server.Writes(), step.names)
	}
	assert.Empty(t, pluginTypes(t, server))
}

// TestImpliedStaysWhileItCannotBeTold: a plugin that is missing is an error, and what it
// implied is left.
func TestImpliedStaysWhileItCannotBeTold(t *testing.T) {
	t.Parallel()
	for reason, opts := range map[string][]konnect.EnsureOption{
		"whole": nil, "partial": {konnect.WithPartial()}, "partial prune": {konnect.WithPartial(), konnect.WithPrune()},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			client := newClient(t, server, konnect.WithOwner("me"))
			_, err := client.Ensure(t.Context(), append(carriers("limit,key", "", "", ""), limitPlugin(), keyPlugin("key")))
			require.NoError(t, err)
			objects := append(carriers("limit,key", "", "", ""), limitPlugin())
			report, err := client.Ensure(t.Context(), objects, opts...)
			missing, ok := errors.AsType[*resolve.MissingError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, "key", missing.To.Name)
			assert.ElementsMatch(t, []string{"rate-limiting", "key-auth"}, pluginTypes(t, server), report)
			assert.False(t, crd.IsProgrammed(objects[1]))

			// Taken out of the annotation, the other one goes even so.
			objects = carriers("key", "", "", "")
			_, err = client.Ensure(t.Context(), objects, opts...)
			require.Error(t, err)
			if opts != nil {
				assert.Equal(t, []string{"key-auth"}, pluginTypes(t, server))
			}
		})
	}
}

// TestImpliedIsTakenOver by what is of the same type and scope, without a gap.
func TestImpliedIsTakenOver(t *testing.T) {
	t.Parallel()
	for reason, next := range map[string][]crd.Object{
		"by another plugin":       append(carriers("other", "", "", ""), keyPlugin("other")),
		"by an explicit binding":  append(carriers("", "", "", ""), keyPlugin("other"), boundTo("other").MustBuild()),
		"by a plugin of no space": append(carriers("key", "", "", ""), builder.NewClusterPlugin("key", "key-auth").MustBuild()),
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			ensureFresh(t, server, append(carriers("key", "", "", ""), keyPlugin("key")))
			ensureFresh(t, server, next)
			for _, r := range server.Requests() {
				assert.NotEqual(t, http.MethodDelete, r.Method)
			}
			assert.Equal(t, []string{"key-auth"}, pluginTypes(t, server))
			ensureFresh(t, server, next)
			assert.Zero(t, server.Writes())
		})
	}
}

// TestImpliedByPolicy holds the deletion policy of the carrier against what departs.
func TestImpliedByPolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[crd.DeletionPolicy]string{
		crd.DeletionPolicyDelete: "deleted", crd.DeletionPolicyRetain: "retained", crd.DeletionPolicyProtect: "skipped",
	} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			with := func(names string) []crd.Object {
				objects := append(carriers(names, "", "", ""), keyPlugin("key"))
				annotations := map[string]string{crd.DeletionPolicyAnnotation: string(policy)}
				if names != "" {
					annotations[crd.PluginsAnnotation] = names
				}
				objects[1].SetAnnotations(annotations)
				return objects
			}
			ensureFresh(t, server, with("key"))
			for range 2 {
				objects := with("")
				report := ensureFresh(t, server, objects)
				if want == "deleted" && server.Writes() == 0 {
					break
				}
				assert.Equal(t, []string{want + " key:KongService/web"}, impliedIn(report.Changes))
				assert.True(t, crd.IsProgrammed(objects[1]))
				assert.Equal(t, want != "deleted", len(pluginTypes(t, server)) == 1)
			}
		})
	}
}

func TestImpliedCountsAsDeletes(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	ensureFresh(t, server, append(carriers("key", "", "", ""), keyPlugin("key")))
	server.ResetLog()
	_, err := newClient(t, server).Ensure(t.Context(), carriers("", "", "", ""), konnect.WithMaxDeletes(0))
	tooMany, ok := errors.AsType[*konnect.TooManyDeletesError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 1, tooMany.Deletes)
	assert.Zero(t, server.Writes())
}

// TestImpliedGoesWithItsCarrier, be that deleted or pruned, and not before.
func TestImpliedGoesWithItsCarrier(t *testing.T) {
	t.Parallel()
	all := func() []crd.Object {
		return append(carriers("key", "limit", "limit", ""), keyPlugin("key"), limitPlugin())
	}
	t.Run("delete", func(t *testing.T) {
		t.Parallel()
		server := konnecttest.Start(t)
		ensureFresh(t, server, all())
		server.ResetLog()
		report, err := newClient(t, server, konnect.WithSource(resolve.Objects(all()[:2]...))).Delete(t.Context(), all()[2:3])
		require.NoError(t, err)
		assert.Equal(t, []string{"deleted limit:KongConsumer/alice+KongRoute/echo"}, impliedIn(report.Changes))
		assert.Equal(t, 1, server.Writes(), "it goes along")
		assert.Equal(t, []string{"key-auth"}, pluginTypes(t, server))

		report, err = newClient(t, server).Delete(t.Context(), all())
		require.NoError(t, err)
		assert.Equal(t, []string{"deleted key:KongService/web"}, impliedIn(report.Changes))
		assert.Empty(t, server.ControlPlanes())
	})
	t.Run("prune", func(t *testing.T) {
		t.Parallel()
		server := konnecttest.Start(t)
		client := newClient(t, server, konnect.WithOwner("me"))
		_, err := client.Ensure(t.Context(), all())
		require.NoError(t, err)
		server.ResetLog()
		report, err := client.Ensure(t.Context(), all(), konnect.WithPrune())
		require.NoError(t, err)
		assert.Zero(t, server.Writes(), "they are no orphans")
		assert.Equal(t, []string{"unchanged key:KongService/web", "unchanged limit:KongConsumer/alice+KongRoute/echo"}, impliedIn(report.Changes))
		_, err = client.Ensure(t.Context(), all()[:1], konnect.WithPrune())
		require.NoError(t, err)
		assert.Empty(t, pluginTypes(t, server))
	})
	t.Run("prune beside a failure", func(t *testing.T) {
		t.Parallel()
		server := konnecttest.Start(t)
		client := newClient(t, server, konnect.WithOwner("me"))
		_, err := client.Ensure(t.Context(), []crd.Object{all()[0], all()[1], keyPlugin("key"), builder.NewUpstream("aside").ControlPlane("cp").MustBuild()})
		require.NoError(t, err)
		server.Inject(konnecttest.Fault{
			Method: "PUT", Path: "**/services/*", Times: -1, Effect: konnecttest.Answer(http.StatusBadRequest, "application/json", `{"code":3,"message":"no"}`),
		})
		report, err := client.Ensure(t.Context(), carriers("", "", "", "")[:2], konnect.WithPrune())
		require.ErrorContains(t, err, "prune KongUpstream default/aside: an object of KonnectGatewayControlPlane default/cp failed")
		assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongUpstream", "aside").Action)
	})
}

// TestImpliedOfSeveral carriers must be told of all of them.
func TestImpliedOfSeveral(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	all := append(carriers("", "limit", "limit", ""), limitPlugin())
	ensureFresh(t, server, all)
	server.ResetLog()
	withoutRoute := append(carriers("", "", "limit", ""), limitPlugin())
	withoutRoute = append(withoutRoute[:2], withoutRoute[3:]...)
	_, err := newClient(t, server).Ensure(t.Context(), withoutRoute)
	require.ErrorContains(t, err, "acts on an object that is not in the batch as well")
	assert.Zero(t, server.Writes())

	report := ensureFresh(t, server, append(carriers("", "", "limit", ""), limitPlugin()))
	assert.Equal(t, []string{"created limit:KongConsumer/alice", "deleted limit:KongConsumer/alice+KongRoute/echo"}, impliedIn(report.Changes))
	report = ensureFresh(t, server, append(carriers("", "limit", "", ""), limitPlugin()))
	assert.Equal(t, []string{"created limit:KongRoute/echo", "deleted limit:KongConsumer/alice"}, impliedIn(report.Changes))
	ensureFresh(t, server, append(carriers("", "limit", "", ""), limitPlugin()))
	assert.Zero(t, server.Writes())
}

// TestImpliedMistakes are refused before the first write.
func TestImpliedMistakes(t *testing.T) {
	t.Parallel()
	observing := webService()
	observing.SetAnnotations(map[string]string{crd.PluginsAnnotation: "key", crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)})
	full := builder.NewService("web").ControlPlane("cp").Host("h").Tags(tagsOf(17)...).MustBuild()
	crowded := keyPlugin("key")
	crowded.SetAnnotations(map[string]string{"konghq.com/tags": strings.Join(tagsOf(17), ",")})
	for reason, c := range map[string]struct {
		objects []crd.Object
		want    string
	}{
		"no room for the mark": {[]crd.Object{plane("cp").MustBuild(), carrying("key", full), keyPlugin("key")},
			"konnect allows 20 tags, of which 4 are marks of konnectkit"},
		"no room for marks": {append(carriers("key", "", "", ""), crowded),
			"the tags of KongPlugin default/key and the marks are 21, and konnect takes 20; take some out of konghq.com/tags"},
		"the same type twice": {append(carriers("key,other", "", "", ""), keyPlugin("key"), keyPlugin("other")),
			"what it has for name, service, route, consumer, consumer_group is that of KongPluginBinding default/key:KongService/web too"},
		"beside an explicit binding": {append(carriers("key", "", "", ""), keyPlugin("key"), boundTo("key").MustBuild()),
			"what it has for name, service, route, consumer, consumer_group is that of"},
		"an instance name for two": {append(carriers("key", "key", "", ""), builder.NewPlugin("key", "key-auth").InstanceName("one").MustBuild()),
			"what it has for instance_name is that of"},
		"of another namespace": {append(carriers("other:key", "", "", ""), keyPlugin("key")), "attach one of another namespace with a KongPluginBinding"},
		"only observed": {append([]crd.Object{plane("cp").MustBuild()}, observing, keyPlugin("key")),
			"attach the plugin with a KongPluginBinding"},
		"a configuration that is none": {append(carriers("p", "", "", ""), builder.NewPlugin("p", "rate-limiting").Config(map[string]any{"minutes": 5}).MustBuild()),
			"did you mean minute?"},
		"a scope that is not allowed": {append(carriers("", "", "cors", ""), corsPlugin()), "spec.targets.consumerRef must not be set for this plugin"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			ensureFresh(t, server, []crd.Object{plane("cp").MustBuild()})
			server.ResetLog()
			report, err := newClient(t, server).Ensure(t.Context(), c.objects)
			require.ErrorContains(t, err, c.want)
			assert.Zero(t, server.Writes())
			assert.NotNil(t, report)
		})
	}
}

// TestImpliedFailureShowsInCarriers: they are there, and not Programmed.
func TestImpliedFailureShowsInCarriers(t *testing.T) {
	t.Parallel()
	server := konnecttest.Start(t)
	server.Inject(konnecttest.Fault{Method: http.MethodPut, Path: "**/plugins/*", Effect: konnecttest.Answer(403, "application/json", `{"message":"no"}`), Times: -1})
	objects := append(carriers("key", "", "", ""), keyPlugin("key"))
	report, err := newClient(t, server).Ensure(t.Context(), objects)
	require.ErrorContains(t, err, "create KongPluginBinding default/key:KongService/web")
	service := objects[1]
	assert.NotEmpty(t, service.GetKonnectStatus().ID)
	for _, c := range service.GetConditions() {
		if c.Type == crd.ConditionProgrammed {
			assert.Equal(t, "False NotProgrammed KongService default/web: implied: KongPluginBinding default/key:KongService/web is not programmed",
				string(c.Status)+" "+c.Reason+" "+c.Message)
		}
	}
	for _, change := range report.Changes {
		if change.Key == crd.KeyOf(service) {
			assert.False(t, change.Programmed)
		}
		if change.Key == crd.KeyOf(objects[2]) {
			assert.Equal(t, konnect.ActionSkipped, change.Action, "a route waits for what protects its service")
		}
	}
	server.ClearFaults()
	objects = append(carriers("key", "", "", ""), keyPlugin("key"))
	ensureFresh(t, server, objects)
	assert.True(t, crd.IsProgrammed(objects[1]))
}

func tagsOf(n int) []string {
	var tags []string
	for i := range n {
		tags = append(tags, fmt.Sprintf("tag%d", i))
	}
	return tags
}
