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

// observing returns platform, or another batch, with nothing but observed objects.
func observing(objects []crd.Object) []crd.Object {
	for _, obj := range objects {
		obj.SetAnnotations(map[string]string{crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)})
	}
	return objects
}

// TestObserveWritesNothing whoever the entities belong to, and tells what differs.
func TestObserveWritesNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		objects func() []crd.Object
		drifted bool
		owner   string
	}{
		"as the objects say":             {platform, false, "platform"},
		"of another owner":               {platform, false, "somebody-else"},
		"otherwise than the objects say": {platformChanged, true, "platform"},
		"of another owner, otherwise":    {platformChanged, true, "somebody-else"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				before := stateOf(t, server)
				client := n.client(t, konnect.WithOwner(tt.owner))
				objects := observing(tt.objects())
				plan, err := client.Plan(t.Context(), objects)
				require.NoError(t, err)
				assert.False(t, plan.HasChanges())
				assert.Equal(t, tt.drifted, kept(t, plan).HasDrift())
				report, err := client.Ensure(t.Context(), objects, konnect.WithPrune())
				require.NoError(t, err)
				assert.Zero(t, server.Writes())
				assertState(t, before, stateOf(t, server), "observed")
				for _, change := range report.Changes {
					obj := objectNamed(t, objects, change.Key.Name)
					assert.Equal(t, konnect.ActionObserved, change.Action, "%s", change.Key)
					assert.Equal(t, tt.drifted, len(change.Fields) > 0, "%s: %v", change.Key, change.Fields)
					assert.Equal(t, !tt.drifted, change.Programmed)
					assert.Equal(t, !tt.drifted, crd.IsProgrammed(obj))
					assert.Equal(t, change.KonnectID, obj.GetKonnectStatus().ID)
					if tt.drifted {
						assertCondition(t, obj, crd.ConditionProgrammed, "False", "Drifted")
					}
				}
				if tt.drifted {
					assert.Contains(t, plan.String(), "= KongUpstream default/pool  pool (")
					assert.Contains(t, report.String(), "drift: KongUpstream default/pool: slots: 100 -> 200")
				}

				deleted, err := client.Delete(t.Context(), objects, konnect.WithCascade())
				require.NoError(t, err)
				assert.Zero(t, server.Writes())
				for _, change := range deleted.Changes {
					assert.Equal(t, konnect.ActionRetained, change.Action, "%s", change.Key)
					assert.Equal(t, !tt.drifted, crd.IsProgrammed(objectNamed(t, objects, change.Key.Name)), "the status stays")
				}
			})
		})
	}
}

// TestObservedMustExist fails clearly, before anything is written.
func TestObservedMustExist(t *testing.T) {
	t.Parallel()
	for name, obj := range map[string]crd.Object{
		"service":       builder.NewService("lost").SpecName("api-v2").ControlPlane("gw").Host("a.example.com").MustBuild(),
		"control plane": builder.NewGatewayControlPlane("lost").SpecName("api-v2").MustBuild(),
		"unnamed":       builder.NewRoute("lost").SpecName("api-v2").Service("api").Protocols("http").Paths("/").MustBuild(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, server, _ := ensured(t)
				observing([]crd.Object{obj})
				_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), append(platformChanged(), obj))
				require.EqualError(t, err, `observe `+crd.KeyOf(obj).String()+`: konnect has no entity "api-v2" where the object belongs`)
				assert.Zero(t, server.Writes())
			})
		})
	}
}

// besideObserved is a route of ours where everything else is observed.
func besideObserved() []crd.Object {
	observed := platform()
	return append(observing([]crd.Object{observed[0], observed[5]}),
		builder.NewRoute("mine").Service("api").Protocols("http").Paths("/mine").MustBuild())
}

// TestObservedHoldsOurs puts entities of ours where everything else is observed.
func TestObservedHoldsOurs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		client := n.client(t, konnect.WithOwner("second"))
		report, err := client.Ensure(t.Context(), besideObserved(), konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, 1, report.Writes)
		assert.Equal(t, konnect.ActionCreated, changeOf(t, report, "KongRoute", "mine").Action)

		left := besideObserved()[:2]
		report, err = client.Ensure(t.Context(), left, konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, 1, report.Writes)
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongRoute", "mine").Action)
		assert.Len(t, server.Entities(planeID(t, server, "gw"), "routes"), 1)
	})
}

// TestObserveFindsByID as any other object, and by nothing else then.
func TestObserveFindsByID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, gw, ids := occupied(t, foreignMarks()["operator"])
		server := n.servers[usHost]
		server.ResetLog()
		service := func(id string) []crd.Object {
			return append(bareControlPlanes(), observing([]crd.Object{
				builder.NewService("api").ID(id).ControlPlane("gw").Host("theirs.example.com").Tags("k8s").MustBuild(),
			})...)
		}
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), service(ids["KongService"]))
		require.NoError(t, err)
		change := changeOf(t, report, "KongService", "api")
		require.Len(t, change.Fields, 1, "a tag of the spec is missed, marks of others are no difference")
		assert.Equal(t, "tags", change.Fields[0].Path)
		_, err = n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), service("11111111-2222-4333-8444-555555555555"))
		require.ErrorContains(t, err, "observe KongService default/api: konnect has no entity")
		assert.Zero(t, server.Writes())
		assert.Len(t, server.Entities(gw, "services"), 1)
	})
}

// TestObserveControlPlane fills in what its status has beside the ID.
func TestObserveControlPlane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		id, err := server.AddControlPlane("", map[string]any{"name": "theirs", "labels": map[string]any{"team": "blue"}})
		require.NoError(t, err)
		plane := builder.NewGatewayControlPlane("theirs").MustBuild()
		report, err := newNetwork(server).client(t).Ensure(t.Context(), observing([]crd.Object{plane}))
		require.NoError(t, err)
		assert.Empty(t, report.Changes[0].Fields, "labels of others are no difference")
		assert.Equal(t, id, plane.GetKonnectStatus().ID)
		assert.NotNil(t, plane.Status.Endpoints)
	})
}

// TestLookingIsNotOwning manages fully what an object has only looked at: its status
// names the entity, which nobody has marked and which is not ours all the same.
func TestLookingIsNotOwning(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]func(id string) *builder.Service{
		"observed": func(string) *builder.Service {
			return builder.NewService("a").Annotations(map[string]string{crd.ManagementPolicyAnnotation: string(crd.ManagementPolicyObserve)})
		},
		"matched": func(id string) *builder.Service { return builder.NewService("a").AdoptMatch(id) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				client := newNetwork(server).client(t, konnect.WithOwner("platform"))
				_, err := client.Ensure(t.Context(), []crd.Object{plainGateway()})
				require.NoError(t, err)
				id := putTheirs(t, server, "services", map[string]any{"name": "theirs", "host": "theirs.example.com"})
				looking := look(id).SpecName("theirs").ControlPlane("gw").Host("theirs.example.com").MustBuild()
				_, err = client.Ensure(t.Context(), []crd.Object{plainGateway(), looking})
				require.NoError(t, err)
				require.Equal(t, id, looking.GetKonnectStatus().ID)

				full := builder.NewService("a").SpecName("theirs").ControlPlane("gw").Host("mine.example.com").MustBuild()
				full.Status = looking.Status
				server.ResetLog()
				for range 2 { // the status of a refused call proves nothing either
					_, err = client.Ensure(t.Context(), []crd.Object{plainGateway(), full})
					require.ErrorAs(t, err, new(*konnect.OwnershipError))
					assert.Zero(t, server.Writes())
				}
			})
		})
	}
}

// TestCascadeLeavesWhatIsLookedAt by another object of the batch.
func TestCascadeLeavesWhatIsLookedAt(t *testing.T) {
	t.Parallel()
	for name, doomed := range map[string][]string{"in an upstream": {"u"}, "in a control plane": {"u", "gw"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				client := newNetwork(server).client(t)
				objects := func() []crd.Object {
					return []crd.Object{plainGateway(), upstreamNamed("u", "u"), targetAt("t", "u")}
				}
				_, err := client.Ensure(t.Context(), objects())
				require.NoError(t, err)
				server.ResetLog()
				batch := objects()
				observing(batch[2:])
				if len(doomed) == 1 {
					batch[0] = builder.NewGatewayControlPlane("gw").Mirror(planeID(t, server, "gw")).MustBuild()
				}
				_, err = client.Delete(t.Context(), batch, konnect.WithCascade())
				require.ErrorAs(t, err, new(*konnect.OwnershipError))
				assert.Zero(t, server.Writes())
			})
		})
	}
}

// TestDeleteBesideObserved finds what is observed without its status, as from a
// manifest, and so what is ours in there.
func TestDeleteBesideObserved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		client := n.client(t, konnect.WithOwner("second"))
		_, err := client.Ensure(t.Context(), besideObserved())
		require.NoError(t, err)
		server.ResetLog()
		report, err := client.Delete(t.Context(), besideObserved())
		require.NoError(t, err)
		assert.Equal(t, 1, server.Writes())
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongRoute", "mine").Action)
		assert.Equal(t, konnect.ActionRetained, changeOf(t, report, "KongService", "api").Action)
		assert.Equal(t, konnect.ActionRetained, changeOf(t, report, "KonnectGatewayControlPlane", "gw").Action)
	})
}
