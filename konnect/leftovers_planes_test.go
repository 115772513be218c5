package konnect_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
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

func gatewayNamed(name string) crd.Object {
	return builder.NewGatewayControlPlane("gw").SpecName(name).MustBuild()
}

// inTwoPlanes has two processes create the control plane of one object under two
// names at once, with a service in each.
func inTwoPlanes(t *testing.T) (n *network, server *konnecttest.Server, old, fresh string) {
	t.Helper()
	server = konnecttest.NewServer(konnecttest.WithLatency(10 * time.Millisecond))
	n = newNetwork(server)
	done := make(chan error)
	for _, name := range []string{"old", "new"} {
		client := n.client(t, konnect.WithOwner("platform"))
		go func() {
			_, err := client.Ensure(t.Context(), []crd.Object{gatewayNamed(name), service("s").MustBuild()})
			done <- err
		}()
	}
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	require.Len(t, server.ControlPlanes(), 2)
	server.ResetLog()
	return n, server, planeID(t, server, "old"), planeID(t, server, "new")
}

// TestTwoControlPlanesOfOneObject are told of by each version, which keeps to its own.
func TestTwoControlPlanesOfOneObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, old, fresh := inTwoPlanes(t)
		client := n.client(t, konnect.WithOwner("platform"))
		for name, ids := range map[string][2]string{"old": {old, fresh}, "new": {fresh, old}} {
			for _, status := range []string{"", old, fresh} {
				for _, opts := range [][]konnect.EnsureOption{nil, {konnect.WithPrune()}} {
					objects := func() []crd.Object {
						plane := gatewayNamed(name)
						plane.SetKonnectStatus(crd.KonnectStatus{ID: status})
						return []crd.Object{plane, service("s").MustBuild()}
					}
					plan, err := client.Plan(t.Context(), objects(), opts...)
					require.NoError(t, err)
					assert.False(t, plan.HasChanges(), "%s", plan)
					report, err := client.Ensure(t.Context(), objects(), opts...)
					require.NoError(t, err)
					assert.Zero(t, server.Writes())
					assert.Equal(t, ids[0], changeOf(t, report, "KonnectGatewayControlPlane", "gw").KonnectID)
					for _, warnings := range [][]konnect.Warning{plan.Warnings, report.Warnings} {
						require.Len(t, warnings, 1)
						assert.Equal(t, konnect.WarningLeftover, warnings[0].Code)
						assert.Contains(t, warnings[0].Message, "entity "+ids[1])
						assert.Contains(t, warnings[0].Message, "stands for "+ids[0])
					}
				}
			}
		}
		assert.Len(t, server.ControlPlanes(), 2, "control planes are never pruned")
	})
}

// TestDeleteTakesBothControlPlanes each under its own conditions.
func TestDeleteTakesBothControlPlanes(t *testing.T) {
	t.Parallel()
	for reason, tt := range map[string]struct {
		put     func(*testing.T, *konnecttest.Server, string)
		options []konnect.DeleteOption
		unread  bool
		want    any
		planes  int // that are left in a partial call
	}{
		"both go": {},
		"a limit, with what is in them": {
			options: []konnect.DeleteOption{konnect.WithMaxDeletes(3)}, want: new(*konnect.TooManyDeletesError), planes: 2,
		},
		"a consumer of others": {
			put: func(t *testing.T, server *konnecttest.Server, id string) {
				t.Helper()
				_, err := server.Put(id, "consumers", map[string]any{"username": "alice"})
				require.NoError(t, err)
			},
			want: new(*konnect.OwnershipError), planes: 1,
		},
		"a service of others": {
			put: func(t *testing.T, server *konnecttest.Server, id string) {
				t.Helper()
				_, err := server.Put(id, "services", map[string]any{"name": "theirs", "host": "theirs.example.com"})
				require.NoError(t, err)
			},
			want: new(*konnect.OwnershipError), planes: 1,
		},
		"a mark": {
			put: func(t *testing.T, server *konnecttest.Server, id string) {
				t.Helper()
				require.NoError(t, server.ModifyControlPlane(id, func(plane map[string]any) {
					labels, _ := plane["labels"].(map[string]any)
					labels = maps.Clone(labels)
					labels["managed-deletion"] = "protect"
					plane["labels"] = labels
				}))
			},
			want: new(*konnect.ProtectedError), planes: 1,
		},
		"what cannot be read": {unread: true, want: new(*konnect.APIError), planes: 1},
	} {
		for _, guarded := range []string{"old", "new"} {
			t.Run(reason+", "+guarded, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, server, _, _ := inTwoPlanes(t)
					id := planeID(t, server, guarded)
					if tt.put != nil {
						tt.put(t, server, id)
					}
					if tt.unread {
						server.Inject(konnecttest.Fault{
							Method: http.MethodGet, Path: "**/" + id + "/**/routes", Times: -1,
							Effect: konnecttest.Answer(403, "application/json", `{"message":"forbidden"}`),
						})
					}
					before := stateOf(t, server)
					server.ResetLog()
					client := n.client(t, konnect.WithOwner("platform"))
					report, err := client.Delete(t.Context(), []crd.Object{gatewayNamed("new")}, tt.options...)
					if tt.want == nil {
						require.NoError(t, err)
						assert.Empty(t, server.ControlPlanes())
						assert.Len(t, deletedOf(report), 2)
						return
					}
					want := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface() // one of its own: the other subtest runs beside
					require.ErrorAs(t, err, want)
					assert.Zero(t, server.Writes())
					assertState(t, before, stateOf(t, server), reason)

					_, err = client.Delete(t.Context(), []crd.Object{gatewayNamed("new")}, slices.Concat(tt.options, []konnect.DeleteOption{konnect.WithPartial()})...)
					require.ErrorAs(t, err, want)
					require.Len(t, server.ControlPlanes(), tt.planes)
					if tt.planes == 1 {
						assert.Equal(t, id, server.ControlPlanes()[0]["id"])
					}
				})
			})
		}
	}
}
