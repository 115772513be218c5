package konnect_test

import (
	"strings"
	"testing"
	"testing/synctest"
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
		t.Helper()
		_, err := n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects(), opts...)
		return err
	}
}

func deleting(objects func() []crd.Object) func(*testing.T, *network) error {
	return func(t *testing.T, n *network) error {
		t.Helper()
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

// faultCase is an effect and how many requests in a row it strikes.
type faultCase struct {
	effect konnecttest.Effect
	times  int
}

// passingFaults are those that an attempt or two later are gone.
func passingFaults() map[string]faultCase {
	return map[string]faultCase{
		"429":                      {konnecttest.TooManyRequests(0), 1},
		"429 twice":                {konnecttest.TooManyRequests(0), 2},
		"429 with retry-after":     {konnecttest.TooManyRequests(3 * time.Second), 1},
		"503 before it is applied": {konnecttest.FailBefore(503), 1},
		"500 after it is applied":  {konnecttest.FailAfter(500), 1},
		"500 after, twice":         {konnecttest.FailAfter(500), 2},
		"answer lost":              {konnecttest.LoseResponse(), 1},
		"answer lost twice":        {konnecttest.LoseResponse(), 2},
		"answer cut off":           {konnecttest.Truncate(), 1},
		"answer cut short":         {konnecttest.CutShort(), 1},
		"answer cut short twice":   {konnecttest.CutShort(), 2},
		"a page of a proxy":        {konnecttest.Answer(200, "text/html", "<html>please log in</html>"), 1},
		"no json":                  {konnecttest.Answer(200, "application/json", "<html>"), 1},
		"reset":                    {konnecttest.Reset(), 1},
		"slow":                     {konnecttest.Delay(attemptTimeout / 2), 1},
		"too slow":                 {konnecttest.Delay(2 * attemptTimeout), 1}, // applied when nobody waits any more
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
	strike(t, phases(), passingFaults(), false)
}

// strike runs phases, each once for every call of theirs with every fault that passes, and
// with one that stays where that is asked for.
func strike(t *testing.T, phases map[string]phase, passing map[string]faultCase, lasting bool) {
	t.Helper()
	for phaseName, p := range phases {
		t.Run(phaseName, func(t *testing.T) {
			t.Parallel()
			want := wantedState(t, p)
			for _, call := range p.calls {
				for faultName, fault := range passing {
					t.Run(call+"/"+faultName, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { faultPasses(t, p, call, fault, want) })
					})
				}
				if lasting {
					t.Run(call+"/lasting", func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { faultStays(t, p, call, konnecttest.FailBefore(500), want) })
					})
				}
			}
		})
	}
}

func faultPasses(t *testing.T, p phase, call string, c faultCase, want string) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, p.prepare(t, n))
	fault := inject(server, call, c)

	require.NoError(t, p.run(t, n))
	assert.Positive(t, fault.Hits(), "the call is part of the phase")
	assertState(t, want, stateOf(t, server), "after the fault")

	server.ClearFaults()
	assertSettled(t, p, n, want)
}

// inject strikes a call of "METHOD path pattern".
func inject(server *konnecttest.Server, call string, c faultCase) *konnecttest.InjectedFault {
	method, path, _ := strings.Cut(call, " ")
	return server.Inject(konnecttest.Fault{Method: method, Path: path, Effect: c.effect, Times: c.times})
}

// assertSettled runs a phase again: it writes nothing and leaves all as it is.
func assertSettled(t *testing.T, p phase, n *network, want string) {
	t.Helper()
	server := n.servers[usHost]
	server.ResetLog()
	require.NoError(t, p.run(t, n), "run again")
	assert.Zero(t, server.Writes(), "run again")
	assertState(t, want, stateOf(t, server), "run again")
}

// TestStatusesAreRepeated covers the statuses that TestFaultsPass leaves out.
func TestStatusesAreRepeated(t *testing.T) {
	t.Parallel()
	create := phases()["create"]
	want := wantedState(t, create)
	for name, effect := range map[string]konnecttest.Effect{
		"500": konnecttest.FailBefore(500), "502": konnecttest.FailBefore(502), "504": konnecttest.FailBefore(504),
		"502 after": konnecttest.FailAfter(502), "504 after": konnecttest.FailAfter(504),
		"429 until a date": konnecttest.TooManyRequestsUntil(3 * time.Second),
	} {
		for _, call := range []string{"GET /v2/control-planes", "POST /v2/control-planes", "PUT **/services/*"} {
			t.Run(call+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { faultPasses(t, create, call, faultCase{effect, 3}, want) })
			})
		}
	}
}

// TestFaultsThatStay end in an error; once they are gone, the next run finishes.
func TestFaultsThatStay(t *testing.T) {
	t.Parallel()
	lasting := map[string]konnecttest.Effect{
		"500 before it is applied": konnecttest.FailBefore(500),
		"reset":                    konnecttest.Reset(),
		"403":                      konnecttest.Answer(403, "application/json", `{"code":7,"message":"no permission"}`),
	}
	for phaseName, p := range phases() {
		t.Run(phaseName, func(t *testing.T) {
			t.Parallel()
			want := wantedState(t, p)
			for _, call := range p.calls {
				for faultName, effect := range lasting {
					t.Run(call+"/"+faultName, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { faultStays(t, p, call, effect, want) })
					})
				}
			}
		})
	}
}

func faultStays(t *testing.T, p phase, call string, effect konnecttest.Effect, want string) {
	t.Helper()
	server := konnecttest.NewServer()
	n := newNetwork(server)
	require.NoError(t, p.prepare(t, n))
	fault := inject(server, call, faultCase{effect, -1})
	require.Error(t, p.run(t, n))
	assert.Positive(t, fault.Hits(), "the call is part of the phase")

	server.ClearFaults()
	require.NoError(t, p.run(t, n))
	assertState(t, want, stateOf(t, server), "after the fault")
	assertSettled(t, p, n, want)
}
