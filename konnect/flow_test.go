package konnect_test

import (
	"bytes"
	"fmt"
	"net/http"
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
)

const (
	// oneWrite is how long a write takes, slowWrite how much longer a slow one.
	oneWrite  = time.Second
	slowWrite = 10 * time.Second
)

// slow delays the writes whose body holds text, or whose path ends in it.
func slow(server *konnecttest.Server, method, text string) {
	server.Inject(konnecttest.Fault{
		Method: method, Times: -1, Effect: konnecttest.Delay(slowWrite),
		Match: func(r konnecttest.Request) bool {
			return r.Method != http.MethodGet && (bytes.Contains(r.Body, []byte(text)) || strings.HasSuffix(r.Path, text))
		},
	})
}

// writesOf lists the writes of the log by what they are about, with the steps
// after the first one at which they began: "PUT services one" -> 2.
func writesOf(t testing.TB, server *konnecttest.Server, names map[string]string) map[string]int {
	t.Helper()
	begun := map[string]int{}
	var first time.Time
	for _, r := range server.Requests() {
		if r.Method == http.MethodGet {
			continue
		}
		if first.IsZero() {
			first = r.Time
		}
		segments := strings.Split(strings.Trim(r.Path, "/"), "/")
		last := segments[len(segments)-1]
		name := names[last]
		for id, known := range names {
			if name == "" && bytes.Contains(r.Body, []byte(`"name":"`+known+`"`)) {
				name, names[id] = known, known
			}
		}
		begun[r.Method+" "+name] = int(r.Time.Sub(first).Round(oneWrite) / oneWrite)
	}
	return begun
}

// namesIn returns the names of everything in a control plane by ID.
func namesIn(t testing.TB, server *konnecttest.Server, plane string) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, collection := range entityCollections {
		for _, e := range server.Entities(planeID(t, server, plane), collection) {
			names[textOf(e["id"])] = label(e)
		}
	}
	return names
}

// TestWritesHaveNoBarriers makes one service slow: only its own route waits for
// it, and the whole takes as long as the longest chain.
func TestWritesHaveNoBarriers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		objects := inGateway(
			builder.NewGatewayControlPlane("edge").Group().Members("gw").MustBuild(),
			named("quick", "quick"), named("late", "late"), routeAt("r1", "r1", "quick"), routeAt("r2", "r2", "late"),
			upstreamNamed("pool", "pool"), targetAt("t", "pool"))
		server.SetLatency(oneWrite)
		slow(server, http.MethodPut, `"name":"late"`)
		require.NoError(t, ensuring(objects)(t, n))
		writes := 0
		var first, last time.Time
		when := map[string]time.Duration{}
		for _, r := range server.Requests() {
			if r.Method == http.MethodGet {
				continue
			}
			if writes++; writes == 1 {
				first = r.Time
			}
			last = r.Time
			for _, key := range []string{`"gw"`, `"edge"`, `"quick"`, `"late"`, `"r1"`, `"r2"`, `"pool"`, `"t.example.com:80"`, `"members"`} {
				if bytes.Contains(r.Body, []byte(`"name":`+key)) || bytes.Contains(r.Body, []byte(`"target":`+key)) || bytes.Contains(r.Body, []byte(key+`:[`)) {
					when[key] = r.Time.Sub(first).Round(oneWrite)
				}
			}
		}
		assert.Equal(t, map[string]time.Duration{
			`"gw"`: 0, `"edge"`: 0, // a group does not wait for its members
			`"members"`: oneWrite, `"quick"`: oneWrite, `"late"`: oneWrite, `"pool"`: oneWrite,
			`"r1"`: 2 * oneWrite, `"t.example.com:80"`: 2 * oneWrite,
			`"r2"`: 2*oneWrite + slowWrite,
		}, when)
		assert.Equal(t, 9, writes)
		assert.Equal(t, 2*oneWrite+slowWrite, last.Sub(first).Round(oneWrite), "the critical path")
	})
}

// TestPrunesHaveNoBarriers makes the deletion of one route slow: only its own
// service waits for it. Nothing goes before everything is written.
func TestPrunesHaveNoBarriers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		before := inGateway(
			named("kept", "kept"), named("a", "a"), named("b", "b"), routeAt("ra", "ra", "a"), routeAt("rb", "rb", "b"),
			upstreamNamed("pool", "pool"), targetAt("t", "pool"))
		require.NoError(t, ensuring(before)(t, n))
		names := namesIn(t, server, "gw")
		server.ResetLog()
		server.SetLatency(oneWrite)
		rb := server.Entity(planeID(t, server, "gw"), "routes", "rb")
		slow(server, http.MethodDelete, textOf(rb["id"]))
		after := inGateway(builder.NewService("kept").ControlPlane("gw").Host("other.example.com").MustBuild())
		require.NoError(t, ensuring(after, konnect.WithPrune())(t, n))
		slowSteps := int(slowWrite / oneWrite)
		assert.Equal(t, map[string]int{
			"PUT kept":  0,
			"DELETE ra": 1, "DELETE rb": 1, "DELETE t.example.com:80": 1,
			"DELETE a": 2, "DELETE pool": 2, "DELETE b": 2 + slowSteps,
		}, writesOf(t, server, names))
	})
}

// TestPruneKeepsTheParentOfWhatStays deletes no service whose route could not be
// deleted, and says why.
func TestPruneKeepsTheParentOfWhatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(inGateway(named("a", "a"), named("b", "b"), routeAt("r", "r", "a")))(t, n))
		server.Inject(konnecttest.Fault{
			Method: "DELETE", Path: "**/routes/*", Times: -1,
			Effect: konnecttest.Answer(403, "application/json", `{"code":7,"message":"no permission"}`),
		})
		server.ResetLog()
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), inGateway()(), konnect.WithPrune())
		require.ErrorIs(t, err, konnect.ErrForbidden)
		var dependency *konnect.DependencyError
		require.ErrorAs(t, changeOf(t, report, "KongService", "a").Err, &dependency)
		assert.Equal(t, "dependents", dependency.Field)
		assert.Equal(t, "KongRoute default/r", dependency.On.String())
		assert.Equal(t, konnect.ActionDeleted, changeOf(t, report, "KongService", "b").Action)
		assert.Equal(t, 1, server.Count(http.MethodDelete, "/services/"))
	})
}

// TestNamesWaitForWhatFreesThem takes the name of an orphan: what the orphan
// holds goes or moves, then the orphan goes, then the name is taken, whatever else
// is slow.
func TestNamesWaitForWhatFreesThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		before := inGateway(
			named("a", "one"), named("orphan", "two"), named("c", "three"), named("late", "late"),
			routeAt("gone", "gone", "orphan"), routeAt("moved", "moved", "orphan"), named("unused", "unused"))
		require.NoError(t, ensuring(before)(t, n))
		names := namesIn(t, server, "gw")
		server.ResetLog()
		server.SetLatency(oneWrite)
		slow(server, http.MethodPut, `"name":"late"`)
		after := inGateway(
			named("a", "two"), named("c", "three"),
			builder.NewService("late").ControlPlane("gw").Host("other.example.com").MustBuild(),
			routeAt("moved", "moved", "c"))
		require.NoError(t, ensuring(after, konnect.WithPrune())(t, n))
		slowSteps := int(slowWrite / oneWrite)
		assert.Equal(t, map[string]int{
			"PUT late": 0, "PUT moved": 0, "DELETE gone": 0,
			"DELETE two": 1, "PUT one": 2, // which is then two
			"DELETE unused": 1 + slowSteps, // it frees no name, so that everything is written first
		}, writesOf(t, server, names))
		assert.Equal(t, "two", server.Entity(planeID(t, server, "gw"), "services", "two")["name"])
	})
}

// TestOrphanIsKeptForTakerThatCannotBe does not delete for the sake of a name
// what a failure keeps anyway.
func TestOrphanIsKeptForTakerThatCannotBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		require.NoError(t, ensuring(inGateway(named("s", "s"), routeAt("orphan", "r", "s"), routeAt("a", "a", "s")))(t, n))
		server.Inject(konnecttest.Fault{
			Method: "PUT", Path: "**/services/*", Times: -1,
			Effect: konnecttest.Answer(400, "application/json", `{"code":3,"message":"validation error"}`),
		})
		after := inGateway(named("s", "s"), named("fresh", "fresh"), routeAt("a", "r", "fresh"))
		report, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), after(), konnect.WithPrune())
		require.ErrorContains(t, err, "KongService default/fresh")
		kept := changeOf(t, report, "KongRoute", "orphan")
		assert.Equal(t, konnect.ActionSkipped, kept.Action)
		require.ErrorContains(t, kept.Err, "KongRoute default/a, which takes its name, cannot be written")
		assert.Len(t, server.Entities(planeID(t, server, "gw"), "routes"), 2)

		server.ClearFaults()
		require.NoError(t, ensuring(after, konnect.WithPrune())(t, n))
		assert.Len(t, server.Entities(planeID(t, server, "gw"), "routes"), 1)
	})
}

// TestGroupWithoutItsMember is there, but not programmed, when a member fails.
func TestGroupWithoutItsMember(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := konnecttest.NewServer()
		n := newNetwork(server)
		server.Inject(konnecttest.Fault{
			Method: "POST", Path: "/v2/control-planes", Times: -1,
			Match:  func(r konnecttest.Request) bool { return bytes.Contains(r.Body, []byte(`"name":"gw"`)) },
			Effect: konnecttest.Answer(400, "application/json", `{"status":400,"title":"Bad Request"}`),
		})
		objects := []crd.Object{plainGateway(), builder.NewGatewayControlPlane("edge").Group().Members("gw").MustBuild()}
		report, err := n.client(t).Ensure(t.Context(), objects)
		require.ErrorContains(t, err, "KonnectGatewayControlPlane default/gw")
		edge := changeOf(t, report, "KonnectGatewayControlPlane", "edge")
		assert.Equal(t, konnect.ActionFailed, edge.Action, "something was written")
		var dependency *konnect.DependencyError
		require.ErrorAs(t, edge.Err, &dependency)
		assert.Equal(t, "spec.members[0]", dependency.Field)
		assert.Equal(t, edge.KonnectID, planeID(t, server, "edge"))
		assertCondition(t, objects[1], "MembersReferenceResolved", "False", "SomeMemberNotResolved")

		server.ClearFaults()
		_, err = n.client(t).Ensure(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, []string{planeID(t, server, "gw")}, server.Members(edge.KonnectID))
		assertCondition(t, objects[1], "MembersReferenceResolved", "True", "Resolved")
	})
}

// inPlane is a control plane with n services, each with a route.
func inPlane(plane string, n int) []crd.Object {
	objects := []crd.Object{builder.NewGatewayControlPlane(plane).MustBuild()}
	for i := range n {
		name := fmt.Sprintf("%s-%d", plane, i)
		objects = append(objects,
			builder.NewService(name).ControlPlane(plane).Host("echo.example.com").MustBuild(),
			builder.NewRoute(name).Service(name).Protocols("http").Paths("/"+name).MustBuild())
	}
	return objects
}
