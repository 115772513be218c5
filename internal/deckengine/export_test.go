package deckengine_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect"
)

// TestComingAndLeaving takes a large control plane of decK's over by an export, and leaves it
// to decK again: tags are all that is ever written, and nothing is deleted.
func TestComingAndLeaving(t *testing.T) {
	t.Parallel()
	w, file := newLargeWorld(t)
	all := *large * deckengine.LargeEntities
	client, before := w.client(), w.withoutTags()

	w.server.ResetLog()
	export, err := client.Export(t.Context(), konnect.ControlPlaneSelector{ID: w.plane}, konnect.ExportSecrets())
	require.NoError(t, err)
	assert.Empty(t, export.Skipped)
	const collections, plugins = 26, 1
	perCollection := (*large + 999) / 1000
	reads := w.server.Count(http.MethodGet, "/")
	assert.LessOrEqual(t, reads, collections-9+9*perCollection+plugins+3, "a call per collection and thousand, one per type of plugin, and three")
	t.Logf("%d entities exported in %d calls", all, reads)

	plan, err := export.Verify(t.Context())
	require.NoError(t, err)
	adopted := 0
	for _, c := range plan.Changes {
		if c.Action == konnect.ActionAdopted {
			adopted++
		}
		assert.Contains(t, []konnect.Action{konnect.ActionAdopted, konnect.ActionUnchanged}, c.Action, "%s", c.Key)
		assert.Empty(t, c.Fields, "%s", c.Key)
	}
	assert.Equal(t, all, adopted)

	objects := slices.Concat(export.Objects, export.Secrets)
	report := w.ensure(client, objects)
	t.Logf("adopted with %d writes", report.Writes)
	assert.Equal(t, all, report.Writes)
	assert.Equal(t, before, w.withoutTags(), "adopting writes tags only")
	assert.Zero(t, w.ensure(w.client(), objects).Writes)

	report, err = client.Release(t.Context(), objects)
	require.NoError(t, err)
	assert.Equal(t, all, report.Writes)
	assert.Equal(t, before, w.withoutTags(), "releasing writes tags only")
	w.assertNothingDeleted()
	w.settled(file)
}
