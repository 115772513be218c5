package konnect_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
	"github.com/konnectkit/konnectkit/resolve"
)

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
				w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), w.resolve(d.to)) })
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
				w.modify(w.last(), func(entity map[string]any) { set(entity, d.at(), w.resolve(d.to)) })
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
		renamed := c.drifts[0]
		w.modify(w.last(), func(entity map[string]any) { set(entity, renamed.at(), renamed.value) })
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
		entities := withEntities(objects)
		assert.Equal(t, repeat(konnect.ActionDeleted, len(entities)), actions(report))
		assert.Equal(t, len(entities), w.server.Writes())
		assert.Empty(t, w.server.ControlPlanes())
		for _, obj := range entities {
			assert.False(t, crd.IsProgrammed(obj), "%s", crd.KeyOf(obj))
			assert.Empty(t, obj.GetKonnectStatus().ID)
		}
		w.server.ResetLog()
		report, err = newClient(t, w.server).Delete(t.Context(), c.full())
		require.NoError(t, err)
		assert.Equal(t, repeat(konnect.ActionUnchanged, len(entities)), actions(report))
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
			client := newClient(t, w.server, konnect.WithSource(resolve.Objects(append(source, vaultGrant())...)))
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
