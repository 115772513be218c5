package konnect_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// phase is one way to use a client, with the calls that it makes.
type phase struct {
	// prepare brings an empty server to where the phase starts; run is repeatable.
	prepare, run func(*testing.T, *network) error
	// calls are "METHOD path pattern", each of which run makes.
	calls []string
}

func ensuring(objects func() []crd.Object, opts ...konnect.EnsureOption) func(*testing.T, *network) error {
	return func(t *testing.T, n *network) error {
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects(), opts...)
		return err
	}
}

func deleting(objects func() []crd.Object) func(*testing.T, *network) error {
	return func(t *testing.T, n *network) error {
		_, err := n.client(t, konnect.WithOwner("platform")).Delete(t.Context(), objects())
		return err
	}
}

func bareControlPlanes() []crd.Object { return controlPlanesOf(platform()) }

func phases() map[string]phase {
	nothing := func(*testing.T, *network) error { return nil }
	return map[string]phase{
		"create": {nothing, ensuring(platform), []string{
			"GET /v3/organizations/me", "GET /v2/control-planes", "POST /v2/control-planes", "POST **/group-memberships/add",
			"PUT **/services/*", "PUT **/routes/*", "PUT **/upstreams/*", "PUT **/targets/*",
		}},
		"create beside": {ensuring(bareControlPlanes), ensuring(platform), []string{
			"GET **/services/*", "GET **/services", "GET **/routes/*", "GET **/routes", "GET **/upstreams/*", "GET **/upstreams",
			"GET **/group-memberships", "PUT **/services/*", "PUT **/targets/*",
		}},
		"update": {ensuring(platform), ensuring(platformChanged), []string{
			"GET /v3/organizations/me", "GET /v2/control-planes", "GET **/group-memberships", "GET **/services/*", "GET **/routes/*",
			"GET **/upstreams/*", "GET **/targets/*", "PATCH /v2/control-planes/*",
			"POST **/group-memberships/add", "POST **/group-memberships/remove",
			"PUT **/services/*", "PUT **/routes/*", "PUT **/upstreams/*", "PUT **/targets/*",
		}},
		"prune": {ensuring(platform), ensuring(bareControlPlanes, konnect.WithPrune()), []string{
			"GET **/services", "GET **/routes", "GET **/upstreams", "GET **/targets",
			"DELETE **/services/*", "DELETE **/routes/*", "DELETE **/upstreams/*", "DELETE **/targets/*",
		}},
		"delete": {ensuring(platform), deleting(platform), []string{
			"GET /v3/organizations/me", "GET /v2/control-planes", "GET **/services", "GET **/routes", "GET **/upstreams", "GET **/targets",
			"GET **/plugins", "DELETE **/services/*", "DELETE **/routes/*", "DELETE **/upstreams/*", "DELETE **/targets/*",
			"DELETE /v2/control-planes/*",
		}},
	}
}

func effects() map[string]konnecttest.Effect {
	return map[string]konnecttest.Effect{
		"429":                      konnecttest.TooManyRequests(0),
		"429 with retry-after":     konnecttest.TooManyRequests(3 * time.Second),
		"429 with a date":          konnecttest.TooManyRequestsUntil(3 * time.Second),
		"500 before it is applied": konnecttest.FailBefore(500),
		"502 before it is applied": konnecttest.FailBefore(502),
		"503 before it is applied": konnecttest.FailBefore(503),
		"504 before it is applied": konnecttest.FailBefore(504),
		"500 after it is applied":  konnecttest.FailAfter(500),
		"504 after it is applied":  konnecttest.FailAfter(504),
		"answer lost":              konnecttest.LoseResponse(),
		"answer cut off":           konnecttest.Truncate(),
		"reset":                    konnecttest.Reset(),
		"slow":                     konnecttest.Delay(10 * time.Second),
		"too slow":                 konnecttest.Delay(2 * attemptTimeout), // applied when nobody waits any more
	}
}

// wantedState is where a phase ends without faults.
func wantedState(t *testing.T, p phase) string {
	t.Helper()
	n := newNetwork(konnecttest.NewServer())
	require.NoError(t, p.prepare(t, n))
	require.NoError(t, p.run(t, n))
	return stateOf(t, n.servers[usHost])
}

// TestFaultsPass strikes every kind of call with every fault, once and twice: the
// run succeeds, Konnect holds what it should, nothing twice, and the next run
// writes nothing.
func TestFaultsPass(t *testing.T) {
	t.Parallel()
	for phaseName, p := range phases() {
		t.Run(phaseName, func(t *testing.T) {
			t.Parallel()
			want := wantedState(t, p)
			for _, call := range p.calls {
				for effectName, effect := range effects() {
					for times := 1; times <= 2; times++ {
						t.Run(fmt.Sprintf("%s/%s x%d", call, effectName, times), func(t *testing.T) {
							bubble(t, func(t *testing.T) { faultPasses(t, p, call, effect, times, want) })
						})
					}
				}
			}
		})
	}
}

func faultPasses(t *testing.T, p phase, call string, effect konnecttest.Effect, times int, want string) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, p.prepare(t, n))
	var method, path string
	_, err := fmt.Sscan(call, &method, &path)
	require.NoError(t, err)
	fault := server.Inject(konnecttest.Fault{Method: method, Path: path, Effect: effect, Times: times})

	require.NoError(t, p.run(t, n))
	assert.Positive(t, fault.Hits(), "the call is part of the phase")
	assertState(t, want, stateOf(t, server), "after the fault")

	server.ClearFaults()
	server.ResetLog()
	require.NoError(t, p.run(t, n))
	assert.Zero(t, server.Writes(), "second run")
	assertState(t, want, stateOf(t, server), "after the second run")
}
