package konnect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// world is a server with the objects of a case in it.
type world struct {
	*testing.T
	server *konnecttest.Server
	report *konnect.Report
}

// newWorld ensures objects on a server of its own.
func newWorld(t *testing.T, objects []crd.Object, opts ...konnecttest.Option) *world {
	t.Helper()
	w := &world{T: t, server: konnecttest.Start(t, opts...)}
	w.report = w.ensure(objects)
	entities := withEntities(objects)
	require.Equal(t, repeat(konnect.ActionCreated, len(entities)), actions(w.report))
	require.Equal(t, len(entities), w.server.Writes())
	for _, obj := range entities {
		require.True(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
		require.NotEmpty(t, obj.GetKonnectStatus().ID, "%s", crd.KeyOf(obj))
	}
	w.server.ResetLog()
	return w
}

// withEntities are the objects of kinds that have entities.
func withEntities(objects []crd.Object) []crd.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(obj crd.Object) bool {
		return !slices.ContainsFunc(konnect.KindsForTest(), func(k *kinds.Kind) bool { return k.GroupKind == obj.GVK().GroupKind() })
	})
}

func repeat(action konnect.Action, n int) []konnect.Action {
	return slices.Repeat([]konnect.Action{action}, n)
}

// ensure runs with a fresh client, so that nothing is remembered.
func (w *world) ensure(objects []crd.Object, opts ...konnect.EnsureOption) *konnect.Report {
	w.Helper()
	report, err := newClient(w, w.server).Ensure(w.Context(), objects, opts...)
	require.NoError(w, err)
	return report
}

// settled checks that fresh objects find nothing to do.
func (w *world) settled(objects []crd.Object, opts ...konnect.EnsureOption) {
	w.Helper()
	w.server.ResetLog()
	report := w.ensure(objects, opts...)
	require.Equal(w, repeat(konnect.ActionUnchanged, len(withEntities(objects))), actions(report))
	require.Zero(w, w.server.Writes())
}

// plan returns the change of the last object that has one, and checks that
// nothing is written.
func (w *world) plan(objects []crd.Object, opts ...konnect.EnsureOption) (konnect.Change, error) {
	w.Helper()
	w.server.ResetLog()
	plan, err := newClient(w, w.server).Plan(w.Context(), objects, opts...)
	require.NotNil(w, plan)
	require.Zero(w, w.server.Writes(), "a plan writes nothing")
	for _, obj := range objects {
		require.Empty(w, obj.GetKonnectStatus().ID, "a plan leaves objects alone")
	}
	return plan.Changes[len(plan.Changes)-1], err
}

// last is the change of the object that a case is about.
func (w *world) last() konnect.Change { return w.report.Changes[len(w.report.Changes)-1] }

func traitsOf(t testing.TB, kind string) *kinds.Kind {
	t.Helper()
	for _, k := range konnect.KindsForTest() {
		if k.GroupKind.Kind == kind {
			return k
		}
	}
	require.Fail(t, "no such kind", kind)
	return nil
}

// stored is what Konnect holds for a change.
func (w *world) stored(c konnect.Change) map[string]any {
	w.Helper()
	if c.ControlPlane != "" {
		return w.server.Entity(c.ControlPlane, traitsOf(w, c.Key.Kind).Collection, c.KonnectID)
	}
	for _, p := range w.server.ControlPlanes() {
		if p["id"] == c.KonnectID {
			return p
		}
	}
	return nil
}

// modify changes an entity as somebody else would.
func (w *world) modify(c konnect.Change, change func(map[string]any)) {
	w.Helper()
	if c.ControlPlane == "" {
		require.NoError(w, w.server.ModifyControlPlane(c.KonnectID, change))
		return
	}
	require.NoError(w, w.server.Modify(c.ControlPlane, traitsOf(w, c.Key.Kind).Collection, c.KonnectID, change))
}

// set puts value at a dotted path, or removes what is there.
func set(entity map[string]any, path string, value any) {
	head, rest, nested := strings.Cut(path, ".")
	switch {
	case nested:
		inner, _ := entity[head].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		set(inner, rest, value)
		entity[head] = inner
	case value == nil:
		delete(entity, head)
	default:
		entity[head] = value
	}
}

func (w *world) resolve(value any) any {
	w.Helper()
	reference, ok := value.(computed)
	if !ok {
		return value
	}
	for _, c := range w.report.Changes {
		if c.Key.Kind == reference.kind && c.Key.Name == reference.name {
			return c.KonnectID
		}
	}
	require.Fail(w, "no such object", "%v", reference)
	return nil
}

// kindTest is the test of one kind.
type kindTest struct {
	*testing.T
	kindCase
}

// eachKind runs a test in parallel for all kinds, and beside all others.
func eachKind(t *testing.T, test func(kindTest)) {
	t.Helper()
	t.Parallel()
	for _, c := range kindCases() {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			test(kindTest{t, c})
		})
	}
}
