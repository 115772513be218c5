package konnect_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
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
	require.Equal(t, repeat(konnect.ActionCreated, len(objects)), actions(w.report))
	require.Equal(t, len(objects), w.server.Writes())
	for _, obj := range objects {
		require.True(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
		require.NotEmpty(t, obj.GetKonnectStatus().ID, "%s", crd.KeyOf(obj))
	}
	w.server.ResetLog()
	return w
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
	require.Equal(w, repeat(konnect.ActionUnchanged, len(objects)), actions(report))
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

func traitsOf(t testing.TB, kind string) konnect.KindTraits {
	t.Helper()
	for _, k := range konnect.KindsForTest() {
		if k.GroupKind.Kind == kind {
			return k
		}
	}
	require.Fail(t, "no such kind", kind)
	return konnect.KindTraits{}
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

func TestRoundTripCreates(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		for name, objects := range map[string]func() []crd.Object{"full": c.full, "minimal": c.minimal} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				given := objects()
				change, err := (&world{T: t, server: konnecttest.Start(t)}).plan(objects())
				require.NoError(t, err)
				assert.Equal(t, konnect.ActionCreated, change.Action)

				w := newWorld(t, given)
				w.settled(objects())
				w.settled(given)
				for _, change := range w.report.Changes {
					assert.NotNil(t, w.stored(change), "%s", change.Key)
				}
			})
		}
	})
}

// TestRoundTripDrift changes each compared field in Konnect, one at a time.
func TestRoundTripDrift(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		w := newWorld(t, c.full())
		for _, d := range c.drifts {
			name := fmt.Sprintf("%s to %v", d.at(), d.value)
			before := w.stored(w.last())
			w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), d.value) })

			change, err := w.plan(c.full())
			want := d.want()
			want.To = w.resolve(want.To)
			if d.reported != "" && d.from == nil && d.value == nil {
				want.From = nil
			}
			require.Equal(t, []konnect.Field{want}, change.Fields, name)
			if d.refused {
				w.refused(c.kindCase, err, want)
				w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), d.to) })
				continue
			}
			require.NoError(t, err, name)
			require.Equal(t, konnect.ActionUpdated, change.Action, name)
			assert.Equal(t, w.last().KonnectID, change.KonnectID, name)

			report := w.ensure(c.full())
			require.Equal(t, konnect.ActionUpdated, report.Changes[len(report.Changes)-1].Action, name)
			require.Equal(t, 1, w.server.Writes(), name)
			w.settled(c.full())
			assert.Equal(t, withoutTimes(before), withoutTimes(w.stored(w.last())), name)
		}
	})
}

// refused checks that a drift nobody can mend stops the call.
func (w *world) refused(c kindCase, err error, want konnect.Field) {
	w.Helper()
	immutable, ok := errors.AsType[*konnect.ImmutableError](err)
	require.True(w, ok, "%v", err)
	assert.Equal(w, []konnect.Field{want}, immutable.Fields)
	_, err = newClient(w, w.server).Ensure(w.Context(), c.full())
	require.ErrorAs(w, err, &immutable)
	assert.Zero(w, w.server.Writes())
}

func withoutTimes(entity map[string]any) map[string]any {
	for _, name := range []string{"created_at", "updated_at"} {
		delete(entity, name)
	}
	return entity
}

// TestRoundTripDriftOfDefaults drifts objects that name as little as possible.
func TestRoundTripDriftOfDefaults(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		w := newWorld(t, c.minimal())
		for _, d := range c.drifts {
			name := fmt.Sprintf("%s to %v", d.at(), d.value)
			before := w.stored(w.last())
			w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), d.value) })
			change, err := w.plan(c.minimal())
			if d.refused {
				require.Error(t, err, name)
				w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), d.to) })
				continue
			}
			require.NoError(t, err, name)
			if len(change.Fields) == 0 {
				continue // what it drifted to is the default
			}
			require.Len(t, change.Fields, 1, name)
			assert.Equal(t, cmp.Or(d.reported, d.at()), change.Fields[0].Path, name)
			w.ensure(c.minimal())
			require.Equal(t, 1, w.server.Writes(), name)
			w.settled(c.minimal())
			assert.Equal(t, withoutTimes(before), withoutTimes(w.stored(w.last())), name)
		}
	})
}

func TestRoundTripDriftCoversAllFields(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		for _, f := range traitsOf(t, c.kind).Fields {
			assert.True(t, slices.ContainsFunc(c.drifts, func(d drift) bool { return d.field == f.Name }),
				"%s: no drift for field %s", c.kind, f.Name)
		}
	})
}

func TestRoundTripAdoptOverride(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if c.adopt == nil {
			t.Skip("has no spec.adopt")
		}
		for _, mode := range []string{"", commonv1alpha1.AdoptModeOverride} {
			w := strangers(t, c.kindCase)
			objects := func() []crd.Object {
				objects := c.full()
				c.adopt(objects[len(objects)-1], w.last().KonnectID, mode)
				return objects
			}
			change, err := w.plan(objects())
			require.NoError(t, err)
			assert.Equal(t, konnect.ActionAdopted, change.Action)
			assert.Equal(t, w.last().KonnectID, change.KonnectID)

			adopted := objects()
			report := w.ensure(adopted)
			assert.Equal(t, konnect.ActionAdopted, report.Changes[len(report.Changes)-1].Action)
			assert.Equal(t, 1, w.server.Writes())
			assert.True(t, crd.IsProgrammed(adopted[len(adopted)-1]))
			w.settled(objects())
			w.settled(adopted)
		}
	})
}

// strangers holds the entity of a case's last object without any marks.
func strangers(t *testing.T, c kindCase) *world {
	t.Helper()
	w := newWorld(t, c.full())
	entity := w.stored(w.last())
	collection := traitsOf(t, c.kind).Collection
	require.NoError(t, w.server.Delete(w.last().ControlPlane, collection, w.last().KonnectID))
	entity["id"], entity["tags"] = foreignID, []any{"b", "a"}
	_, err := w.server.Put(w.last().ControlPlane, collection, withoutTimes(entity))
	require.NoError(t, err)
	w.server.ResetLog()
	w.report.Changes[len(w.report.Changes)-1].KonnectID = foreignID
	return w
}

func TestRoundTripAdoptMatch(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if c.adopt == nil {
			t.Skip("has no spec.adopt")
		}
		w := strangers(t, c.kindCase)
		held := w.stored(w.last())
		objects := func() []crd.Object {
			objects := c.full()
			c.adopt(objects[len(objects)-1], foreignID, commonv1alpha1.AdoptModeMatch)
			return objects
		}
		matched := objects()
		report := w.ensure(matched)
		assert.Equal(t, konnect.ActionAdopted, report.Changes[len(report.Changes)-1].Action)
		assert.Zero(t, w.server.Writes())
		assert.True(t, crd.IsProgrammed(matched[len(matched)-1]))
		w.settled(matched)
		assert.Equal(t, held, w.stored(w.last()), "marks included")

		for _, d := range c.drifts {
			if d.field == "tags" {
				continue
			}
			before := w.stored(w.last())
			w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), d.value) })
			w.server.ResetLog()
			objects := objects()
			_, err := newClient(t, w.server).Ensure(t.Context(), objects)
			require.Error(t, err, d.at())
			if !d.moved { // what was moved is not under its parent
				mismatch, ok := errors.AsType[*konnect.MismatchError](err)
				require.True(t, ok, "%s: %v", d.at(), err)
				want := d.want()
				want.To = w.resolve(want.To)
				assert.Equal(t, []konnect.Field{want}, mismatch.Fields)
			}
			assert.False(t, crd.IsProgrammed(objects[len(objects)-1]))
			assert.Zero(t, w.server.Writes())
			w.modify(w.last(), func(entity map[string]any) {
				clear(entity)
				maps.Copy(entity, before)
			})
		}

		all := objects()
		deleted, err := newClient(t, w.server, konnect.WithSource(resolve.Objects(all...))).Delete(t.Context(), all[len(all)-1:])
		require.NoError(t, err)
		assert.Equal(t, []konnect.Action{konnect.ActionUnchanged}, actions(deleted))
		assert.NotNil(t, w.stored(w.last()), "what is matched is never deleted")
	})
}

// TestRoundTripAdoptionPolicy takes over by name what nobody looks after.
func TestRoundTripAdoptionPolicy(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		var w *world
		if c.adopt != nil {
			w = strangers(t, c.kindCase)
		} else {
			w = newWorld(t, c.full())
			w.modify(w.last(), func(entity map[string]any) { entity["labels"] = map[string]any{} })
		}
		_, err := w.plan(c.full())
		var owned *konnect.OwnershipError
		require.ErrorAs(t, err, &owned)
		assert.Equal(t, w.last().KonnectID, owned.KonnectID)

		change, err := w.plan(c.full(), konnect.WithAdoption(konnect.AdoptUnowned))
		require.NoError(t, err)
		assert.Equal(t, konnect.ActionAdopted, change.Action)
		report := w.ensure(c.full(), konnect.WithAdoption(konnect.AdoptUnowned))
		assert.Equal(t, konnect.ActionAdopted, report.Changes[len(report.Changes)-1].Action)
		assert.Equal(t, 1, w.server.Writes())
		w.settled(c.full())
	})
}

func TestRoundTripSpecID(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if c.setID == nil {
			t.Skip("has no spec.id")
		}
		objects := func() []crd.Object {
			objects := c.full()
			c.setID(objects[len(objects)-1], chosenID)
			return objects
		}
		w := newWorld(t, objects())
		assert.Equal(t, chosenID, w.last().KonnectID)
		assert.NotNil(t, w.stored(w.last()))
		w.settled(objects())
		w.modify(w.last(), func(entity map[string]any) { entity["name"] = "renamed" })
		w.ensure(objects())
		assert.Equal(t, 1, w.server.Writes())
		w.settled(objects())
	})
}

func TestRoundTripDeletes(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		w := newWorld(t, c.full())
		objects := c.full()
		report, err := newClient(t, w.server).Delete(t.Context(), objects)
		require.NoError(t, err)
		assert.Equal(t, repeat(konnect.ActionDeleted, len(objects)), actions(report))
		assert.Equal(t, len(objects), w.server.Writes())
		assert.Empty(t, w.server.ControlPlanes())
		for _, obj := range objects {
			assert.False(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
			assert.Empty(t, obj.GetKonnectStatus().ID)
		}
		w.server.ResetLog()
		report, err = newClient(t, w.server).Delete(t.Context(), c.full())
		require.NoError(t, err)
		assert.Equal(t, repeat(konnect.ActionUnchanged, len(objects)), actions(report))
		assert.Zero(t, w.server.Writes())
	})
}

// TestRoundTripDeletesAlone deletes the last object and leaves what it needs.
func TestRoundTripDeletesAlone(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		w := newWorld(t, c.full())
		source := c.full()
		last := source[len(source)-1:]
		for _, want := range []konnect.Action{konnect.ActionDeleted, konnect.ActionUnchanged} {
			w.server.ResetLog()
			client := newClient(t, w.server, konnect.WithSource(resolve.Objects(source...)))
			report, err := client.Delete(t.Context(), []crd.Object{must[crd.Object](last[0].DeepCopyObject())})
			require.NoError(t, err)
			assert.Equal(t, []konnect.Action{want}, actions(report))
			assert.Nil(t, w.stored(w.last()))
		}
		assert.Zero(t, w.server.Writes())
		w.ensure(c.full())
		w.settled(c.full())
	})
}
