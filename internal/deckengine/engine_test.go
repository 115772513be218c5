package deckengine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// TestSync runs decK on an empty control plane: it gets there in one run, sees that it did,
// and reads back what it was given. Each option is another answer to what the API's
// documents leave open.
func TestSync(t *testing.T) {
	t.Parallel()
	everything := content(t, "sparse.yaml")
	for reason, opts := range map[string][]konnecttest.Option{
		"as by default":           nil,
		"unset fields are null":   {konnecttest.WithNullFields()},
		"older control planes":    {konnecttest.WithRouteProtocols("http", "https")},
		"both forms of routes":    {konnecttest.WithRouterFlavor(konnecttest.FlavorMixed)},
		"targets are only posted": {konnecttest.WithUpdateOnlyPut("targets")},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, opts...)
			changes, err := w.deck().Sync(t.Context(), w.read(everything))
			require.NoError(t, err, "%v", refused(w.server))
			assert.Equal(t, deckengine.Changes{Created: 10}, changes.Counts())
			w.settled(everything)
			assertHolds(t, everything, w.dump())
		})
	}
}

// TestDump holds a dump to the last default against a file that was read with care, which is
// as good a state file as the sparse one.
func TestDump(t *testing.T) {
	t.Parallel()
	complete := content(t, "complete.yaml")
	for _, name := range []string{"sparse.yaml", "complete.yaml"} {
		w := newWorld(t)
		w.sync(content(t, name))
		assert.YAMLEq(t, complete, w.dump(), name)
		w.settled(complete)
	}
}

// TestExpressionRoutes pins where decK and the published document differ: decK takes
// path_handling for a field that such routes do not have, the document gives them a default.
func TestExpressionRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, konnecttest.WithRouterFlavor(konnecttest.FlavorMixed))
	const file = `{_format_version: "3.0", routes: [{name: e, expression: http.path == "/e"}]}`
	assert.Equal(t, deckengine.Changes{Created: 1}, w.sync(file).Counts())
	again := w.sync(file)
	assert.Equal(t, deckengine.Changes{Updated: 1}, again.Counts())
	assert.Regexp(t, `(?m)^-  "path_handling": "v0",$`, again.Lines[0])
	assert.NotRegexp(t, `(?m)^[+-]  "[^p]`, again.Lines[0], "and nothing else")
}

func TestChangesAndDeletions(t *testing.T) {
	t.Parallel()
	everything := content(t, "sparse.yaml")
	w := newWorld(t)
	w.sync(everything)
	id := w.server.Entity(w.plane, "services", "least")["id"].(string)
	require.NoError(t, w.server.Modify(w.plane, "services", id, func(service map[string]any) {
		service["host"], service["retries"] = "drifted.example", 9
	}))
	_, err := w.server.Put(w.plane, "upstreams", map[string]any{"name": "by-hand"})
	require.NoError(t, err)
	assert.Equal(t, deckengine.Changes{Updated: 1, Deleted: 1}, w.sync(everything).Counts())
	w.settled(everything)
	assert.YAMLEq(t, content(t, "complete.yaml"), w.dump())

	changes, err := w.deck().Reset(t.Context())
	require.NoError(t, err)
	assert.Equal(t, deckengine.Changes{Deleted: 10}, changes.Counts())
	assert.Empty(t, w.names("services"))
}

func TestSelectTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := func(team string) string {
		return fmt.Sprintf(`
_format_version: "3.0"
_info: {select_tags: [team-%[1]s]}
services:
- {name: %[1]s, host: %[1]s.example, routes: [{name: %[1]s, paths: [/%[1]s]}]}
upstreams:
- {name: %[1]s, targets: [{target: "%[1]s.example:80"}]}
`, team)
	}
	for _, team := range []string{"a", "b"} {
		assert.Equal(t, deckengine.Changes{Created: 4}, w.sync(file(team)).Counts(), "nothing of the other team's goes")
	}
	for _, team := range []string{"a", "b"} {
		w.settled(file(team))
		assert.Contains(t, w.dump("team-"+team), "name: "+team)
	}
	assert.NotContains(t, w.dump("team-a"), "b.example")
	assert.Equal(t, deckengine.Changes{Deleted: 4}, w.sync(`{_format_version: "3.0", _info: {select_tags: [team-a]}}`).Counts())
	for _, collection := range []string{"services", "routes", "upstreams"} {
		assert.Equal(t, []string{"b"}, w.names(collection), collection)
	}
	changes, err := w.deck().Reset(t.Context(), "team-b")
	require.NoError(t, err)
	assert.Equal(t, 4, changes.Deleted)
}

// TestPages goes beyond the thousand entities of a page.
func TestPages(t *testing.T) {
	t.Parallel()
	const n = 1001
	w := newWorld(t)
	var file strings.Builder
	file.WriteString("_format_version: \"3.0\"\nservices:\n")
	for i := range n {
		_, err := w.server.Put(w.plane, "services", map[string]any{"name": fmt.Sprintf("s-%04d", i), "host": "a.example"})
		require.NoError(t, err)
		fmt.Fprintf(&file, "- {name: s-%04d, host: a.example}\n", i)
	}
	w.settled(file.String())
}

// TestCalls pins how many calls a run makes: one for each entity to write; a fixed number of
// reads, one for each further page, and one for each service that is there already.
func TestCalls(t *testing.T) {
	t.Parallel()
	everything := content(t, "sparse.yaml")
	w := newWorld(t)
	const fixed, services, entities = 29, 2, 10
	w.sync(everything)
	assert.Equal(t, fixed, w.server.Count("GET", ""))
	assert.Equal(t, entities, w.server.Writes())
	w.server.ResetLog()
	w.sync(everything)
	assert.Equal(t, fixed+services, w.server.Count("GET", ""))
}

func TestConnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, konnecttest.WithEntityLimit("control-planes", 0))
	for i := range 120 {
		_, err := w.server.AddControlPlane("", map[string]any{"name": fmt.Sprintf("further-%d", i)})
		require.NoError(t, err)
	}
	server := deckengine.Server{URL: w.server.URL, Token: w.server.Token}
	_, err := deckengine.Connect(t.Context(), server, "further-119", 1)
	require.NoError(t, err, "on the second page")
	_, err = deckengine.Connect(t.Context(), server, "nowhere", 1)
	require.EqualError(t, err, `find control plane "nowhere": there is none`)
	server.Token = "wrong"
	_, err = deckengine.Connect(t.Context(), server, planeName, 1)
	require.ErrorContains(t, err, "401")
}
