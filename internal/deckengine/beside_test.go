package deckengine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect"
)

// client is konnectkit for the same Konnect.
func (w *world) client(opts ...konnect.Option) *konnect.Client {
	w.Helper()
	opts = append([]konnect.Option{
		konnect.WithServerURL(w.server.URL), konnect.WithToken(w.server.Token), konnect.WithOwner("team-k"),
	}, opts...)
	client, err := konnect.NewClient(opts...)
	require.NoError(w, err)
	return client
}

// objects are services with a route each, in the control plane that is there.
func (w *world) objects(names ...string) []crd.Object {
	out := []crd.Object{builder.NewGatewayControlPlane(planeName).Mirror(w.plane).MustBuild()}
	for _, name := range names {
		out = append(out,
			builder.NewService(name).Host(name+".example").ControlPlane(planeName).MustBuild(),
			builder.NewRoute(name).Paths("/"+name).Service(name).MustBuild())
	}
	return out
}

func (w *world) ensure(client *konnect.Client, objects []crd.Object, opts ...konnect.EnsureOption) *konnect.Report {
	w.Helper()
	report, err := client.Ensure(w.Context(), objects, opts...)
	require.NoError(w, err)
	return report
}

// tagged is a state file with select tag team-d and services with a route each.
func tagged(names ...string) string {
	file := "_format_version: \"3.0\"\n_info: {select_tags: [team-d]}\nservices:\n"
	for _, name := range names {
		file += fmt.Sprintf("- {name: %[1]s, host: %[1]s.example, routes: [{name: %[1]s, paths: [/%[1]s]}]}\n", name)
	}
	return file
}

// TestBesideKonnectkit lets decK with select tags and konnectkit with prune work on one
// control plane: each sees nothing to do where the other has been.
func TestBesideKonnectkit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client()
	assert.Equal(t, 4, w.ensure(client, w.objects("k1", "k2"), konnect.WithPrune()).Writes)
	assert.Equal(t, deckengine.Changes{Created: 4}, w.sync(tagged("d1", "d2")).Counts())
	for range 2 {
		assert.Zero(t, w.ensure(client, w.objects("k1", "k2"), konnect.WithPrune()).Writes)
		w.settled(tagged("d1", "d2"))
	}
	assert.ElementsMatch(t, []string{"k1", "k2", "d1", "d2"}, w.names("services"))
	assert.NotContains(t, w.dump("team-d"), "k1", "what bears another tag is none of decK's business")

	assert.Equal(t, 2, w.ensure(client, w.objects("k1"), konnect.WithPrune()).Writes)
	assert.ElementsMatch(t, []string{"k1", "d1", "d2"}, w.names("services"), "a prune leaves decK's alone")
	assert.Equal(t, deckengine.Changes{Deleted: 2}, w.sync(tagged("d1")).Counts())
	assert.ElementsMatch(t, []string{"k1", "d1"}, w.names("services"), "and decK ours")
	assert.Zero(t, w.ensure(client, w.objects("k1"), konnect.WithPrune()).Writes)
	w.settled(tagged("d1"))

	report, err := client.Delete(t.Context(), w.objects("k1"))
	require.NoError(t, err)
	assert.Equal(t, 2, report.Writes)
	assert.Equal(t, []string{"d1"}, w.names("services"))
}

// TestNamesTakenByTheOther has both refuse to take each other's entity for their own.
func TestNamesTakenByTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client()
	w.sync(tagged("both"))
	_, err := client.Ensure(t.Context(), w.objects("both"))
	taken, ok := errors.AsType[*konnect.OwnershipError](err)
	require.True(t, ok)
	assert.Equal(t, "nobody", taken.Holder)
	w.settled(tagged("both"))

	w.ensure(client, w.objects("ours"))
	_, err = w.deck().Sync(t.Context(), w.read(tagged("both", "ours")))
	require.ErrorContains(t, err, "400", "decK does not see it by its tag, and the name is taken")
	assert.Zero(t, w.ensure(client, w.objects("ours")).Writes)
}

// TestTakeOverFromDeck takes over what decK looked after with its select tag, after which
// decK finds nothing any more.
func TestTakeOverFromDeck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client()
	w.sync(tagged("d1", "d2"))
	before := w.server.Entities(w.plane, "services")
	report := w.ensure(client, w.objects("d1", "d2"), konnect.WithAdoption(konnect.AdoptTagged("team-d")))
	assert.Equal(t, 4, report.Writes)
	for i, service := range w.server.Entities(w.plane, "services") {
		assert.Equal(t, before[i]["id"], service["id"], "the same entity as before")
	}
	assert.Zero(t, w.ensure(client, w.objects("d1", "d2"), konnect.WithPrune()).Writes)
	assert.NotContains(t, w.dump("team-d"), "services:")
	changes, err := w.deck().Reset(t.Context(), "team-d")
	require.NoError(t, err)
	assert.Empty(t, changes.Lines)
}

// referring is a state file with select tag team-d whose route leads to a service of
// konnectkit's, which decK looks up by its owner's mark. With the lookup decK takes the
// service for its own and gives it the select tag.
const referring = `
_format_version: "3.0"
_info:
  select_tags: [team-d]
  default_lookup_tags: {services: ["managed-owner:team-k"]}
routes:
- {name: d, paths: [/d], service: {name: shared}}
`

// TestTugOfWar has decK write its select tag into an entity of konnectkit's: without the
// option each takes back what the other does, on every run; with it neither writes.
func TestTugOfWar(t *testing.T) {
	t.Parallel()
	t.Run("without the option", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		client := w.client()
		w.ensure(client, w.objects("shared"))
		assert.Equal(t, deckengine.Changes{Created: 1, Updated: 1}, w.sync(referring).Counts())
		for range 2 {
			report := w.ensure(client, w.objects("shared"))
			assert.Equal(t, 1, report.Writes)
			require.Len(t, report.Warnings, 1)
			assert.Equal(t, konnect.WarningForeignTagRemoved, report.Warnings[0].Code)
			assert.Contains(t, report.Warnings[0].String(), `KongService default/shared: spec.tags: the tag "team-d" is taken away`)
			assert.Equal(t, deckengine.Changes{Updated: 1}, w.sync(referring).Counts())
		}
	})
	t.Run("with the option", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		client := w.client(konnect.WithKeptTags("team-*"))
		w.ensure(client, w.objects("shared"))
		assert.Equal(t, deckengine.Changes{Created: 1, Updated: 1}, w.sync(referring).Counts())
		for range 2 {
			report := w.ensure(client, w.objects("shared"), konnect.WithPrune())
			assert.Zero(t, report.Writes)
			assert.Empty(t, report.Warnings)
			w.settled(referring)
		}

		changed := w.objects("shared")
		changed[1] = builder.NewService("shared").Host("moved.example").ControlPlane(planeName).MustBuild()
		assert.Equal(t, 1, w.ensure(client, changed).Writes)
		w.settled(referring)
		assert.Contains(t, w.dump("team-d"), "moved.example", "decK's tag was carried in the write")
	})
}
