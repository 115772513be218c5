package konnect_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// platformToRename has an object of each kind that platformRenamed renames.
func platformToRename() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(),
		upstreamNamed("pool", "pool"), targetAt("one", "pool"),
		named("api", "api"), named("next", "next"), named("third", "third"),
		routeAt("all", "all", "api"), routeAt("some", "some", "next"), named("unused", "unused"),
	}
}

// platformRenamed is platformToRename with other names in metadata, and names of
// entities handed on besides.
func platformRenamed() []crd.Object {
	plane, pool, one := builder.NewGatewayControlPlane("gate").SpecName("gw").MustBuild(),
		builder.NewUpstream("basin").SpecName("pool").ControlPlane("gate").MustBuild(),
		builder.NewTarget("uno").Upstream("basin").Address("one.example.com:80").MustBuild()
	some := builder.NewRoute("any").SpecName("some").Service("next").Protocols("http").Paths("/some").MustBuild()
	service := func(object, name string) crd.Object {
		return builder.NewService(object).SpecName(name).ControlPlane("gate").Host("pool").MustBuild()
	}
	return []crd.Object{
		plane, pool, one,
		service("interface", "api"), service("next", "unused"), service("third", "next"),
		routeAt("all", "all", "interface"), some,
	}
}

// TestRenamedObjects keep their entities when the batch is complete, and with them
// what belongs to those.
func TestRenamedObjects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(platformToRename)(t, n))
		gw := planeID(t, server, "gw")
		ids := map[string]any{}
		for _, collection := range entityCollections {
			for _, e := range server.Entities(gw, collection) {
				ids[label(e)] = e["id"]
			}
		}
		server.ResetLog()
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), platformRenamed(), konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, gw, planeID(t, server, "gw"), "the control plane is the same")
		for _, renamed := range []struct{ kind, object, before string }{
			{"KonnectGatewayControlPlane", "gate", "gw"}, {"KongUpstream", "basin", "pool"}, {"KongTarget", "uno", "one.example.com:80"},
			{"KongService", "interface", "api"}, {"KongRoute", "any", "some"},
		} {
			change := changeOf(t, report, renamed.kind, renamed.object)
			assert.Equal(t, konnect.ActionUpdated, change.Action, "%s", change.Key)
			require.NotEmpty(t, change.Fields)
			for _, field := range change.Fields {
				assert.Contains(t, []string{"tags", "labels.managed-key", "labels.k8s-name"}, field.Path, "%s: only the marks differ", change.Key)
			}
			if renamed.before != "gw" {
				assert.Equal(t, ids[renamed.before], change.KonnectID, "%s", change.Key)
			}
		}
		all := changeOf(t, report, "KongRoute", "all")
		assert.Equal(t, konnect.ActionUnchanged, all.Action, "its service has kept its ID")
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongService", "unused").Action)
		assert.Equal(t, 8, server.Writes(), "five renamed, two that hand names on, one deleted")

		for reason, opts := range map[string][]konnect.EnsureOption{"complete": {konnect.WithPrune()}, "not": nil} {
			server.ResetLog()
			require.NoError(t, ensuring(platformRenamed, opts...)(t, n), reason)
			assert.Zero(t, server.Writes(), reason)
		}
	})
}

// TestRenamedObjectWithoutPrune is refused: the object in the marks may be in
// another batch of the same owner, and the two would take turns.
func TestRenamedObjectWithoutPrune(t *testing.T) {
	t.Parallel()
	plane := func(object string) []crd.Object {
		return []crd.Object{builder.NewGatewayControlPlane(object).SpecName("gw").MustBuild()}
	}
	for name, tt := range map[string]struct{ one, two func() []crd.Object }{
		"control plane": {func() []crd.Object { return plane("a") }, func() []crd.Object { return plane("b") }},
		"service":       {inGateway(named("a", "one")), inGateway(named("b", "one"))},
		"many services": {
			inGateway(named("a", "one"), named("x", "x")), inGateway(named("b", "one"), named("x", "x")),
		},
		"target": {
			inGateway(upstreamNamed("p", "p"), builder.NewTarget("a").Upstream("p").Address("one.example.com:80").MustBuild()),
			inGateway(upstreamNamed("p", "p"), builder.NewTarget("b").Upstream("p").Address("one.example.com:80").MustBuild()),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(tt.one)(t, n))
				before := stateOf(t, server)
				server.ResetLog()
				var owned *konnect.OwnershipError
				require.ErrorAs(t, ensuring(tt.two)(t, n), &owned)
				assert.Contains(t, owned.Hint, "WithPrune")
				assert.Zero(t, server.Writes())
				require.NoError(t, ensuring(tt.one)(t, n))
				assert.Zero(t, server.Writes(), "the first batch has lost nothing")
				assertState(t, before, stateOf(t, server), "nothing is touched")

				require.NoError(t, ensuring(tt.two, konnect.WithPrune())(t, n))
				require.ErrorAs(t, ensuring(tt.one)(t, n), &owned, "now it is the other's")
			})
		})
	}
}

// TestOldNameIsUsedAgain gives the former name of a renamed object to a new one,
// whose computed ID is that of an entity which is somebody else's by now.
func TestOldNameIsUsedAgain(t *testing.T) {
	t.Parallel()
	for name, others := range map[string][]crd.Object{"read one by one": nil, "listed": {named("x", "x"), named("y", "y")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				batch := func(services ...crd.Object) func() []crd.Object { return inGateway(append(services, others...)...) }
				require.NoError(t, ensuring(batch(named("a", "one")))(t, n))
				gw := planeID(t, server, "gw")
				first := server.Entity(gw, "services", "one")["id"]
				require.NoError(t, ensuring(batch(named("b", "one")), konnect.WithPrune())(t, n))

				alone := batch(named("a", "two"))
				require.NoError(t, ensuring(alone)(t, n))
				second := server.Entity(gw, "services", "two")["id"]
				assert.NotEqual(t, first, second)
				assert.Equal(t, first, server.Entity(gw, "services", "one")["id"])
				for _, again := range []func() []crd.Object{alone, batch(named("b", "one")), batch(named("a", "two"), named("b", "one"))} {
					server.ResetLog()
					require.NoError(t, ensuring(again)(t, n))
					assert.Zero(t, server.Writes())
				}

				require.NoError(t, ensuring(batch(named("a", "one")), konnect.WithPrune())(t, n), "and back")
				assert.Equal(t, second, server.Entity(gw, "services", "one")["id"])
				assert.Len(t, server.Entities(gw, "services"), len(others)+1)
			})
		})
	}
}

// TestRenamedWithoutName cannot be found: a route without a name has no natural
// key, so that another one takes its place.
func TestRenamedWithoutName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		unnamed := func(object string) crd.Object {
			route := builder.NewRoute(object).ControlPlane("gw").Protocols("http").Paths("/").MustBuild()
			route.Spec.Name = nil
			return route
		}
		require.NoError(t, ensuring(inGateway(unnamed("a")))(t, n))
		server.ResetLog()
		require.NoError(t, ensuring(inGateway(unnamed("b")), konnect.WithPrune())(t, n))
		assert.Equal(t, 1, server.Count(http.MethodPut, "/routes/"))
		assert.Equal(t, 1, server.Count(http.MethodDelete, "/routes/"))
		assert.Len(t, server.Entities(planeID(t, server, "gw"), "routes"), 1)
	})
}

// TestStatusOfRenamedObject names an entity that another object of the batch has
// taken over meanwhile, which may reach the control plane in another way.
func TestStatusOfRenamedObject(t *testing.T) {
	t.Parallel()
	for _, plane := range []string{"gw", "mirror"} {
		t.Run(plane, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				a := named("a", "one")
				require.NoError(t, ensuring(func() []crd.Object { return []crd.Object{plainGateway(), a} })(t, n))
				require.NoError(t, ensuring(inGateway(named("b", "one")), konnect.WithPrune())(t, n))

				stale := builder.NewService("a").SpecName("two").ControlPlane(plane).Host("pool").MustBuild()
				stale.SetKonnectStatus(a.GetKonnectStatus())
				report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), []crd.Object{
					plainGateway(), builder.NewGatewayControlPlane("mirror").Mirror(planeID(t, server, "gw")).MustBuild(), stale, named("b", "one"),
				})
				require.NoError(t, err)
				assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongService", "a").Action)
				assert.Equal(t, konnect.ActionUnchanged, changeOf(t, report, "KongService", "b").Action)
			})
		})
	}
}

// TestNameOfMovedObject is free for another as soon as the object that had it is
// in the control plane to which it moves.
func TestNameOfMovedObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		in := func(object, plane, name string) crd.Object {
			return builder.NewService(object).SpecName(name).ControlPlane(plane).Host("pool").MustBuild()
		}
		batch := func(services ...crd.Object) func() []crd.Object {
			return func() []crd.Object { return append(bareControlPlanes(), copyAll(services)...) }
		}
		require.NoError(t, ensuring(batch(in("a", "gw", "one"), in("b", "gw", "two")))(t, n))
		after := batch(in("a", "spare", "one"), in("b", "gw", "one"))
		require.NoError(t, ensuring(after, konnect.WithPrune())(t, n))
		for plane, want := range map[string]string{"gw": "b", "spare": "a"} {
			services := server.Entities(planeID(t, server, plane), "services")
			require.Len(t, services, 1)
			assert.Equal(t, want, label(map[string]any{"tags": services[0]["tags"]}), "the one service in %s", plane)
		}
		server.ResetLog()
		require.NoError(t, ensuring(after, konnect.WithPrune())(t, n))
		assert.Zero(t, server.Writes())
	})
}
