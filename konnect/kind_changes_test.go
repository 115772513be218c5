package konnect_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestRoundTripSpecChanges goes from a full spec to one that names as little as
// possible, and back.
func TestRoundTripSpecChanges(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if assert.ObjectsAreEqual(c.full(), c.minimal()) {
			t.Skip("a spec has nothing that may be left out")
		}
		w := newWorld(t, c.full())
		full := withoutTimes(w.stored(w.last()))
		for _, objects := range []func() []crd.Object{c.minimal, c.full} {
			w.server.ResetLog()
			report := w.ensure(objects())
			assert.Equal(t, konnect.ActionUpdated, report.Changes[len(report.Changes)-1].Action)
			assert.Equal(t, 1, w.server.Writes())
			assert.Equal(t, w.last().KonnectID, report.Changes[len(report.Changes)-1].KonnectID)
			w.settled(objects())
		}
		assert.Equal(t, full, withoutTimes(w.stored(w.last())))
	})
}

// TestOrderOfSetsIsNoDrift turns round what Konnect holds as lists and means as
// sets.
func TestOrderOfSetsIsNoDrift(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if !slices.ContainsFunc(traitsOf(t, c.kind).Fields, func(f konnect.FieldRule) bool { return f.Set }) {
			t.Skip("has no sets")
		}
		w := newWorld(t, c.full())
		turned := 0
		w.modify(w.last(), func(entity map[string]any) {
			for _, f := range traitsOf(t, c.kind).Fields {
				holder := entity
				if config, ok := entity["config"].(map[string]any); ok && entity[f.Name] == nil {
					holder = config
				}
				if list, ok := holder[f.Name].([]any); ok && f.Set && len(list) > 1 {
					slices.Reverse(list)
					turned++
				}
			}
		})
		assert.Positive(t, turned)
		w.settled(c.full())
	})
}

func TestOrderOfEndpointsIsNoDrift(t *testing.T) {
	t.Parallel()
	objects := fresh(plane("cp").MustBuild(), builder.NewRoute("route").ControlPlane("cp").Protocols("tcp", "tls").
		Source("10.0.0.1", 0).Source("10.0.0.2", 80).Destination("", 1).Destination("10.0.0.3", 2).MustBuild())
	w := newWorld(t, objects())
	for _, name := range []string{"protocols", "sources", "destinations"} {
		w.modify(w.last(), func(route map[string]any) { slices.Reverse(must[[]any](route[name])) })
		w.settled(objects())
	}
}

// TestEntitiesAreRenamed changes what is unique about an entity in the spec.
func TestEntitiesAreRenamed(t *testing.T) {
	t.Parallel()
	control := plane("cp").MustBuild()
	cases := map[string][2][]crd.Object{
		"control plane": {{plane("cp").MustBuild()}, {plane("cp").SpecName("renamed").MustBuild()}},
		"service":       {{control, echoService().MustBuild()}, {control, echoService().SpecName("renamed").MustBuild()}},
		"service without a name": {
			{control, echoService().MustBuild()}, {control, echoService().SpecName("").MustBuild()},
		},
		"route": {
			{control, echoService().MustBuild(), builder.NewRoute("route").Service("service").Protocols("http").Paths("/a").MustBuild()},
			{control, echoService().MustBuild(), builder.NewRoute("route").SpecName("").Service("service").Protocols("http").Paths("/a").MustBuild()},
		},
		"upstream": {{control, echoUpstream().MustBuild()}, {control, echoUpstream().SpecName("renamed").MustBuild()}},
		"target": {
			{control, echoUpstream().MustBuild(), builder.NewTarget("target").Upstream("upstream").Target("a").MustBuild()},
			{control, echoUpstream().MustBuild(), builder.NewTarget("target").Upstream("upstream").Target("[::1]:1").MustBuild()},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changesThereAndBack(t, fresh(c[0]...), fresh(c[1]...))
		})
	}
}

// changesThereAndBack makes one difference, which is one write of the same entity, and
// takes it back.
func changesThereAndBack(t *testing.T, before, after func() []crd.Object) {
	t.Helper()
	w := newWorld(t, before())
	for _, objects := range []func() []crd.Object{after, before} {
		change, err := w.plan(objects())
		require.NoError(t, err)
		assert.Equal(t, konnect.ActionUpdated, change.Action)
		assert.Len(t, change.Fields, 1)
		report := w.ensure(objects())
		assert.Equal(t, w.last().KonnectID, report.Changes[len(report.Changes)-1].KonnectID)
		assert.Equal(t, 1, w.server.Writes())
		w.settled(objects())
	}
}

func TestUnnamedEntities(t *testing.T) {
	t.Parallel()
	var batch []crd.Object
	batch = append(batch, plane("cp").MustBuild())
	for _, name := range []string{"a", "b", "c"} {
		batch = append(batch,
			builder.NewService(name).SpecName("").ControlPlane("cp").Host("echo").MustBuild(),
			builder.NewRoute(name).SpecName("").Service(name).Protocols("http").Paths("/same").MustBuild())
	}
	objects := fresh(batch...)
	w := newWorld(t, objects())
	w.settled(objects())
	for _, c := range w.report.Changes[1:] {
		w.modify(c, func(e map[string]any) { e["name"] = "by-somebody-" + c.Key.Name })
	}
	report := w.ensure(objects())
	assert.Equal(t, repeat(konnect.ActionUpdated, 6), actions(report)[1:])
	w.settled(objects())
	assert.Len(t, w.server.Entities(w.last().ControlPlane, "routes"), 3)
}

// TestEntitiesMoveToOtherParents changes a reference in the spec.
func TestEntitiesMoveToOtherParents(t *testing.T) {
	t.Parallel()
	route := func(service string) func() []crd.Object {
		return fresh(plane("cp").MustBuild(),
			builder.NewService("a").ControlPlane("cp").Host("echo").MustBuild(),
			builder.NewService("b").ControlPlane("cp").Host("echo").MustBuild(),
			builder.NewRoute("route").Service(service).Protocols("http").Paths("/a").MustBuild())
	}
	target := func(upstream string) func() []crd.Object {
		return fresh(plane("cp").MustBuild(),
			builder.NewUpstream("a").ControlPlane("cp").MustBuild(),
			builder.NewUpstream("b").ControlPlane("cp").MustBuild(),
			builder.NewTarget("target").Upstream(upstream).Target("10.0.0.1").MustBuild())
	}
	for name, c := range map[string]struct {
		objects   func(string) func() []crd.Object
		reference string
	}{"route": {route, "service"}, "target": {target, "upstream"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.objects("a")())
			change, err := w.plan(c.objects("b")())
			require.NoError(t, err)
			assert.Equal(t, []string{c.reference + ".id"}, paths(change))
			report := w.ensure(c.objects("b")())
			moved := report.Changes[3]
			assert.Equal(t, w.last().KonnectID, moved.KonnectID)
			assert.Equal(t, 1, w.server.Writes())
			assert.Equal(t, map[string]any{"id": report.Changes[2].KonnectID}, w.stored(moved)[c.reference])
			w.settled(c.objects("b")())
		})
	}
	t.Run("a route away from all services", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, route("a")())
		alone := fresh(append(route("a")()[:3],
			builder.NewRoute("route").ControlPlane("cp").Protocols("http").Paths("/a").MustBuild())...)
		w.ensure(alone())
		assert.Nil(t, w.stored(w.last())["service"])
		w.settled(alone())
	})
}

// TestNamesInPaths finds by name what is held under names that a path must
// escape.
func TestNamesInPaths(t *testing.T) {
	t.Parallel()
	control := plane("cp").MustBuild()
	cases := map[string]struct {
		objects    []crd.Object
		collection string
		entity     map[string]any
	}{
		"letters beyond ASCII": {[]crd.Object{control, echoService().SpecName("ü~.").MustBuild()}, "services", map[string]any{"name": "ü~.", "host": "a"}},
		"dots alone": {
			[]crd.Object{control, echoService().SpecName("...").MustBuild()}, "services", map[string]any{"name": "...", "host": "a"},
		},
		"an address in brackets": {
			[]crd.Object{control, echoUpstream().MustBuild(), builder.NewTarget("target").Upstream("upstream").Target("[2001:db8::1]:80").MustBuild()},
			"targets", map[string]any{"target": "[2001:db8::1]:80"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := fresh(c.objects...)
			w := newWorld(t, objects()[:len(objects())-1])
			planeID := w.report.Changes[0].KonnectID
			if c.collection == "targets" {
				c.entity["upstream"] = map[string]any{"id": w.last().KonnectID}
			}
			held, err := w.server.Put(planeID, c.collection, c.entity)
			require.NoError(t, err)
			_, err = newClient(t, w.server).Ensure(t.Context(), objects())
			var owned *konnect.OwnershipError
			require.ErrorAs(t, err, &owned)
			assert.Equal(t, held["id"], owned.KonnectID)
			assert.Zero(t, w.server.Writes())
		})
	}
}

// TestIDsDependOnTheControlPlane compares what two servers hold.
func TestIDsDependOnTheControlPlane(t *testing.T) {
	t.Parallel()
	ids := func(opts ...konnecttest.Option) (string, string) {
		w := newWorld(t, howTo(), opts...)
		return w.report.Changes[1].KonnectID, w.report.Changes[2].KonnectID
	}
	service, route := ids(sequence())
	again, _ := ids(sequence())
	assert.Equal(t, service, again)
	assert.NotEqual(t, service, route)
	other, _ := ids()
	assert.NotEqual(t, service, other, "another control plane")
}
