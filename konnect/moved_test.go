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
	"github.com/konnectkit/konnectkit/resolve"
)

func upstreamNamed(object, name string) crd.Object {
	return builder.NewUpstream(object).SpecName(name).ControlPlane("gw").MustBuild()
}

func targetAt(object, upstream string) crd.Object {
	return builder.NewTarget(object).Upstream(upstream).Address(object + ".example.com:80").MustBuild()
}

func routeAt(object, name, service string) crd.Object {
	return builder.NewRoute(object).SpecName(name).Service(service).Protocols("http").Paths("/" + object).MustBuild()
}

func inGateway(objects ...crd.Object) func() []crd.Object {
	return func() []crd.Object { return append([]crd.Object{plainGateway()}, copyAll(objects)...) }
}

// TestNameOfOrphanStillInUse takes the name of an entity to prune that still holds
// something of the batch: that goes first to the entity which is to have the name.
func TestNameOfOrphanStillInUse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason        string
		before, after func() []crd.Object
		writes        int
		parents       string
		keeps         string // the name of the entity that was "one"
	}{
		"service": {
			"Konnect deletes no service with routes",
			inGateway(named("a", "one"), named("b", "two"), routeAt("r", "r", "b")),
			inGateway(named("a", "two"), routeAt("r", "r", "a")), 3, "services", "two",
		},
		"upstream": {
			"Konnect deletes targets with their upstream",
			inGateway(upstreamNamed("a", "one"), upstreamNamed("b", "two"), targetAt("t", "b")),
			inGateway(upstreamNamed("a", "two"), targetAt("t", "a")), 3, "upstreams", "two",
		},
		"names of routes too": {
			"of those that leave one takes the name of the other",
			inGateway(named("a", "one"), named("b", "two"), routeAt("r", "r", "b"), routeAt("s", "s", "b")),
			inGateway(named("a", "two"), routeAt("r", "rr", "a"), routeAt("s", "r", "a")), 4, "services", "two",
		},
		"crosswise": {
			"each waits for what the other holds",
			inGateway(
				named("a", "one"), named("b", "two"), named("c", "three"), named("d", "four"),
				routeAt("r", "r", "c"), routeAt("s", "s", "d"),
			),
			inGateway(named("a", "three"), named("b", "four"), routeAt("r", "r", "b"), routeAt("s", "s", "a")), 6, "services", "three",
		},
		"a new route in place of a pruned one": {
			"the name of a route is that of one to prune, below a service to prune",
			inGateway(named("a", "one"), named("b", "two"), routeAt("r", "r", "b"), routeAt("old", "old", "b"), routeAt("s", "s", "a")),
			inGateway(named("a", "two"), routeAt("r", "r", "a"), routeAt("s", "old", "a")), 5, "services", "two",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(tt.before)(t, n))
				kept := server.Entity(planeID(t, server, "gw"), tt.parents, "one")["id"]
				server.ResetLog()
				require.NoError(t, ensuring(tt.after, konnect.WithPrune())(t, n), tt.reason)
				assert.Equal(t, tt.writes, server.Writes(), tt.reason)
				assert.Equal(t, tt.keeps, server.Entity(planeID(t, server, "gw"), tt.parents, textOf(kept))["name"], tt.reason)
				server.ResetLog()
				require.NoError(t, ensuring(tt.after, konnect.WithPrune())(t, n))
				assert.Zero(t, server.Writes(), tt.reason)
			})
		})
	}
}

// TestNameOfOrphanThatStays is refused before the first write: nobody will give
// the name up.
func TestNameOfOrphanThatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for reason, tt := range map[string]struct {
			source []crd.Object
			batch  []crd.Object
			theirs bool   // somebody's route refers to the orphan
			unread string // cannot be listed
		}{
			"nothing is pruned in a control plane that is not in the batch": {
				source: []crd.Object{plainGateway()}, batch: []crd.Object{named("c", "three"), named("a", "two")},
			},
			"the orphan is kept for what others have put below it": {
				batch: []crd.Object{plainGateway(), named("c", "three"), named("a", "two")}, theirs: true,
			},
			"nothing is pruned in a control plane that cannot be read": {
				batch: []crd.Object{plainGateway(), named("c", "three"), named("a", "two")}, unread: "**/routes",
			},
		} {
			server := konnecttest.NewServer()
			n := newNetwork(server)
			require.NoError(t, ensuring(inGateway(named("a", "one"), named("b", "two")))(t, n))
			two := server.Entity(planeID(t, server, "gw"), "services", "two")["id"]
			if tt.theirs {
				putTheirs(t, server, "routes", map[string]any{"name": "theirs", "paths": []string{"/theirs"}, "service": map[string]any{"id": two}})
			}
			if tt.unread != "" {
				server.Inject(konnecttest.Fault{
					Method: "GET", Path: tt.unread, Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"message":"forbidden"}`),
				})
			}
			server.ResetLog()
			client := n.client(t, konnect.WithOwner("platform"), konnect.WithSource(resolve.Objects(tt.source...)))
			_, err := client.Ensure(t.Context(), tt.batch, konnect.WithPrune())
			var owned *konnect.OwnershipError
			require.ErrorAs(t, err, &owned, reason)
			assert.Equal(t, "a", owned.Key.Name, reason)
			assert.Equal(t, two, owned.KonnectID, reason)
			assert.Zero(t, server.Writes(), reason)
		}
	})
}

// TestControlPlaneNamesHandedOn while Konnect still holds a name that was given up.
func TestControlPlaneNamesHandedOn(t *testing.T) {
	t.Parallel()
	names := func(a, b string) func() []crd.Object {
		return func() []crd.Object {
			return []crd.Object{
				builder.NewGatewayControlPlane("a").SpecName(a).MustBuild(), builder.NewGatewayControlPlane("b").SpecName(b).MustBuild(),
			}
		}
	}
	for name, want := range map[string][2]string{
		"handed on": {"three", "one"}, "handed back": {"two", "four"}, "swapped": {"two", "one"},
	} {
		for lagName, lag := range map[string]konnecttest.Lag{"at once": {}, "with lag": {Duration: 300 * time.Millisecond}} {
			t.Run(name+", "+lagName, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithReleaseLag(lag))
					n := newNetwork(server)
					require.NoError(t, ensuring(names("one", "two"))(t, n))
					a, b := planeID(t, server, "one"), planeID(t, server, "two")
					require.NoError(t, ensuring(names(want[0], want[1]))(t, n))
					assert.Equal(t, a, planeID(t, server, want[0]))
					assert.Equal(t, b, planeID(t, server, want[1]))
					server.ResetLog()
					require.NoError(t, ensuring(names(want[0], want[1]))(t, n))
					assert.Zero(t, server.Writes())
				})
			})
		}
	}
}

// TestSwapAndMove has routes that swap names and go to another service at once.
func TestSwapAndMove(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		s, fresh := named("s", "s"), named("t", "t")
		require.NoError(t, ensuring(inGateway(s, routeAt("a", "one", "s"), routeAt("b", "two", "s")))(t, n))

		both := inGateway(s, fresh, routeAt("a", "two", "t"), routeAt("b", "one", "t"))
		server.ResetLog()
		require.NoError(t, ensuring(both)(t, n))
		assert.Equal(t, 4, server.Writes(), "the service, two routes, and one more for the swap")
		assert.Len(t, server.Entities(planeID(t, server, "gw"), "routes"), 2)
		server.ResetLog()
		require.NoError(t, ensuring(both)(t, n))
		assert.Zero(t, server.Writes())
	})
}

// TestSwapOfLongNames parks under a name that Konnect takes.
func TestSwapOfLongNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		x, y := strings.Repeat("x", 125), strings.Repeat("y", 125)
		require.NoError(t, ensuring(inGateway(named("a", x), named("b", y)))(t, n))
		gw := planeID(t, server, "gw")
		a := server.Entity(gw, "services", x)["id"]
		require.NoError(t, ensuring(inGateway(named("a", y), named("b", x)))(t, n))
		assert.Equal(t, a, server.Entity(gw, "services", y)["id"])
		assert.NotNil(t, server.Entity(gw, "services", x))
	})
}

// TestSwapThatFails says under which name an entity was left, and is taken up.
func TestSwapThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(inGateway(named("a", "one"), named("b", "two")))(t, n))
		gw := planeID(t, server, "gw")
		a, b := textOf(server.Entity(gw, "services", "one")["id"]), textOf(server.Entity(gw, "services", "two")["id"])
		server.Inject(konnecttest.Fault{
			Method: "PUT", Path: "**/services/" + b, Times: -1,
			Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error"}`),
		})
		swapped := inGateway(named("a", "two"), named("b", "one"))
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), swapped())
		require.Error(t, err)
		left := changeOf(t, report, "KongService", "a")
		assert.Equal(t, konnect.ActionFailed, left.Action, "it was renamed: that is not nothing")
		require.ErrorContains(t, left.Err, textOf(server.Entity(gw, "services", a)["name"]))

		server.ClearFaults()
		require.NoError(t, ensuring(swapped)(t, n))
		assert.Equal(t, "two", server.Entity(gw, "services", a)["name"])
		assert.Equal(t, "one", server.Entity(gw, "services", b)["name"])
	})
}

// TestMoveThatFails keeps the old entity until the new one is there.
func TestMoveThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		at := func(controlPlane string) func() []crd.Object {
			return func() []crd.Object {
				return append(bareControlPlanes(), builder.NewService("api").ControlPlane(controlPlane).Host("a.example.com").MustBuild())
			}
		}
		require.NoError(t, ensuring(at("gw"))(t, n))
		gw, spare := planeID(t, server, "gw"), planeID(t, server, "spare")
		server.Inject(konnecttest.Fault{
			Method: "PUT", Path: "**/services/*", Times: -1,
			Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error"}`),
		})
		require.ErrorContains(t, ensuring(at("spare"), konnect.WithPrune())(t, n), "KongService default/api")
		assert.Len(t, server.Entities(gw, "services"), 1, "it is nowhere else")
		assert.Empty(t, server.Entities(spare, "services"))

		server.ClearFaults()
		require.NoError(t, ensuring(at("spare"), konnect.WithPrune())(t, n))
		assert.Empty(t, server.Entities(gw, "services"))
		assert.Len(t, server.Entities(spare, "services"), 1)
	})
}

// TestTargetMovesToNewUpstream without a second entity, though it is the only one
// of its kind and so not listed.
func TestTargetMovesToNewUpstream(t *testing.T) {
	t.Parallel()
	target := func(object, upstream string) crd.Object {
		return builder.NewTarget(object).Upstream(upstream).Address("a.example.com:80").MustBuild()
	}
	for reason, object := range map[string]string{"its ID is the computed one": "one", "its ID is that of a former name": "uno"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(inGateway(upstreamNamed("p", "p"), target("one", "p")))(t, n))
				require.NoError(t, ensuring(inGateway(upstreamNamed("p", "p"), target(object, "p")), konnect.WithPrune())(t, n))
				gw := planeID(t, server, "gw")
				id := textOf(server.Entities(gw, "targets")[0]["id"])
				require.NoError(t, server.Modify(gw, "targets", id, func(e map[string]any) { e["failover"] = true }))

				moved := inGateway(upstreamNamed("p", "p"), upstreamNamed("q", "q"), target(object, "q"))
				report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), moved())
				require.NoError(t, err)
				targets := server.Entities(gw, "targets")
				require.Len(t, targets, 1, "%s", report)
				assert.Equal(t, id, targets[0]["id"])
				assert.Equal(t, map[string]any{"id": server.Entity(gw, "upstreams", "q")["id"]}, targets[0]["upstream"])
				assert.Equal(t, true, targets[0]["failover"], "what the object does not say stays")
				assert.Equal(t, konnect.ActionUpdated, changeOf(t, report, "KongTarget", object).Action)
			})
		})
	}
}
