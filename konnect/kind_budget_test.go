package konnect_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// many returns a control plane with n services, each with a route, and n targets
// of one upstream.
func many(n int) []crd.Object {
	objects := []crd.Object{plane("cp").MustBuild(), echoUpstream().MustBuild()}
	for i := range n {
		name := fmt.Sprintf("s%03d", i)
		objects = append(objects,
			builder.NewService(name).ControlPlane("cp").Host("echo.example.com").MustBuild(),
			builder.NewRoute(name).Service(name).Protocols("http").Paths("/"+name).MustBuild(),
			builder.NewTarget(name).Upstream("upstream").Target(name).MustBuild())
	}
	return objects
}

// TestFewAndManyAreTheSame holds batches that are read one by one against batches
// for which whole collections are listed.
func TestFewAndManyAreTheSame(t *testing.T) {
	t.Parallel()
	drifts := map[string]func(*world, konnect.Change){
		"nothing": func(*world, konnect.Change) {},
		"tags gone": func(w *world, c konnect.Change) {
			w.modify(c, func(e map[string]any) { delete(e, "tags") })
		},
		"renamed": func(w *world, c konnect.Change) {
			w.modify(c, func(e map[string]any) {
				for _, name := range []string{"name", "target"} {
					if old, ok := e[name].(string); ok {
						e[name] = "x-" + old
					}
				}
			})
		},
		"deleted": func(w *world, c konnect.Change) {
			w.takeRoutes(c)
			require.NoError(w, w.server.Delete(c.ControlPlane, traitsOf(w, c.Key.Kind).Collection, c.KonnectID))
		},
		"under another ID with our marks": func(w *world, c konnect.Change) {
			w.replace(c, func(map[string]any) {})
		},
		"under another ID and name with our marks": func(w *world, c konnect.Change) {
			w.replace(c, func(e map[string]any) {
				for _, name := range []string{"name", "target"} {
					if old, ok := e[name].(string); ok {
						e[name] = "x-" + old
					}
				}
			})
		},
		"under another ID without marks": func(w *world, c konnect.Change) {
			w.replace(c, func(e map[string]any) { delete(e, "tags") })
		},
	}
	for name, drift := range drifts {
		for _, kind := range []string{"KongService", "KongRoute", "KongTarget"} {
			t.Run(name+" of "+kind, func(t *testing.T) {
				t.Parallel()
				var outcomes []string
				for _, n := range []int{1, konnect.FewObjectsForTest, konnect.FewObjectsForTest + 1, 5} {
					w := newWorld(t, many(n))
					i := slices.IndexFunc(w.report.Changes, func(c konnect.Change) bool {
						return c.Key.Kind == kind && c.Key.Name == "s000"
					})
					drift(w, w.report.Changes[i])
					w.server.ResetLog()
					report, err := newClient(t, w.server).Ensure(t.Context(), many(n))
					c := report.Changes[i]
					outcome := fmt.Sprintf("%s %v, %d writes, error %t", c.Action, c.Fields, w.server.Writes(), err != nil)
					outcomes = append(outcomes, outcome)
					if err == nil {
						w.settled(many(n))
					}
				}
				assert.Len(t, slices.Compact(outcomes), 1, "read one by one and listed")
			})
		}
	}
}

// takeRoutes deletes and returns the routes of a service, which would keep it.
func (w *world) takeRoutes(c konnect.Change) []map[string]any {
	w.Helper()
	var routes []map[string]any
	for _, route := range w.server.Entities(c.ControlPlane, "routes") {
		if reference, ok := route["service"].(map[string]any); ok && reference["id"] == c.KonnectID {
			routes = append(routes, route)
			require.NoError(w, w.server.Delete(c.ControlPlane, "routes", must[string](route["id"])))
		}
	}
	return routes
}

// replace gives an entity a fixed other ID.
func (w *world) replace(c konnect.Change, change func(map[string]any)) {
	w.Helper()
	collection := traitsOf(w, c.Key.Kind).Collection
	entity := withoutTimes(w.stored(c))
	routes := w.takeRoutes(c)
	require.NoError(w, w.server.Delete(c.ControlPlane, collection, c.KonnectID))
	entity["id"] = foreignID
	change(entity)
	_, err := w.server.Put(c.ControlPlane, collection, entity)
	require.NoError(w, err)
	for _, route := range routes {
		route["service"] = map[string]any{"id": foreignID}
		_, err := w.server.Put(c.ControlPlane, "routes", withoutTimes(route))
		require.NoError(w, err)
	}
}

// TestCallBudgets counts calls by the rule of the design: the organisation and
// the control planes once, then one read for each object of a few, or one list
// for each collection of many.
func TestCallBudgets(t *testing.T) {
	t.Parallel()
	reads := func(server *konnecttest.Server) int { return len(server.Requests()) - server.Writes() }
	const few = konnect.FewObjectsForTest
	cases := []struct {
		name    string
		objects func() []crd.Object
		// cold are the reads where there is nothing yet, warm those of a run without changes.
		writes, cold, warm int
	}{
		{"how-to", howTo, 3, 2, 4},
		{"control plane alone", func() []crd.Object { return howTo()[:1] }, 1, 2, 2},
		{"few", func() []crd.Object { return many(few) }, 2 + 3*few, 2, 2 + 1 + 3*few},
		{"many", func() []crd.Object { return many(few + 1) }, 2 + 3*(few+1), 2, 2 + 1 + 3},
		{"200 services and routes", func() []crd.Object { return withoutTargets(many(200)) }, 401, 2, 2 + 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := konnecttest.Start(t)
			report, err := newClient(t, server).Ensure(t.Context(), c.objects())
			require.NoError(t, err)
			assert.Equal(t, c.writes, server.Writes())
			assert.Equal(t, c.cold, reads(server), "cold: %v", server.Operations())
			assert.Equal(t, c.writes, report.Writes)
			assert.Equal(t, c.cold, report.Reads)

			server.ResetLog()
			client := newClient(t, server)
			report, err = client.Ensure(t.Context(), c.objects())
			require.NoError(t, err)
			assert.Zero(t, server.Writes())
			assert.Equal(t, c.warm, reads(server), "warm: %v", server.Operations())
			assert.Equal(t, c.warm, report.Reads)

			server.ResetLog()
			_, err = client.Ensure(t.Context(), c.objects())
			require.NoError(t, err)
			assert.Equal(t, c.warm-1, reads(server), "the organisation of a token does not change")
		})
	}
}

func withoutTargets(objects []crd.Object) []crd.Object {
	var kept []crd.Object
	for _, obj := range objects {
		if kind := obj.GVK().Kind; kind != "KongTarget" && kind != "KongUpstream" {
			kept = append(kept, obj)
		}
	}
	return kept
}

// TestPagesOfCollections lists a collection of more than one page.
func TestPagesOfCollections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withoutTargets(many(4)))
	for i := range 1000 {
		_, err := w.server.Put(w.last().ControlPlane, "services", map[string]any{"host": "a", "name": fmt.Sprintf("other-%d", i)})
		require.NoError(t, err)
	}
	w.settled(withoutTargets(many(4)))
	assert.Equal(t, 2, w.server.Count(http.MethodGet, "/services"))
	assert.Equal(t, 1, w.server.Count(http.MethodGet, "/routes"))
}
