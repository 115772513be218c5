package konnect_test

import (
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

func TestPruneNeedsOwner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t)
		_, err := client.Ensure(t.Context(), platform(), konnect.WithPrune())
		require.ErrorContains(t, err, "WithOwner")
		_, err = client.Plan(t.Context(), platform(), konnect.WithPrune())
		require.ErrorContains(t, err, "WithOwner")
		assert.Empty(t, server.Requests(), "nothing is sent")
	})
}

// TestPruneCoversOursOnly keeps what is not ours, other control planes and the control planes.
func TestPruneCoversOursOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		objects := func() []crd.Object {
			return append(platform(), builder.NewService("aside").ControlPlane("spare").Host("a.example.com").MustBuild())
		}
		require.NoError(t, ensuring(objects)(t, n))
		gw, spare := planeID(t, server, "gw"), planeID(t, server, "spare")
		for holder, tags := range foreignMarks() {
			entity := map[string]any{"name": "of-" + strings.ReplaceAll(holder, " ", "-"), "host": "theirs.example.com"}
			if tags != nil {
				entity["tags"] = tags
			}
			_, err := server.Put(gw, "services", entity)
			require.NoError(t, err)
		}
		_, err := server.Put(gw, "plugins", map[string]any{"name": "key-auth"})
		require.NoError(t, err)
		foreign := len(foreignMarks())
		server.ResetLog()

		left := func() []crd.Object {
			return []crd.Object{builder.NewGatewayControlPlane("gw").Description("first").MustBuild()}
		}
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), left(), konnect.WithPrune())
		require.NoError(t, err)
		assert.Equal(t, 4, report.Writes)
		assert.Len(t, report.Changes, 5)
		for _, change := range report.Changes[1:] {
			assert.Equal(t, konnect.ActionDeleted, change.Action)
			assert.Equal(t, gw, change.ControlPlane)
			assert.NotEmpty(t, change.KonnectID)
		}
		assert.Equal(t, "default", changeOf(t, report, "KongService", "api").Key.Namespace)
		assert.Len(t, server.Entities(gw, "services"), foreign)
		assert.Len(t, server.Entities(gw, "plugins"), 1)
		assert.Len(t, server.Entities(spare, "services"), 1, "its control plane is not in the batch")
		assert.Len(t, server.ControlPlanes(), 3, "control planes are never pruned")
		assertDeletedInOrder(t, server, "routes", "services")
		assertDeletedInOrder(t, server, "targets", "upstreams")

		server.ResetLog()
		require.NoError(t, ensuring(left, konnect.WithPrune())(t, n))
		assert.Zero(t, server.Writes())
	})
}

// assertDeletedInOrder expects all deletes of one collection before those of another.
func assertDeletedInOrder(t *testing.T, server *konnecttest.Server, first, then string) {
	t.Helper()
	lastFirst, firstThen := 0, 0
	for i, req := range server.Requests() {
		if req.Method != http.MethodDelete {
			continue
		}
		segments := strings.Split(strings.Trim(req.Path, "/"), "/")
		switch segments[len(segments)-2] {
		case first:
			lastFirst = i + 1
		case then:
			if firstThen == 0 {
				firstThen = i + 1
			}
		}
	}
	require.NotZero(t, lastFirst, "%s were deleted", first)
	require.NotZero(t, firstThen, "%s were deleted", then)
	assert.Less(t, lastFirst, firstThen, "%s before %s", first, then)
}

func TestPruneIsLimited(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		max     int
		refused bool
	}{"below": {3, true}, "none": {0, true}, "just": {4, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := konnecttest.NewServer()
				n := newNetwork(server)
				require.NoError(t, ensuring(platform)(t, n))
				server.ResetLog()
				report, err := n.client(t, konnect.WithOwner("platform")).
					Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune(), konnect.WithMaxDeletes(tt.max))
				if !tt.refused {
					require.NoError(t, err)
					return
				}
				var tooMany *konnect.TooManyDeletesError
				require.ErrorAs(t, err, &tooMany)
				assert.Equal(t, konnect.TooManyDeletesError{Deletes: 4, Max: tt.max}, *tooMany)
				assert.Zero(t, server.Writes())
				require.NotNil(t, report)
				for _, change := range report.Changes {
					assert.Equal(t, konnect.ActionSkipped, change.Action, "%s", change.Key)
				}
			})
		})
	}
}

// TestPruneIsSkippedAfterFailure leaves a control plane alone in which a write failed.
func TestPruneIsSkippedAfterFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		objects := func() []crd.Object {
			return append(platform(), builder.NewService("aside").ControlPlane("spare").Host("a.example.com").MustBuild())
		}
		require.NoError(t, ensuring(objects)(t, n))
		gw, spare := planeID(t, server, "gw"), planeID(t, server, "spare")
		left := append(bareControlPlanes(), builder.NewUpstream("fresh").ControlPlane("gw").MustBuild())
		server.Inject(konnecttest.Fault{
			Method: "PUT", Path: "**/upstreams/*", Times: -1,
			Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error"}`),
		})
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), left, konnect.WithPrune())
		require.ErrorContains(t, err, "KongUpstream default/fresh")
		assert.Len(t, server.Entities(gw, "services"), 1, "kept")
		assert.Len(t, server.Entities(gw, "targets"), 1, "kept")
		assert.Empty(t, server.Entities(spare, "services"), "nothing failed there")
		assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongService", "api").Action)
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongService", "aside").Action)

		server.ClearFaults()
		_, err = n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), left, konnect.WithPrune())
		require.NoError(t, err)
		assert.Empty(t, server.Entities(gw, "services"))
	})
}

// TestPruneFollowsMovedObjects leaves nothing behind where an object came from.
func TestPruneFollowsMovedObjects(t *testing.T) {
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
		require.NoError(t, ensuring(at("spare"), konnect.WithPrune())(t, n))
		assert.Len(t, server.Entities(planeID(t, server, "spare"), "services"), 1)
		assert.Empty(t, server.Entities(planeID(t, server, "gw"), "services"))
	})
}

// TestTargetsMove between upstreams without a second entity.
func TestTargetsMove(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		at := func(upstream string) func() []crd.Object {
			return func() []crd.Object {
				return append(bareControlPlanes(),
					builder.NewUpstream("p").ControlPlane("gw").MustBuild(), builder.NewUpstream("q").ControlPlane("gw").MustBuild(),
					builder.NewTarget("one").Upstream(upstream).Address("a.example.com:80").MustBuild())
			}
		}
		require.NoError(t, ensuring(at("p"))(t, n))
		require.NoError(t, ensuring(at("q"), konnect.WithPrune())(t, n))
		targets := server.Entities(planeID(t, server, "gw"), "targets")
		require.Len(t, targets, 1)
		assert.Equal(t, map[string]any{"id": server.Entity(planeID(t, server, "gw"), "upstreams", "q")["id"]}, targets[0]["upstream"])
		server.ResetLog()
		require.NoError(t, ensuring(at("q"), konnect.WithPrune())(t, n))
		assert.Zero(t, server.Writes())
	})
}

// TestPruneKeepsWhatOthersUse spares what others have put below, which Konnect
// would refuse to delete, or delete with it.
func TestPruneKeepsWhatOthersUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, server, _ := ensured(t)
		putBelow(t, server)
		before := len(server.Entities(planeID(t, server, "gw"), "targets"))
		gw := planeID(t, server, "gw")
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), bareControlPlanes(), konnect.WithPrune())
		require.ErrorContains(t, err, "KongService default/api")
		require.ErrorContains(t, err, "KongUpstream default/pool")
		for kind, want := range map[string]konnect.Action{
			"KongService": konnect.ActionSkipped, "KongRoute": konnect.ActionDeleted,
			"KongUpstream": konnect.ActionSkipped, "KongTarget": konnect.ActionDeleted,
		} {
			for _, change := range report.Changes {
				if change.Key.Kind == kind {
					assert.Equal(t, want, change.Action, "%s", change.Key)
				}
			}
		}
		assert.Len(t, server.Entities(gw, "routes"), 1)
		assert.Len(t, server.Entities(gw, "services"), 1)
		assert.Len(t, server.Entities(gw, "upstreams"), 1)
		assert.Len(t, server.Entities(gw, "targets"), before-1)
	})
}

// putBelow adds a route and a target of somebody else to ours.
func putBelow(t *testing.T, server *konnecttest.Server) {
	t.Helper()
	gw := planeID(t, server, "gw")
	_, err := server.Put(gw, "routes", map[string]any{
		"name": "theirs", "paths": []string{"/theirs"}, "service": map[string]any{"id": server.Entity(gw, "services", "api")["id"]},
	})
	require.NoError(t, err)
	_, err = server.Put(gw, "targets", map[string]any{
		"target": "theirs.example.com:80", "upstream": map[string]any{"id": server.Entity(gw, "upstreams", "pool")["id"]},
	})
	require.NoError(t, err)
}

// TestPruneKnowsMirrors of the control plane that it prunes: what fails in there
// fails in the control plane, and what cannot be read there is not known in it.
func TestPruneKnowsMirrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		client := newNetwork(server).client(t, konnect.WithOwner("platform"))
		_, err := client.Ensure(t.Context(), []crd.Object{plainGateway(), service("old").MustBuild()})
		require.NoError(t, err)
		gw, refusal := planeID(t, server, "gw"), konnecttest.Answer(403, "application/json", `{"code":7,"message":"no"}`)
		objects := func() []crd.Object {
			return []crd.Object{
				plainGateway(), builder.NewGatewayControlPlane("mirror").Mirror(gw).MustBuild(),
				builder.NewService("new").ControlPlane("mirror").Host("echo.example.com").MustBuild(),
			}
		}
		server.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Times: -1, Effect: refusal})
		report, err := client.Ensure(t.Context(), objects(), konnect.WithPrune())
		require.Error(t, err)
		assert.Equal(t, konnect.ActionSkipped, changeOf(t, report, "KongService", "old").Action)
		assert.Len(t, server.Entities(gw, "services"), 1)

		server.ClearFaults()
		server.Inject(konnecttest.Fault{Method: "GET", Path: "**/routes", Times: -1, Effect: refusal})
		report, err = client.Ensure(t.Context(), objects(), konnect.WithPrune())
		require.Error(t, err)
		assert.Empty(t, deletedOf(report))
	})
}
