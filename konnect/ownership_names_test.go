package konnect_test

import (
	"context"
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

func named(service, name string) crd.Object {
	return builder.NewService(service).SpecName(name).ControlPlane("gw").Host("pool").MustBuild()
}

// TestNameHandedOn renames entities so that names go from one to another.
func TestNameHandedOn(t *testing.T) {
	t.Parallel()
	gw := builder.NewGatewayControlPlane("gw").MustBuild()
	for name, tt := range map[string]struct {
		before, after []crd.Object
		want          map[string]string // entity's name by object
	}{
		"to a new object": {
			[]crd.Object{named("a", "one")}, []crd.Object{named("a", "two"), named("b", "one")},
			map[string]string{"a": "two", "b": "one"},
		},
		"to an old object": {
			[]crd.Object{named("a", "one"), named("b", "two")}, []crd.Object{named("a", "three"), named("b", "one")},
			map[string]string{"a": "three", "b": "one"},
		},
		"along a chain": {
			[]crd.Object{named("a", "one"), named("b", "two"), named("c", "three"), named("d", "four")},
			[]crd.Object{named("a", "five"), named("b", "one"), named("c", "two"), named("d", "three")},
			map[string]string{"a": "five", "b": "one", "c": "two", "d": "three"},
		},
		"to one that comes first": {
			[]crd.Object{named("b", "one"), named("a", "two")}, []crd.Object{named("a", "one"), named("b", "three")},
			map[string]string{"a": "one", "b": "three"},
		},
	} {
		for lagName, lag := range map[string]konnecttest.Lag{"at once": {}, "with lag": {Duration: 300 * time.Millisecond}} {
			t.Run(name+", "+lagName, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithReleaseLag(lag))
					n := newNetwork(server)
					before := func() []crd.Object { return append([]crd.Object{gw.DeepCopy()}, copyAll(tt.before)...) }
					after := func() []crd.Object { return append([]crd.Object{gw.DeepCopy()}, copyAll(tt.after)...) }
					require.NoError(t, ensuring(before)(t, n))
					require.NoError(t, ensuring(after)(t, n))
					got := map[string]string{}
					for _, entity := range server.Entities(planeID(t, server, "gw"), "services") {
						got[label(map[string]any{"tags": entity["tags"]})] = textOf(entity["name"])
					}
					assert.Equal(t, tt.want, got)
					server.ResetLog()
					require.NoError(t, ensuring(after)(t, n))
					assert.Zero(t, server.Writes())
				})
			})
		}
	}
}

func copyAll(objects []crd.Object) []crd.Object {
	copies := make([]crd.Object, len(objects))
	for i, obj := range objects {
		copies[i], _ = obj.DeepCopyObject().(crd.Object)
	}
	return copies
}

// TestNameHandedOnInCircle ends right, at the cost of one more write where no
// name is free to begin with. Addresses cannot be parked: a circle of them is refused.
func TestNameHandedOnInCircle(t *testing.T) {
	t.Parallel()
	group := func(edge, gw string) []crd.Object {
		return []crd.Object{
			builder.NewGatewayControlPlane("edge").SpecName(edge).Group().Members("gw").MustBuild(),
			builder.NewGatewayControlPlane("gw").SpecName(gw).MustBuild(),
		}
	}
	services := func(names ...string) []crd.Object {
		batch := []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()}
		for i, name := range names {
			batch = append(batch, named(string(rune('a'+i)), name))
		}
		return batch
	}
	targets := func(a, b string) []crd.Object {
		return []crd.Object{
			builder.NewGatewayControlPlane("gw").MustBuild(), builder.NewUpstream("p").ControlPlane("gw").MustBuild(),
			builder.NewTarget("a").Upstream("p").Address(a).MustBuild(), builder.NewTarget("b").Upstream("p").Address(b).MustBuild(),
		}
	}
	for name, tt := range map[string]struct {
		reason        string
		before, after []crd.Object
		writes        int
	}{
		"two":     {"a swap", services("one", "two"), services("two", "one"), 3},
		"three":   {"a ring", services("one", "two", "three"), services("two", "three", "one"), 4},
		"both":    {"two circles", services("one", "two", "six", "ten"), services("two", "one", "ten", "six"), 6},
		"queue":   {"a circle, and one more behind it", services("one", "two", "six"), services("two", "one", "ten"), 4},
		"group":   {"a group does not wait for its member, which waits for the group's name", group("alpha", "beta"), group("gamma", "alpha"), 2},
		"targets": {"their names are their addresses", targets("a.example.com:80", "b.example.com:80"), targets("b.example.com:80", "a.example.com:80"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				client := n.client(t, konnect.WithOwner("platform"))
				_, err := client.Ensure(t.Context(), tt.before)
				require.NoError(t, err)
				server.ResetLog()
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err = client.Ensure(ctx, tt.after)
				require.NoError(t, ctx.Err(), "it must not wait for ever")
				assert.Equal(t, tt.writes, server.Writes(), tt.reason)
				if tt.writes == 0 {
					var invalid *konnect.BatchError
					require.ErrorAs(t, err, &invalid, tt.reason)
					assert.ErrorContains(t, err, "swapped")
					return
				}
				require.NoError(t, err, tt.reason)
				server.ResetLog()
				report, err := client.Ensure(ctx, tt.after)
				require.NoError(t, err)
				assert.Zero(t, server.Writes(), "%s\n%s", tt.reason, report)
			})
		})
	}
}

// TestSameNameTwice finds objects of a batch that want the same name.
func TestSameNameTwice(t *testing.T) {
	t.Parallel()
	gw := func() crd.Object { return builder.NewGatewayControlPlane("gw").MustBuild() }
	upstream := func() crd.Object { return builder.NewUpstream("pool").ControlPlane("gw").MustBuild() }
	for name, tt := range map[string]struct {
		objects  []crd.Object
		problems []string
	}{
		"control planes": {
			[]crd.Object{gw(), builder.NewGatewayControlPlane("other").SpecName("gw").MustBuild()},
			[]string{"KonnectGatewayControlPlane default/other", "spec.createControlPlaneRequest.name"},
		},
		"services": {[]crd.Object{gw(), named("a", "one"), named("b", "one")}, []string{"KongService default/b", "spec.name"}},
		"services in namespaces": {
			[]crd.Object{
				gw(), named("a", "one"), builder.NewService("a").Namespace("x").SpecName("one").ControlPlaneIn("default", "gw").Host("h.example.com").MustBuild(),
				builder.NewReferenceGrant("x").FromServices("x").ToControlPlanes().MustBuild(),
			},
			[]string{"KongService", "spec.name", "one"},
		},
		"routes": {
			[]crd.Object{
				gw(), builder.NewRoute("a").ControlPlane("gw").SpecName("r").Protocols("http").Paths("/a").MustBuild(),
				builder.NewRoute("b").ControlPlane("gw").SpecName("r").Protocols("http").Paths("/b").MustBuild(),
			},
			[]string{"KongRoute default/b", "spec.name"},
		},
		"targets, written in two ways": {
			[]crd.Object{
				gw(), upstream(), builder.NewTarget("a").Upstream("pool").Address("a.example.com").MustBuild(),
				builder.NewTarget("b").Upstream("pool").Address("a.example.com:8000").MustBuild(),
			},
			[]string{"KongTarget default/b", "spec.target"},
		},
		"one object twice": {[]crd.Object{gw(), named("a", "one"), named("a", "two")}, []string{"KongService default/a"}},
		"one control plane by two objects": {
			[]crd.Object{
				gw(), builder.NewGatewayControlPlane("again").Mirror("11111111-1111-4111-8111-111111111111").MustBuild(),
				builder.NewGatewayControlPlane("twice").Mirror("11111111-1111-4111-8111-111111111111").MustBuild(),
				builder.NewService("a").SpecName("one").ControlPlane("again").Host("h.example.com").MustBuild(),
				builder.NewService("b").SpecName("one").ControlPlane("twice").Host("h.example.com").MustBuild(),
			},
			[]string{"KongService default/b", "spec.name"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				_, err := server.AddControlPlane("", map[string]any{"name": "theirs", "id": "11111111-1111-4111-8111-111111111111"})
				require.NoError(t, err)
				_, err = newNetwork(server).client(t).Ensure(t.Context(), tt.objects)
				require.Error(t, err)
				for _, text := range tt.problems {
					assert.ErrorContains(t, err, text)
				}
				assert.Zero(t, server.Writes())
			})
		})
	}
}

// TestSameNamesApart are no duplicates: names are unique in a control plane only.
func TestSameNamesApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		objects := func() []crd.Object {
			return []crd.Object{
				builder.NewGatewayControlPlane("gw").MustBuild(), builder.NewGatewayControlPlane("other").MustBuild(),
				named("a", "one"), builder.NewService("b").SpecName("one").ControlPlane("other").Host("pool").MustBuild(),
				builder.NewUpstream("p").ControlPlane("gw").MustBuild(), builder.NewUpstream("q").ControlPlane("gw").MustBuild(),
				builder.NewTarget("a").Upstream("p").Address("a.example.com:1").MustBuild(),
				builder.NewTarget("b").Upstream("q").Address("a.example.com:1").MustBuild(),
			}
		}
		require.NoError(t, ensuring(objects)(t, n))
		server.ResetLog()
		require.NoError(t, ensuring(objects)(t, n))
		assert.Zero(t, server.Writes())
	})
}

// TestNameHandedOnByFailure does not write an object that waits for a name in vain.
func TestNameHandedOnByFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		gw := builder.NewGatewayControlPlane("gw").MustBuild()
		client := n.client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), []crd.Object{gw, named("a", "one")})
		require.NoError(t, err)
		id := textOf(server.Entities(planeID(t, server, "gw"), "services")[0]["id"])
		server.Inject(konnecttest.Fault{
			Method: "PUT", Path: "**/services/" + id, Times: -1, Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no"}`),
		})
		start := time.Now()
		report, err := client.Ensure(t.Context(), []crd.Object{gw, named("a", "two"), named("b", "one")})
		require.ErrorIs(t, err, konnect.ErrForbidden)
		assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongService", "a").Action)
		assert.Error(t, changeOf(t, report, "KongService", "b").Err)
		assert.Less(t, time.Since(start), 5*time.Second, "there is nothing to wait for")
		assert.Len(t, server.Entities(planeID(t, server, "gw"), "services"), 1)
		server.ClearFaults()
		_, err = client.Ensure(t.Context(), []crd.Object{gw, named("a", "two"), named("b", "one")})
		require.NoError(t, err)
	})
}

// TestNameOfPrunedObject is handed on too: the object is gone from the batch, its entity goes first.
func TestNameOfPrunedObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		gw := builder.NewGatewayControlPlane("gw").MustBuild()
		client := n.client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), []crd.Object{gw, named("a", "one"), named("b", "two")})
		require.NoError(t, err)
		for range 2 {
			_, err = client.Ensure(t.Context(), []crd.Object{gw, named("b", "one")}, konnect.WithPrune())
			require.NoError(t, err)
			services := server.Entities(planeID(t, server, "gw"), "services")
			require.Len(t, services, 1)
			assert.Equal(t, "one", services[0]["name"])
		}
	})
}
