package konnect_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestForeignEntities refuses the whole batch when one entity is somebody else's.
func TestForeignEntities(t *testing.T) {
	t.Parallel()
	others := map[string]struct {
		collection string
		entity     map[string]any
	}{
		"KongService":  {"services", map[string]any{"name": "api", "host": "theirs.example.com"}},
		"KongRoute":    {"routes", map[string]any{"name": "all", "paths": []string{"/theirs"}}},
		"KongUpstream": {"upstreams", map[string]any{"name": "pool"}},
	}
	for kind, other := range others {
		for holder, tags := range foreignMarks() {
			t.Run(kind+" of "+holder, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					n := newNetwork(server)
					require.NoError(t, ensuring(bareControlPlanes)(t, n))
					if tags != nil {
						other.entity["tags"] = tags
					}
					stored, err := server.Put(planeID(t, server, "gw"), other.collection, other.entity)
					require.NoError(t, err)
					assertRefused(t, n, kind, stored["id"].(string))
				})
			})
		}
	}
}

// assertRefused ensures platform, of which one kind's entity is not ours.
func assertRefused(t *testing.T, n *network, kind, id string) {
	t.Helper()
	server := n.servers[usHost]
	before := stateOf(t, server)
	server.ResetLog()
	objects := platformChanged()
	report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects)
	var refused *konnect.OwnershipError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, kind, refused.Key.Kind)
	assert.Equal(t, id, refused.KonnectID)
	assert.Zero(t, server.Writes(), "nothing at all is written")
	assertState(t, before, stateOf(t, server), "refused")
	for _, change := range report.Changes {
		want := konnect.ActionSkipped
		if change.Key == refused.Key {
			want = konnect.ActionFailed
		}
		assert.Equal(t, want, change.Action, "%s", change.Key)
		assert.Error(t, change.Err)
	}
	for _, obj := range objects {
		assert.False(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
	}
}

func TestForeignTarget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(func() []crd.Object { return platform()[:4] })(t, n))
		controlPlane := planeID(t, server, "gw")
		stored, err := server.Put(controlPlane, "targets", map[string]any{
			"target": "10.0.0.1:80", "upstream": map[string]any{"id": server.Entity(controlPlane, "upstreams", "pool")["id"]},
		})
		require.NoError(t, err)
		assertRefused(t, n, "KongTarget", stored["id"].(string))
	})
}

func TestForeignControlPlane(t *testing.T) {
	t.Parallel()
	for holder, tags := range foreignMarks() {
		t.Run(holder, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				id, err := server.AddControlPlane("", map[string]any{"name": "gw", "labels": labelsOf(tags)})
				require.NoError(t, err)
				assertRefused(t, newNetwork(server), "KonnectGatewayControlPlane", id)
			})
		})
	}
}

// TestMarksAreRepaired wipes the marks of what is ours: the ID still tells.
func TestMarksAreRepaired(t *testing.T) {
	t.Parallel()
	for name, objects := range map[string]func() []crd.Object{"without status": platform, "large": func() []crd.Object {
		batch := platform()
		for _, name := range []string{"b", "c", "d", "e"} {
			batch = append(batch, builder.NewService(name).ControlPlane("gw").Host("pool").MustBuild())
		}
		return batch
	}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(objects)(t, n))
				want := stateOf(t, server)
				controlPlane := planeID(t, server, "gw")
				wiped := 0
				for _, collection := range entityCollections {
					for _, entity := range server.Entities(controlPlane, collection) {
						wiped++
						require.NoError(t, server.Modify(controlPlane, collection, entity["id"].(string), func(e map[string]any) { delete(e, "tags") }))
					}
				}
				client := n.client(t, konnect.WithOwner("platform"))
				plan, err := client.Plan(t.Context(), objects())
				require.NoError(t, err)
				for _, change := range plan.Changes {
					if change.Action == konnect.ActionUpdated {
						require.Len(t, change.Fields, 1)
						assert.Equal(t, "tags", change.Fields[0].Path)
					}
				}
				report, err := client.Ensure(t.Context(), objects())
				require.NoError(t, err)
				assert.Equal(t, wiped, report.Writes)
				assertState(t, want, stateOf(t, server), "repaired")
			})
		})
	}
}

// TestLabelsAreRepaired wipes the labels of a control plane that the status knows.
func TestLabelsAreRepaired(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		client := n.client(t, konnect.WithOwner("platform"))
		objects := platform()
		_, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		want := stateOf(t, server)
		require.NoError(t, server.ModifyControlPlane(planeID(t, server, "gw"), func(p map[string]any) { p["labels"] = map[string]any{} }))
		report, err := client.Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, 1, report.Writes)
		assertState(t, want, stateOf(t, server), "repaired")
	})
}

// TestObjectsAreRenamed gives objects other metadata.names: their entities stay.
func TestObjectsAreRenamed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(platform)(t, n))
		controlPlane := planeID(t, server, "gw")
		before := map[string]any{}
		for _, collection := range []string{"services", "routes", "upstreams", "targets"} {
			before[collection] = server.Entities(controlPlane, collection)[0]["id"]
		}
		renamed := func() []crd.Object {
			return []crd.Object{
				builder.NewGatewayControlPlane("gw2").SpecName("gw").Description("first").MustBuild(),
				builder.NewGatewayControlPlane("spare2").SpecName("spare").MustBuild(),
				builder.NewGatewayControlPlane("edge2").SpecName("edge").Group().Members("gw2").MustBuild(),
				builder.NewUpstream("pool2").SpecName("pool").ControlPlane("gw2").Slots(100).MustBuild(),
				builder.NewTarget("one2").Upstream("pool2").Address("10.0.0.1:80").Weight(10).MustBuild(),
				builder.NewService("api2").SpecName("api").ControlPlane("gw2").Host("pool").Retries(1).MustBuild(),
				builder.NewRoute("all2").SpecName("all").Service("api2").Protocols("http").Paths("/first").MustBuild(),
			}
		}
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), renamed(), konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, controlPlane, planeID(t, server, "gw"))
		assert.Len(t, server.ControlPlanes(), 3)
		for collection, id := range before {
			entities := server.Entities(controlPlane, collection)
			require.Len(t, entities, 1, collection)
			assert.Equal(t, id, entities[0]["id"], collection)
		}
		server.ResetLog()
		require.NoError(t, ensuring(renamed, konnect.WithPrune())(t, n))
		assert.Zero(t, server.Writes())
	})
}

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
				bubble(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithReleaseLag(lag))
					n := newNetwork(server)
					before := func() []crd.Object { return append([]crd.Object{gw.DeepCopy()}, copyAll(tt.before)...) }
					after := func() []crd.Object { return append([]crd.Object{gw.DeepCopy()}, copyAll(tt.after)...) }
					require.NoError(t, ensuring(before)(t, n))
					require.NoError(t, ensuring(after)(t, n))
					got := map[string]string{}
					for _, entity := range server.Entities(planeID(t, server, "gw"), "services") {
						got[label(map[string]any{"tags": entity["tags"]})] = entity["name"].(string)
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
		copies[i] = obj.DeepCopyObject().(crd.Object)
	}
	return copies
}

// TestNameHandedOnInCircle is refused, because none of the names is free to begin with.
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
	for name, tt := range map[string]struct {
		reason        string
		before, after []crd.Object
	}{
		"two":   {"a swap", services("one", "two"), services("two", "one")},
		"three": {"a ring", services("one", "two", "three"), services("two", "three", "one")},
		"group": {"the group waits for its member, which waits for the group's name", group("alpha", "beta"), group("gamma", "alpha")},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
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
				if name == "group" && err == nil {
					return // there may be an order that works
				}
				var invalid *konnect.ValidationError
				require.ErrorAs(t, err, &invalid, tt.reason)
				assert.ErrorContains(t, err, "swapped")
				assert.Zero(t, server.Writes())
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
			bubble(t, func(t *testing.T) {
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
	bubble(t, func(t *testing.T) {
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

// TestTakenOver leaves an entity alone that has got another holder's marks since.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	for _, holder := range []string{"operator", "another owner", "another tool"} {
		t.Run(holder, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				gw := planeID(t, server, "gw")
				service := server.Entities(gw, "services")[0]["id"].(string)
				require.NoError(t, server.Modify(gw, "services", service, func(e map[string]any) { e["tags"] = toAny(foreignMarks()[holder]) }))
				assertRefused(t, n, "KongService", service)
			})
		})
	}
}

// TestSpecIDOfSomebodyElse is refused although the ID is asked for.
func TestSpecIDOfSomebodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n, gw, ids := occupied(t, foreignMarks()["operator"])
		server := n.servers[usHost]
		server.ResetLog()
		service := builder.NewService("mine").ID(ids["KongService"]).ControlPlane("gw").Host("a.example.com").MustBuild()
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), append(bareControlPlanes(), service))
		var refused *konnect.OwnershipError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, ids["KongService"], refused.KonnectID)
		assert.Zero(t, server.Writes())
		assert.Equal(t, "theirs.example.com", server.Entities(gw, "services")[0]["host"])
	})
}

// TestNameTakenMeanwhile meets somebody else between reading and writing.
func TestNameTakenMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("control plane", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			server := konnecttest.NewServer()
			n := newNetwork(server)
			var id string
			n.watch(func(req *http.Request) error {
				if req.Method == http.MethodPost && id == "" {
					var err error
					id, err = server.AddControlPlane("", map[string]any{"name": "gw"})
					return err
				}
				return nil
			}, nil)
			_, err := n.client(t).Ensure(t.Context(), []crd.Object{builder.NewGatewayControlPlane("gw").Description("ours").MustBuild()})
			var refused *konnect.OwnershipError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, id, refused.KonnectID)
			require.Len(t, server.ControlPlanes(), 1)
			assert.Empty(t, server.ControlPlanes()[0]["description"])
		})
	})
	t.Run("service", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			server := konnecttest.NewServer()
			n := newNetwork(server)
			taken := false
			n.watch(func(req *http.Request) error {
				if req.Method == http.MethodPut && strings.Contains(req.URL.Path, "/services/") && !taken {
					taken = true
					_, err := server.Put(planeID(t, server, "gw"), "services", map[string]any{"name": "api", "host": "theirs.example.com"})
					return err
				}
				return nil
			}, nil)
			report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), platform())
			require.ErrorIs(t, err, konnect.ErrConflict)
			assert.Equal(t, konnect.ActionFailed, changeOf(t, report, "KongService", "api").Action)
			services := server.Entities(planeID(t, server, "gw"), "services")
			require.Len(t, services, 1)
			assert.Equal(t, "theirs.example.com", services[0]["host"])
		})
	})
}

// TestNameHandedOnByFailure does not write an object that waits for a name in vain.
func TestNameHandedOnByFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		gw := builder.NewGatewayControlPlane("gw").MustBuild()
		client := n.client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), []crd.Object{gw, named("a", "one")})
		require.NoError(t, err)
		id := server.Entities(planeID(t, server, "gw"), "services")[0]["id"].(string)
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
	bubble(t, func(t *testing.T) {
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
