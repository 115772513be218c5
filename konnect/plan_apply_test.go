package konnect_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// kept writes a plan as JSON and reads it back, as another process would.
func kept(t *testing.T, plan *konnect.Plan) *konnect.Plan {
	t.Helper()
	raw, err := json.Marshal(plan)
	require.NoError(t, err)
	back := &konnect.Plan{}
	require.NoError(t, json.Unmarshal(raw, back))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, string(raw), string(again))
	assert.Equal(t, plan.String(), back.String())
	return back
}

// TestPlanAndApply plans in one process and applies in another.
func TestPlanAndApply(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before, objects func() []crd.Object
		options         []konnect.EnsureOption
	}{
		"create": {nil, platform, nil},
		"update": {platform, platformChanged, nil},
		"prune":  {platform, bareControlPlanes, []konnect.EnsureOption{konnect.WithPrune(), konnect.WithMaxDeletes(4)}},
		"same":   {platform, platform, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				if tt.before != nil {
					require.NoError(t, ensuring(tt.before)(t, n))
				}
				before := stateOf(t, server)
				server.ResetLog()
				objects := tt.objects()
				untouched := copyAll(objects)
				plan, err := n.client(t, konnect.WithOwner("platform")).Plan(t.Context(), objects, tt.options...)
				require.NoError(t, err)
				assert.Zero(t, server.Writes(), "a plan reads only")
				assert.Equal(t, untouched, objects, "and leaves the objects as they are")
				assertState(t, before, stateOf(t, server), "planned")
				assert.Equal(t, name != "same", plan.HasChanges())
				assert.Equal(t, plan.HasChanges(), plan.HasDrift())

				report, err := n.client(t, konnect.WithOwner("platform")).Apply(t.Context(), kept(t, plan), tt.objects())
				require.NoError(t, err)
				require.Len(t, report.Changes, len(plan.Changes))
				for i, change := range report.Changes {
					assert.Equal(t, plan.Changes[i].Key, change.Key)
					assert.Equal(t, plan.Changes[i].Action, change.Action, "%s", change.Key)
				}
				want := newNetwork(konnecttest.NewServer())
				if tt.before != nil {
					require.NoError(t, ensuring(tt.before)(t, want))
				}
				require.NoError(t, ensuring(tt.objects, tt.options...)(t, want))
				assertState(t, stateOf(t, want.servers[usHost]), stateOf(t, server), "applied")

				if name != "same" {
					server.ResetLog()
					_, err = n.client(t, konnect.WithOwner("platform")).Apply(t.Context(), kept(t, plan), tt.objects())
					var stale *konnect.StalePlanError
					require.ErrorAs(t, err, &stale, "it has been applied already")
					assert.Zero(t, server.Writes())
				}
			})
		})
	}
}

func TestPlanApplies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		objects := platform()
		plan, err := n.client(t).Plan(t.Context(), objects)
		require.NoError(t, err)
		_, err = n.client(t).Apply(t.Context(), plan, objects)
		require.NoError(t, err)
		for _, obj := range objects {
			assert.True(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
		}
		_, err = n.client(t, konnect.WithOwner("other")).Apply(t.Context(), plan, objects)
		require.ErrorContains(t, err, "owner")
		_, err = n.client(t).Apply(t.Context(), nil, objects)
		require.Error(t, err)
	})
}

func TestStalePlan(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		reason  string
		server  func(t *testing.T, server *konnecttest.Server, gw string)
		objects func([]crd.Object) []crd.Object
	}{
		"an object has changed": {
			reason: "what is desired counts",
			objects: func(objects []crd.Object) []crd.Object {
				objects[5] = builder.NewService("api").ControlPlane("gw").Host("pool").Retries(7).MustBuild()
				return objects
			},
		},
		"an object is gone":  {reason: "less is another plan", objects: func(objects []crd.Object) []crd.Object { return objects[:6] }},
		"an object is added": {reason: "so is more", objects: func(objects []crd.Object) []crd.Object { return append(objects, named("more", "more")) }},
		"an entity has changed": {
			reason: "another difference",
			server: func(t *testing.T, server *konnecttest.Server, gw string) {
				t.Helper()
				require.NoError(t, server.Modify(gw, "services", textOf(server.Entities(gw, "services")[0]["id"]), func(e map[string]any) { e["retries"] = 9 }))
			},
		},
		"an entity that was as desired has changed": {
			reason: "nothing was planned for it",
			server: func(t *testing.T, server *konnecttest.Server, gw string) {
				t.Helper()
				require.NoError(t, server.ModifyControlPlane(gw, func(p map[string]any) { p["description"] = "third" }))
			},
		},
		"an entity is gone": {
			reason: "it would be created now",
			server: func(t *testing.T, server *konnecttest.Server, gw string) {
				t.Helper()
				require.NoError(t, server.Delete(gw, "routes", textOf(server.Entities(gw, "routes")[0]["id"])))
			},
		},
		"members have changed": {
			reason: "they are part of the group",
			server: func(t *testing.T, server *konnecttest.Server, _ string) {
				t.Helper()
				require.NoError(t, server.DeleteControlPlane(planeID(t, server, "edge")))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(platform)(t, n))
				client := n.client(t, konnect.WithOwner("platform"))
				objects := platform()
				objects[6] = builder.NewRoute("all").Service("api").Protocols("http").Paths("/changed").MustBuild()
				plan, err := client.Plan(t.Context(), objects)
				require.NoError(t, err)
				if change.server != nil {
					change.server(t, server, planeID(t, server, "gw"))
				} else {
					objects = change.objects(objects)
				}
				server.ResetLog()
				report, err := client.Apply(t.Context(), plan, objects)
				var stale *konnect.StalePlanError
				require.ErrorAs(t, err, &stale, change.reason)
				assert.Equal(t, plan.Digest, stale.Planned)
				assert.NotEqual(t, stale.Planned, stale.Now)
				assert.NotNil(t, report)
				assert.Zero(t, server.Writes())
			})
		})
	}
}

// TestPlanIsNotStale by what does not matter: times, order, fields nobody compares, status.
func TestPlanIsNotStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(platform)(t, n))
		client := n.client(t, konnect.WithOwner("platform"))
		plan, err := client.Plan(t.Context(), platformChanged())
		require.NoError(t, err)
		gw := planeID(t, server, "gw")
		require.NoError(t, server.Modify(gw, "services", textOf(server.Entities(gw, "services")[0]["id"]), func(e map[string]any) {
			e["updated_at"], e["future"] = 1_900_000_000, "field"
		}))
		objects := platformChanged()
		objects[0], objects[6] = objects[6], objects[0]
		_, err = client.Apply(t.Context(), plan, objects)
		require.NoError(t, err)
	})
}

// TestPlanOfOtherMembers is stale: what would be written differs in the members of
// a group alone.
func TestPlanOfOtherMembers(t *testing.T) {
	t.Parallel()
	for name, exists := range map[string]bool{"to create": false, "to update": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newNetwork(konnecttest.NewServer()).client(t)
				planes := func(members ...string) []crd.Object {
					return []crd.Object{
						plane("cp-a").MustBuild(), plane("cp-b").MustBuild(), plane("group").Group().Members(members...).MustBuild(),
					}
				}
				if exists {
					_, err := client.Ensure(t.Context(), planes())
					require.NoError(t, err)
				}
				plan, err := client.Plan(t.Context(), planes("cp-a"))
				require.NoError(t, err)
				_, err = client.Apply(t.Context(), plan, planes("cp-b"))
				require.ErrorAs(t, err, new(*konnect.StalePlanError))
				_, err = client.Apply(t.Context(), plan, planes("cp-a"))
				require.NoError(t, err)
			})
		})
	}
}
