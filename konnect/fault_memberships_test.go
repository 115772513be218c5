package konnect_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// membershipPhases are phases of consumers in groups, in calls of their own.
func membershipPhases() map[string]phase {
	groups := []string{"gold", "silver"}
	created := func() []crd.Object { return members(groups, map[string][]string{"alice": {"silver"}}) }
	moved := func() []crd.Object { return members(groups, map[string][]string{"alice": {"gold"}}) }
	without := func() []crd.Object { return members(groups[:1], map[string][]string{"alice": {"gold"}}) }
	const ofConsumer = "**/consumers/*/consumer_groups"
	return map[string]phase{
		"create": {
			func(*testing.T, *network) error { return nil }, ensuring(created),
			[]string{"PUT **/consumer_groups/*", "PUT **/consumers/*", "POST " + ofConsumer},
		},
		"update": {ensuring(created), ensuring(moved), []string{"GET " + ofConsumer, "POST " + ofConsumer, "DELETE " + ofConsumer + "/*"}},
		"prune": {
			ensuring(moved), ensuring(without, konnect.WithPrune()),
			[]string{"GET **/consumer_groups", "GET **/consumer_groups/*/consumers", "DELETE **/consumer_groups/*"},
		},
		"delete": {ensuring(moved), deleting(moved), []string{"GET **/consumer_groups/*/consumers", "DELETE **/consumer_groups/*"}},
	}
}

// TestFaultsOfMemberships strikes each of their calls with every fault.
func TestFaultsOfMemberships(t *testing.T) {
	t.Parallel()
	strike(t, membershipPhases(), passingFaults(), true)
}

// TestLagsOfMemberships lets consumers and groups that were just created be unknown to the
// calls that bring them together.
func TestLagsOfMemberships(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]konnecttest.Lag{"two requests": {Requests: 2}, "three seconds": {Duration: 3 * time.Second}} {
		for _, phaseName := range []string{"create", "update", "prune"} {
			t.Run(phaseName+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					p := membershipPhases()[phaseName]
					n := newNetwork(konnecttest.NewServer(konnecttest.WithForeignKeyLag(lag)))
					require.NoError(t, p.prepare(t, n))
					require.NoError(t, p.run(t, n))
					want := wantedState(t, p)
					assertState(t, want, stateOf(t, n.servers[usHost]), "with lags")
					assertSettled(t, p, n, want)
				})
			})
		}
	}
}
