package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
)

// TestDeck pins what decK's engine costs, or decK itself where DECK names it: a fixed number
// of reads, one for each service that is there, and a write for each change.
func TestDeck(t *testing.T) {
	const n, fixed = 100, 29
	for _, r := range measured(t, "deck", n, contestant.Scenarios()...) {
		want := map[contestant.Scenario]map[string]int{
			contestant.Cold:  {http.MethodGet: fixed, http.MethodPut: 2 * n},
			contestant.NoOp:  {http.MethodGet: fixed + n},
			contestant.Drift: {http.MethodGet: fixed + n, http.MethodPut: r.Changed},
			contestant.Prune: {http.MethodGet: fixed + n, http.MethodDelete: r.Changed},
		}[r.Scenario]
		assert.Equal(t, want, r.Counts.Methods, "%s", r.Scenario)
	}
}

func TestDeckVersion(t *testing.T) {
	version, err := contestant.DeckVersion()
	require.NoError(t, err)
	assert.Regexp(t, `, go-database-reconciler v1\.\d+\.\d+$`, version)

	t.Setenv(contestant.DeckVariable, "/nowhere/deck")
	_, err = contestant.DeckVersion()
	require.ErrorContains(t, err, "DECK: ")
	assert.Error(t, contestant.Check("deck"))
}
