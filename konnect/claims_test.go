package konnect_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

func plainGateway() crd.Object { return builder.NewGatewayControlPlane("gw").MustBuild() }

// putTheirs adds an entity without marks and returns its ID.
func putTheirs(t *testing.T, server *konnecttest.Server, collection string, entity map[string]any) string {
	t.Helper()
	stored, err := server.Put(planeID(t, server, "gw"), collection, entity)
	require.NoError(t, err)
	return textOf(stored["id"])
}

// TestRefusalProvesNothing calls again with the objects, and so the statuses, of a
// refused call.
func TestRefusalProvesNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason string
		first  func(service, route string) []crd.Object
		second func(service string) crd.Object // in place of the first's service, nil for the same
		kind   string                          // of the object that is refused
	}{
		"spec.id": {
			"the entity that spec.id names is not ours, however often it is tried",
			func(service, _ string) []crd.Object {
				return []crd.Object{builder.NewService("a").ID(service).ControlPlane("gw").Host("mine.example.com").MustBuild()}
			}, nil, "KongService",
		},
		"match": {
			"an entity that did not match was not adopted",
			func(service, _ string) []crd.Object {
				return []crd.Object{builder.NewService("a").SpecName("theirs").ControlPlane("gw").Host("mine.example.com").AdoptMatch(service).MustBuild()}
			},
			func(string) crd.Object {
				return builder.NewService("a").SpecName("theirs").ControlPlane("gw").Host("mine.example.com").MustBuild()
			}, "KongService",
		},
		"blocked": {
			"a route was found, but nothing was decided on it while its service was refused",
			func(service, route string) []crd.Object {
				return []crd.Object{
					builder.NewService("a").ID(service).ControlPlane("gw").Host("mine.example.com").MustBuild(),
					builder.NewRoute("r").ID(route).Service("a").Protocols("http").Paths("/mine").MustBuild(),
				}
			},
			func(string) crd.Object {
				return builder.NewService("a").ControlPlane("gw").Host("mine.example.com").MustBuild()
			}, "KongRoute",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(func() []crd.Object { return []crd.Object{plainGateway()} })(t, n))
				service := putTheirs(t, server, "services", map[string]any{"name": "theirs", "host": "theirs.example.com"})
				route := putTheirs(t, server, "routes", map[string]any{"name": "theirs", "paths": []string{"/theirs"}})
				before := stateOf(t, server)
				client := n.client(t, konnect.WithOwner("platform"))

				objects := append([]crd.Object{plainGateway()}, tt.first(service, route)...)
				_, err := client.Ensure(t.Context(), objects)
				require.Error(t, err, tt.reason)
				assertState(t, before, stateOf(t, server), tt.reason)
				refused := objects[slices.IndexFunc(objects, func(o crd.Object) bool { return crd.KeyOf(o).Kind == tt.kind })]
				assert.Empty(t, refused.GetKonnectStatus().ID, "%s: no entity is the object's yet", tt.reason)

				if tt.second != nil {
					replaced := tt.second(service)
					if tt.kind == "KongService" {
						replaced.SetKonnectStatus(objects[1].GetKonnectStatus())
					}
					objects[1] = replaced
				}
				_, err = client.Ensure(t.Context(), objects)
				var owned *konnect.OwnershipError
				require.ErrorAs(t, err, &owned, tt.reason)
				assert.Equal(t, tt.kind, owned.Key.Kind, tt.reason)
				gw := planeID(t, server, "gw")
				assert.Equal(t, "theirs.example.com", server.Entity(gw, "services", service)["host"], tt.reason)
				assert.Equal(t, []any{"/theirs"}, server.Entity(gw, "routes", route)["paths"], tt.reason)
			})
		})
	}
}

// TestAdoptionLeavesWhatIsNamed adopts by policy nothing that another object names
// in spec.adopt, whichever of them comes first.
func TestAdoptionLeavesWhatIsNamed(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} {
		t.Run(names[0]+" by policy", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(func() []crd.Object { return []crd.Object{plainGateway()} })(t, n))
				id := putTheirs(t, server, "services", map[string]any{"name": "x", "host": "theirs.example.com"})
				byPolicy := named(names[0], "x")
				byName := builder.NewService(names[1]).SpecName("y").ControlPlane("gw").Host("pool").Adopt(id).MustBuild()
				for _, objects := range [][]crd.Object{{plainGateway(), byPolicy, byName}, {plainGateway(), byName, byPolicy}} {
					_, err := n.client(t, konnect.WithOwner("platform")).Plan(t.Context(), copyAll(objects), konnect.WithAdoption(konnect.AdoptUnowned))
					require.NoError(t, err)
				}
				_, err := n.client(t, konnect.WithOwner("platform")).
					Ensure(t.Context(), []crd.Object{plainGateway(), byPolicy, byName}, konnect.WithAdoption(konnect.AdoptUnowned))
				require.NoError(t, err)
				gw := planeID(t, server, "gw")
				assert.Equal(t, id, byName.GetKonnectStatus().ID, "named in spec.adopt")
				assert.Equal(t, "y", server.Entity(gw, "services", id)["name"])
				assert.NotEqual(t, id, byPolicy.GetKonnectStatus().ID, "a new one")
				assert.Equal(t, "x", server.Entity(gw, "services", byPolicy.GetKonnectStatus().ID)["name"])
			})
		})
	}
}

// TestOriginAndMirror has one control plane in a batch twice.
func TestOriginAndMirror(t *testing.T) {
	t.Parallel()
	for name, mirrorFirst := range map[string]bool{"mirror last": false, "mirror first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(func() []crd.Object {
					return []crd.Object{plainGateway(), named("a", "one"), named("b", "two")}
				})(t, n))
				gw := planeID(t, server, "gw")
				both := func(origin crd.Object, more ...crd.Object) []crd.Object {
					planes := []crd.Object{origin, builder.NewGatewayControlPlane("mirrored").Mirror(gw).MustBuild()}
					if mirrorFirst {
						slices.Reverse(planes)
					}
					return append(planes, more...)
				}
				server.ResetLog()
				report, err := n.client(t, konnect.WithOwner("platform")).
					Ensure(t.Context(), both(plainGateway(), named("a", "one")), konnect.WithPrune(), konnect.WithMaxDeletes(1))
				require.NoError(t, err, "it is one deletion")
				assert.Equal(t, 1, server.Count("DELETE", "/services/"))
				assert.Equal(t, 1, server.Writes())
				assert.Len(t, deletedOf(report), 1, "%s", report)
				assert.Len(t, server.Entities(gw, "services"), 1)

				renamed := func() crd.Object { return builder.NewGatewayControlPlane("gw").SpecName("gw2").MustBuild() }
				fresh := builder.NewGatewayControlPlane("new").SpecName("gw").MustBuild()
				_, err = n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), both(renamed(), fresh))
				require.NoError(t, err, "the origin gives its name up, mirrored or not")
				assert.Equal(t, gw, planeID(t, server, "gw2"))
				assert.NotEqual(t, gw, planeID(t, server, "gw"))
			})
		})
	}
}

func deletedOf(report *konnect.Report) []konnect.Change {
	return slices.DeleteFunc(slices.Clone(report.Changes), func(c konnect.Change) bool { return c.Action != konnect.ActionDeleted })
}

// TestSparedIsNoDeletion counts against the limit only what would be deleted.
func TestSparedIsNoDeletion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(func() []crd.Object { return []crd.Object{plainGateway(), named("b", "two")} })(t, n))
		service := map[string]any{"id": server.Entity(planeID(t, server, "gw"), "services", "two")["id"]}
		putTheirs(t, server, "routes", map[string]any{"name": "theirs", "paths": []string{"/theirs"}, "service": service})
		_, err := n.client(t, konnect.WithOwner("platform")).
			Ensure(t.Context(), []crd.Object{plainGateway()}, konnect.WithPrune(), konnect.WithMaxDeletes(0))
		var tooMany *konnect.TooManyDeletesError
		assert.NotErrorAs(t, err, &tooMany)
		var owned *konnect.OwnershipError
		require.ErrorAs(t, err, &owned, "the reason is what others have put there")
	})
}

// TestDeleteBelievesNoMissingList refuses to take a list that cannot be found for
// an empty one while the control plane is there.
func TestDeleteBelievesNoMissingList(t *testing.T) {
	t.Parallel()
	for collection, entity := range map[string]map[string]any{
		"routes":   {"name": "theirs", "paths": []string{"/theirs"}},
		"services": {"name": "theirs", "host": "theirs.example.com"},
		"plugins":  {"name": "key-auth"},
	} {
		t.Run(collection, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				gateway := func() []crd.Object { return []crd.Object{plainGateway()} }
				require.NoError(t, ensuring(gateway)(t, n))
				putTheirs(t, server, collection, entity)
				server.Inject(konnecttest.Fault{
					Method: "GET", Path: "**/" + collection, Times: -1,
					Effect: konnecttest.Answer(404, "application/json", `{"message":"no Route matched with those values"}`),
				})
				server.ResetLog()
				require.Error(t, deleting(gateway)(t, n))
				assert.Zero(t, server.Writes())
				assert.Len(t, server.ControlPlanes(), 1)
			})
		})
	}
}

// TestDeleteTargetWhereItIs, whatever upstream its object refers to by now.
func TestDeleteTargetWhereItIs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		known  []crd.Object // upstreams beside p that Konnect has
		status bool
		more   []crd.Object
	}{
		"upstream in Konnect":              {known: []crd.Object{upstreamNamed("q", "q")}},
		"upstream in Konnect, with status": {known: []crd.Object{upstreamNamed("q", "q")}, status: true},
		"upstream in Konnect, listed":      {known: []crd.Object{upstreamNamed("q", "q")}, more: []crd.Object{targetAt("two", "q")}},
		"upstream unknown to Konnect":      {},
		"upstream unknown, with status":    {status: true},
		"upstream unknown, listed":         {more: []crd.Object{targetAt("two", "q")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				created := targetAt("one", "p")
				_, err := n.client(t, konnect.WithOwner("platform")).
					Ensure(t.Context(), append(inGateway(append(tt.known, upstreamNamed("p", "p"))...)(), created))
				require.NoError(t, err)
				edited := targetAt("one", "q")
				if tt.status {
					edited.SetKonnectStatus(created.GetKonnectStatus())
				}
				source := resolve.Objects(inGateway(upstreamNamed("p", "p"), upstreamNamed("q", "q"))()...)
				report, err := n.client(t, konnect.WithOwner("platform"), konnect.WithSource(source)).
					Delete(t.Context(), append([]crd.Object{edited}, copyAll(tt.more)...))
				require.NoError(t, err)
				assert.Empty(t, server.Entities(planeID(t, server, "gw"), "targets"), "%s", report)
				assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongTarget", "one").Action)
				assert.Empty(t, edited.GetKonnectStatus().ID)
			})
		})
	}
}
