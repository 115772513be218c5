package konnect_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// fleetSize is how many objects of each kind a fleet has.
const fleetSize = 5

// fleet is a batch with several objects of each kind; version is in each of them.
func fleet(version int) func() []crd.Object {
	return func() []crd.Object {
		objects := []crd.Object{builder.NewGatewayControlPlane("gw").MustBuild()}
		for i := range fleetSize {
			name := fmt.Sprintf("x%d", i)
			objects = append(objects,
				service(name).Retries(version).MustBuild(),
				routeOf(name, name).Paths(fmt.Sprintf("/%d", version)).MustBuild(),
				builder.NewUpstream(name).ControlPlane("gw").Slots(100+version).MustBuild(),
				builder.NewTarget(name).Upstream(name).Address(fmt.Sprintf("10.0.0.%d:80", i)).Weight(version).MustBuild())
		}
		return objects
	}
}

// TestFaultsAtAnyPosition strikes the middle and the last write of each kind with every
// fault; TestFaultsPass strikes the first.
func TestFaultsAtAnyPosition(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of cases")
	}
	t.Parallel()
	empty := func() []crd.Object { return fleet(0)()[:1] }
	for phaseName, p := range map[string]struct {
		phase
		method string
	}{
		"create": {phase{ensuring(empty), ensuring(fleet(1)), nil}, "PUT"},
		"update": {phase{ensuring(fleet(1)), ensuring(fleet(2)), nil}, "PUT"},
		"prune":  {phase{ensuring(fleet(1)), ensuring(empty, konnect.WithPrune()), nil}, "DELETE"},
		"delete": {phase{ensuring(fleet(1)), deleting(fleet(1)), nil}, "DELETE"},
	} {
		want := wantedState(t, p.phase)
		for _, collection := range []string{"services", "routes", "upstreams", "targets"} {
			for position, nth := range map[string]int{"middle": (fleetSize + 1) / 2, "last": fleetSize} {
				for faultName, fault := range passingFaults() {
					t.Run(fmt.Sprintf("%s/%s/%s/%s", phaseName, collection, position, faultName), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							n := newNetwork(konnecttest.NewServer())
							require.NoError(t, p.prepare(t, n))
							in := n.servers[usHost].Inject(konnecttest.Fault{
								Method: p.method, Path: "**/" + collection + "/*", Effect: fault.effect, Nth: nth, Times: fault.times,
							})
							require.NoError(t, p.run(t, n))
							assert.Positive(t, in.Hits(), "the call is part of the phase")
							assertState(t, want, stateOf(t, n.servers[usHost]), "after the fault")
							n.servers[usHost].ClearFaults()
							assertSettled(t, p.phase, n, want)
						})
					})
				}
			}
		}
	}
}

// TestFaultsOnPages strikes each page of a long list.
func TestFaultsOnPages(t *testing.T) {
	t.Parallel()
	objects := func() []crd.Object {
		batch := []crd.Object{plainGateway()}
		for i := range 2001 {
			batch = append(batch, service(fmt.Sprintf("x%d", i)).MustBuild())
		}
		return batch
	}
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, ensuring(objects)(t, n))
	for page := 1; page <= 3; page++ {
		for name, effect := range map[string]konnecttest.Effect{
			"429": konnecttest.TooManyRequests(time.Second), "500": konnecttest.FailBefore(500), "cut off": konnecttest.Truncate(),
		} {
			t.Run(fmt.Sprintf("page %d/%s", page, name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server.ResetLog()
					in := server.Inject(konnecttest.Fault{Method: "GET", Path: "**/services", Effect: effect, Nth: page})
					require.NoError(t, ensuring(objects)(t, n))
					assert.Equal(t, 1, in.Hits())
					assert.Zero(t, server.Writes(), "no page is taken for empty")
					assert.Equal(t, 4, server.Count("GET", "/services"), "only that page is read again")
				})
			})
			server.ClearFaults()
		}
	}
}
