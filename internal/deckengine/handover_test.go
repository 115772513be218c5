package deckengine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect"
)

func (w *world) assertNothingDeleted() {
	w.Helper()
	for operation := range w.server.Operations() {
		assert.False(w, strings.HasPrefix(operation, "DELETE "), operation)
	}
}

// TestHandOverToDeck is the recipe of docs/migrate.md, there and back: after Release decK finds
// what its file says, written by crd/manifest/deck or by decK itself.
func TestHandOverToDeck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client()
	objects := w.objects("a", "b")
	w.ensure(client, objects)
	file := encode(t, objects)
	difference, err := w.deck().Diff(t.Context(), w.read(file))
	require.NoError(t, err)
	require.Len(t, difference.Lines, 4, "the marks, which are not in the file")

	w.server.ResetLog()
	report, err := client.Release(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, 4, report.Writes)
	w.settled(file)
	w.settled(w.dump())
	assert.Equal(t, 4, w.server.Writes(), "those of Release")

	report = w.ensure(client, w.objects("a", "b"))
	assert.Equal(t, 4, report.Writes, "the IDs are those that only these objects compute")
	for _, c := range report.Changes[1:] {
		assert.Equal(t, konnect.ActionUpdated, c.Action)
	}
	w.assertNothingDeleted()
}

// TestHandOverBackFromDeck takes over what decK has made, and gives it back to decK.
func TestHandOverBackFromDeck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client()
	file := strings.Replace(tagged("a", "b"), "_info: {select_tags: [team-d]}\n", "", 1)
	w.sync(file)
	w.server.ResetLog()
	objects := w.objects("a", "b")
	_, err := client.Ensure(t.Context(), objects)
	var refused *konnect.OwnershipError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, 4, w.ensure(client, objects, konnect.WithAdoption(konnect.AdoptUnowned)).Writes)

	report, err := client.Release(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, 4, report.Writes)
	w.settled(file)
	_, err = client.Ensure(t.Context(), objects)
	require.ErrorAs(t, err, &refused, "what was adopted needs its adoption again")
	assert.Equal(t, 8, w.server.Writes())
	w.assertNothingDeleted()
}
