package konnect_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

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
		deleted, err := newClient(t, w.server, konnect.WithSource(resolve.Objects(append(all, vaultGrant())...))).Delete(t.Context(), all[len(all)-1:])
		require.NoError(t, err)
		assert.Equal(t, []konnect.Action{konnect.ActionUnchanged}, actions(deleted))
		assert.NotNil(t, w.stored(w.last()), "what is matched is never deleted")
	})
}

// TestRoundTripAdoptionPolicy takes over by name what nobody looks after.
func TestRoundTripAdoptionPolicy(t *testing.T) {
	eachKind(t, func(c kindTest) {
		t := c.T
		if len(traitsOf(t, c.kind).Identity.Unique) == 0 {
			t.Skip("has no natural key, by which it could be found")
		}
		if traitsOf(t, c.kind).Identity.Shared {
			t.Skip("what is somebody else's serves as it is")
		}
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
