package konnect_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

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
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := konnecttest.NewServer()
					n := newNetwork(server)
					require.NoError(t, ensuring(bareControlPlanes)(t, n))
					entity := maps.Clone(other.entity)
					if tags != nil {
						entity["tags"] = tags
					}
					stored, err := server.Put(planeID(t, server, "gw"), other.collection, entity)
					require.NoError(t, err)
					assertRefused(t, n, kind, textOf(stored["id"]))
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(func() []crd.Object { return platform()[:4] })(t, n))
		controlPlane := planeID(t, server, "gw")
		stored, err := server.Put(controlPlane, "targets", map[string]any{
			"target": "10.0.0.1:80", "upstream": map[string]any{"id": server.Entity(controlPlane, "upstreams", "pool")["id"]},
		})
		require.NoError(t, err)
		assertRefused(t, n, "KongTarget", textOf(stored["id"]))
	})
}

func TestForeignControlPlane(t *testing.T) {
	t.Parallel()
	for holder, tags := range foreignMarks() {
		t.Run(holder, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(objects)(t, n))
				want := stateOf(t, server)
				controlPlane := planeID(t, server, "gw")
				wiped := 0
				for _, collection := range entityCollections {
					for _, entity := range server.Entities(controlPlane, collection) {
						wiped++
						require.NoError(t, server.Modify(controlPlane, collection, textOf(entity["id"]), func(e map[string]any) { delete(e, "tags") }))
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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

// TestTakenOver leaves an entity alone that has got another holder's marks since.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	for _, holder := range []string{"operator", "another owner", "another tool"} {
		t.Run(holder, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				gw := planeID(t, server, "gw")
				service := textOf(server.Entities(gw, "services")[0]["id"])
				require.NoError(t, server.Modify(gw, "services", service, func(e map[string]any) { e["tags"] = toAny(foreignMarks()[holder]) }))
				assertRefused(t, n, "KongService", service)
			})
		})
	}
}

// TestSpecIDOfSomebodyElse is refused although the ID is asked for.
func TestSpecIDOfSomebodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
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
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
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
