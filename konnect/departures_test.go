package konnect_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func hosted(object, host string) crd.Object {
	return builder.NewService(object).ControlPlane("gw").Host(host).MustBuild()
}

func routeOn(object, path, service string) crd.Object {
	return builder.NewRoute(object).Service(service).Protocols("http").Paths(path).MustBuild()
}

// putTarget adds a target of somebody else to an upstream in gw.
func putTarget(t *testing.T, server *konnecttest.Server, upstream string) string {
	t.Helper()
	id := server.Entity(planeID(t, server, "gw"), "upstreams", upstream)["id"]
	return putTheirs(t, server, "targets", map[string]any{"target": "10.9.9.9:80", "upstream": map[string]any{"id": id}})
}

func onService(t *testing.T, server *konnecttest.Server) string {
	t.Helper()
	return putPlugin(t, server, "service", "services", "old")
}

func inUpstream(t *testing.T, server *konnecttest.Server) string {
	t.Helper()
	return putTarget(t, server, "old")
}

// TestNothingLeavesWhatOthersUse refuses, before the first write, to take our objects
// away from an entity to prune on which others have put something that would serve
// nobody then.
func TestNothingLeavesWhatOthersUse(t *testing.T) {
	t.Parallel()
	retained := builder.NewService("old").ControlPlane("gw").Host("a.example.com").
		Annotations(map[string]string{crd.DeletionPolicyAnnotation: "retain"}).MustBuild()
	for reason, tt := range map[string]struct {
		before, after []crd.Object
		put           func(*testing.T, *konnecttest.Server) string
		refused       []string // objects
		unread        string
	}{
		"a plugin on a service that was renamed, whose route goes on": {
			before: []crd.Object{service("old").MustBuild(), routeOn("r", "/r", "old")},
			after:  []crd.Object{service("new").MustBuild(), routeOn("r", "/r", "new")},
			put:    onService, refused: []string{"r"},
		},
		"a plugin, two routes, one of which leaves to another service that is there": {
			before: []crd.Object{service("old").MustBuild(), service("other").MustBuild(), routeOn("r", "/r", "old"), routeOn("q", "/q", "old")},
			after:  []crd.Object{service("other").MustBuild(), routeOn("q", "/q", "other")},
			put:    onService, refused: []string{"q"},
		},
		"a plugin, and the route was renamed along": {
			before: []crd.Object{service("old").MustBuild(), routeOn("old-r", "/r", "old")},
			after:  []crd.Object{service("new").MustBuild(), routeOn("new-r", "/r", "new")},
			put:    onService, refused: []string{"new-r"},
		},
		"a plugin on a service that moves to another control plane": {
			before: []crd.Object{service("old").MustBuild(), routeOn("r", "/r", "old")},
			after:  []crd.Object{service("old").ControlPlane("other").MustBuild(), routeOn("r", "/r", "old")},
			put:    onService, refused: []string{"r"},
		},
		"a plugin on a service that is retained": {
			before: []crd.Object{retained, routeOn("r", "/r", "old")},
			after:  []crd.Object{service("new").MustBuild(), routeOn("r", "/r", "new")},
			put:    onService, refused: []string{"r"},
		},
		"a target in an upstream that ours leaves": {
			before: []crd.Object{upstreamNamed("old", "old"), addressed("t", "10.0.0.1:80", "old")},
			after:  []crd.Object{upstreamNamed("new", "new"), addressed("t", "10.0.0.1:80", "new")},
			put:    inUpstream, refused: []string{"t"},
		},
		"a target, and ours was renamed along": {
			before: []crd.Object{upstreamNamed("old", "old"), addressed("t", "10.0.0.1:80", "old")},
			after:  []crd.Object{upstreamNamed("new", "new"), addressed("new-t", "10.0.0.1:80", "new")},
			put:    inUpstream, refused: []string{"new-t"},
		},
		"a target in an upstream to which a service led by its name": {
			before: []crd.Object{upstreamNamed("old", "old"), hosted("s", "old")},
			after:  []crd.Object{upstreamNamed("new", "new"), hosted("s", "new")},
			put:    inUpstream, refused: []string{"s"},
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				batch := func(objects []crd.Object) []crd.Object {
					return append([]crd.Object{plainGateway(), builder.NewGatewayControlPlane("other").MustBuild()}, copyAll(objects)...)
				}
				client := n.client(t, konnect.WithOwner("platform"))
				_, err := client.Ensure(t.Context(), batch(tt.before))
				require.NoError(t, err)
				theirs := tt.put(t, server)
				if tt.unread != "" {
					server.Inject(konnecttest.Fault{
						Method: "GET", Path: tt.unread, Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"message":"forbidden"}`),
					})
				}
				before := stateOf(t, server)
				server.ResetLog()
				_, err = client.Ensure(t.Context(), batch(tt.after), konnect.WithPrune())
				var invalid *konnect.BatchError
				require.ErrorAs(t, err, &invalid)
				var refused []string
				for _, p := range invalid.Problems {
					refused = append(refused, p.Key.Name)
				}
				assert.Equal(t, tt.refused, refused)
				if tt.unread == "" {
					var owned *konnect.OwnershipError
					require.ErrorAs(t, err, &owned)
					assert.Equal(t, theirs, owned.KonnectID)
					require.ErrorContains(t, err, "move or delete it first, or keep spec.name of")
				}
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "refused")

				// Others are not concerned in a partial call.
				aside := append(batch(tt.after), service("aside").MustBuild())
				report, err := client.Ensure(t.Context(), aside, konnect.WithPrune(), konnect.WithPartial())
				require.Error(t, err)
				assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongService", "aside").Action)
				var failed []string
				for _, change := range report.Changes {
					if change.Action == konnect.ActionFailed {
						failed = append(failed, change.Key.Name)
					}
					assert.NotEqual(t, konnect.ActionDeleted, change.Action, "%s", change.Key)
				}
				assert.Equal(t, tt.refused, failed)
			})
		})
	}
}

// TestNothingLeavesAsAdvised does what the errors advise.
func TestNothingLeavesAsAdvised(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(inGateway(service("old").MustBuild(), routeOn("r", "/r", "old")))(t, n))
		plugin := onService(t, server)
		after := inGateway(service("new").MustBuild(), routeOn("r", "/r", "new"))
		require.Error(t, ensuring(after, konnect.WithPrune())(t, n))

		kept := inGateway(service("new").SpecName("old").MustBuild(), routeOn("r", "/r", "new"))
		require.NoError(t, ensuring(kept, konnect.WithPrune())(t, n), "spec.name kept")
		require.NoError(t, ensuring(after, konnect.WithPrune())(t, n), "and changed when the entity is the new object's")
		gw := planeID(t, server, "gw")
		service := server.Entity(gw, "services", "new")
		assert.Equal(t, map[string]any{"id": service["id"]}, server.Entity(gw, "plugins", plugin)["service"])
		assert.Len(t, server.Entities(gw, "services"), 1)
	})
}

// TestSparedBesideOthers handles the rest where nothing of others loses its effect.
func TestSparedBesideOthers(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		before, after []crd.Object
		put           func(*testing.T, *konnecttest.Server) string
	}{
		"a route of others leads to the service as before": {
			before: []crd.Object{service("old").MustBuild(), routeOn("r", "/r", "old")},
			after:  []crd.Object{service("new").MustBuild(), routeOn("r", "/r", "new")},
			put: func(t *testing.T, server *konnecttest.Server) string {
				t.Helper()
				id := server.Entity(planeID(t, server, "gw"), "services", "old")["id"]
				return putTheirs(t, server, "routes", map[string]any{"paths": []string{"/theirs"}, "service": map[string]any{"id": id}})
			},
		},
		"a route with a plugin stays with its service": {
			before: []crd.Object{service("old").MustBuild(), routeOn("old", "/r", "old")},
			after:  []crd.Object{service("new").MustBuild(), routeOn("new", "/r", "new")},
			put: func(t *testing.T, server *konnecttest.Server) string {
				t.Helper()
				return putPlugin(t, server, "route", "routes", "old")
			},
		},
		"another route than the one that is dropped": {
			before: []crd.Object{service("old").MustBuild(), routeOn("r", "/r", "old")},
			after:  []crd.Object{service("new").MustBuild(), routeOn("q", "/q", "new")},
			put:    onService,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(inGateway(tt.before...))(t, n))
				theirs := tt.put(t, server)
				report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), inGateway(tt.after...)(), konnect.WithPrune())
				var owned *konnect.OwnershipError
				require.ErrorAs(t, err, &owned)
				assert.Equal(t, theirs, owned.KonnectID)
				assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongService", "old").Action)
				assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongService", "new").Action)
			})
		})
	}
}
