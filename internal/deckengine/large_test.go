package deckengine_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/deckengine"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// large is how many services, and as many of all else, the control planes of scale tests hold.
var large = flag.Int("large", 40, "services in the control planes of scale tests; 1000 is the full size")

// newLargeWorld is a Konnect whose control plane decK has filled, and the state file.
func newLargeWorld(t *testing.T) (*world, string) {
	t.Helper()
	file, err := deckengine.Large(*large)
	require.NoError(t, err)
	w := newWorld(t,
		konnecttest.WithEntityLimit("services", 0), konnecttest.WithEntityLimit("routes", 0), konnecttest.WithEntityLimit("plugins", 0),
		konnecttest.WithEntityLimit("upstreams", 0), konnecttest.WithEntityLimit("targets", 0), konnecttest.WithEntityLimit("consumers", 0),
		konnecttest.WithEntityLimit("certificates", 0), konnecttest.WithEntityLimit("snis", 0))
	assert.Equal(t, deckengine.Changes{Created: *large * deckengine.LargeEntities}, w.sync(string(file)).Counts())
	return w, string(file)
}

func TestLarge(t *testing.T) {
	t.Parallel()
	w, file := newLargeWorld(t)
	for collection, entities := range w.server.ControlPlane(planeName).Entities {
		assert.Len(t, entities, *large, collection)
	}
	w.settled(file)
}
