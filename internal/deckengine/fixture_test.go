package deckengine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

const planeName = "gateway"

// world is a Konnect with one control plane.
type world struct {
	*testing.T
	server      *konnecttest.Server
	name, plane string // of the control plane, and its ID
}

func newWorld(t *testing.T, opts ...konnecttest.Option) *world {
	t.Helper()
	server := konnecttest.Start(t, append(opts, konnecttest.WithDeckReads())...)
	plane, err := server.AddControlPlane("", map[string]any{"name": planeName})
	require.NoError(t, err)
	return &world{T: t, server: server, name: planeName, plane: plane}
}

// deck is a run of decK: it knows nothing of earlier ones.
func (w *world) deck() *deckengine.Engine {
	w.Helper()
	const parallelism = 10
	engine, err := deckengine.Connect(w.Context(), deckengine.Server{URL: w.server.URL, Token: w.server.Token}, w.name, parallelism)
	require.NoError(w, err)
	return engine
}

// sync runs decK with a state file and returns what it changed; the writes at the server
// are those changes.
func (w *world) sync(stateFile string) deckengine.Changes {
	w.Helper()
	before := w.server.Writes()
	changes, err := w.deck().Sync(w.Context(), w.read(stateFile))
	require.NoError(w, err, "%v", refused(w.server))
	require.Equal(w, changes.Created+changes.Updated+changes.Deleted, w.server.Writes()-before, "each change is one write: %v", changes.Lines)
	return changes
}

func (w *world) read(stateFile string) deckengine.StateFile {
	w.Helper()
	file, err := deckengine.ReadStateFile([]byte(stateFile))
	require.NoError(w, err)
	return file
}

// settled runs decK again, which must find nothing to do.
func (w *world) settled(stateFile string) {
	w.Helper()
	difference, err := w.deck().Diff(w.Context(), w.read(stateFile))
	require.NoError(w, err)
	require.Empty(w, difference.Lines)
	require.Empty(w, w.sync(stateFile).Lines)
}

func (w *world) dump(selectTags ...string) string {
	w.Helper()
	content, err := w.deck().Dump(w.Context(), selectTags...)
	require.NoError(w, err)
	return string(content)
}

func (w *world) names(collection string) []string {
	names := []string{}
	for _, entity := range w.server.Entities(w.plane, collection) {
		names = append(names, entity["name"].(string))
	}
	return names
}

func content(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(content)
}

// assertHolds fails unless all that one state file says is in the other as well, which may
// say more of the same entities.
func assertHolds(t *testing.T, wanted, got string) {
	t.Helper()
	var wantedContent, gotContent any
	require.NoError(t, yaml.Unmarshal([]byte(wanted), &wantedContent))
	require.NoError(t, yaml.Unmarshal([]byte(got), &gotContent))
	assert.Empty(t, missing("", wantedContent, gotContent))
}

// missing names by path what of wanted is not in got.
func missing(path string, wanted, got any) []string {
	var out []string
	switch wanted := wanted.(type) {
	case map[string]any:
		in, _ := got.(map[string]any)
		for key, value := range wanted {
			out = append(out, missing(path+"."+key, value, in[key])...)
		}
	case []any:
		in, _ := got.([]any)
		if len(in) != len(wanted) {
			return []string{fmt.Sprintf("%s: %d items, not %d", path, len(in), len(wanted))}
		}
		for i, value := range wanted {
			out = append(out, missing(fmt.Sprintf("%s[%d]", path, i), value, in[i])...)
		}
	default:
		if wanted != got {
			out = []string{fmt.Sprintf("%s: %v, not %v", path, got, wanted)}
		}
	}
	return out
}

// refused are the writes that the server did not take.
func refused(server *konnecttest.Server) []string {
	var out []string
	for _, request := range server.Requests() {
		if request.IsWrite() && request.Status/100 != 2 {
			out = append(out, request.Method+" "+request.Path+" "+string(request.Body))
		}
	}
	return out
}
