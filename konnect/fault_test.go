package konnect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/builder"
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
	for phaseName, p := range phases() {
		t.Run(phaseName, func(t *testing.T) {
			t.Parallel()
			want := wantedState(t, p)
			for _, call := range p.calls {
				for faultName, fault := range passingFaults() {
					t.Run(call+"/"+faultName, func(t *testing.T) {
						bubble(t, func(t *testing.T) { faultPasses(t, p, call, fault, want) })
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
				bubble(t, func(t *testing.T) { faultPasses(t, create, call, faultCase{effect, 3}, want) })
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
						bubble(t, func(t *testing.T) { faultStays(t, p, call, effect, want) })
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

// TestRateLimit runs each phase within a narrow limit.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	for phaseName, p := range phases() {
		for _, headers := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, headers %t", phaseName, headers), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					n := newNetwork(konnecttest.NewServer(konnecttest.WithRateLimit(5, headers)))
					require.NoError(t, p.prepare(t, n))
					require.NoError(t, p.run(t, n))
					want := wantedState(t, p)
					assertState(t, want, stateOf(t, n.servers[usHost]), "under a rate limit")
					assertSettled(t, p, n, want)
				})
			})
		}
	}
}

// TestLags lets references and released names lag behind.
func TestLags(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]konnecttest.Lag{
		"two requests": {Requests: 2}, "ten requests": {Requests: 10}, "half a second": {Duration: 500 * time.Millisecond},
		"three seconds": {Duration: 3 * time.Second},
	} {
		for _, phaseName := range []string{"create", "update", "prune", "delete"} {
			t.Run(phaseName+", "+name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					p := phases()[phaseName]
					n := newNetwork(konnecttest.NewServer(konnecttest.WithForeignKeyLag(lag), konnecttest.WithReleaseLag(lag)))
					require.NoError(t, p.prepare(t, n))
					require.NoError(t, p.run(t, n))
					want := wantedState(t, p)
					assertState(t, want, stateOf(t, n.servers[usHost]), "with lags")
					assertSettled(t, p, n, want)
				})
			})
		}
		t.Run("created again, "+name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork(konnecttest.NewServer(konnecttest.WithReleaseLag(lag)))
				p := phases()["delete"]
				require.NoError(t, p.prepare(t, n))
				want := stateOf(t, n.servers[usHost])
				require.NoError(t, p.run(t, n))
				require.NoError(t, p.prepare(t, n), "the names are taken for a while yet")
				assertState(t, want, stateOf(t, n.servers[usHost]), "created again")
			})
		})
	}
}

// TestFaultsOnLargeBatch strikes pages of lists.
func TestFaultsOnLargeBatch(t *testing.T) {
	t.Parallel()
	objects := func() []crd.Object {
		batch := platform()
		for i := range 5 {
			name := fmt.Sprintf("more-%d", i)
			batch = append(batch,
				builder.NewService(name).ControlPlane("gw").Host("pool").MustBuild(),
				builder.NewTarget(name).Upstream("pool").Address(name+":80").MustBuild())
		}
		return batch
	}
	p := phase{prepare: ensuring(bareControlPlanes), run: ensuring(objects)}
	want := wantedState(t, p)
	for _, call := range []string{"GET **/services", "GET **/targets", "PUT **/services/*", "PUT **/targets/*"} {
		for faultName, fault := range passingFaults() {
			t.Run(call+"/"+faultName, func(t *testing.T) {
				bubble(t, func(t *testing.T) { faultPasses(t, p, call, fault, want) })
			})
		}
	}
}

// TestAnswerFromSomebodyElse is a proxy that answers for Konnect: what it says is
// no proof that anything was written.
func TestAnswerFromSomebodyElse(t *testing.T) {
	t.Parallel()
	page := konnecttest.Answer(200, "text/html", "<html>please log in</html>")
	for _, call := range []string{
		"GET /v3/organizations/me", "GET /v2/control-planes", "POST /v2/control-planes", "POST **/group-memberships/add",
		"PUT **/services/*", "PUT **/upstreams/*",
	} {
		t.Run(call, func(t *testing.T) {
			bubble(t, func(t *testing.T) { faultStays(t, phases()["create"], call, page, wantedState(t, phases()["create"])) })
		})
	}
}

// TestOpenQuestions runs all phases with each answer that Konnect may give where
// its documents say nothing.
func TestOpenQuestions(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]konnecttest.Option{
		"delete of nothing is 404":          konnecttest.WithDeleteMissing(404),
		"no put by name":                    konnecttest.WithPutByName(false),
		"put updates targets only":          konnecttest.WithUpdateOnlyPut("targets"),
		"nested lists ignore tags":          konnecttest.WithNestedTagFilter(false),
		"absent control plane as a message": konnecttest.WithMissingControlPlane(konnecttest.NotFoundMessage),
		"absent control plane as a problem": konnecttest.WithMissingControlPlane(konnecttest.NotFoundProblem),
		"narrow tags":                       konnecttest.WithNarrowTags(),
		"retries of 0 are unset":            konnecttest.WithZeroRetriesUnset(),
		"nulls":                             konnecttest.WithNullFields(),
		"older protocols":                   konnecttest.WithRouteProtocols("http", "https"),
		"mixed router":                      konnecttest.WithRouterFlavor(konnecttest.FlavorMixed),
	} {
		for phaseName, p := range phases() {
			t.Run(name+"/"+phaseName, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					n := newNetwork(konnecttest.NewServer(option))
					require.NoError(t, p.prepare(t, n))
					require.NoError(t, p.run(t, n))
					if name == "nulls" {
						assertSettled(t, p, n, stateOf(t, n.servers[usHost]))
						return
					}
					want := wantedState(t, p)
					assertState(t, want, stateOf(t, n.servers[usHost]), name)
					assertSettled(t, p, n, want)
				})
			})
		}
	}
}

// TestFaultsOnPostedTargets covers the way round where PUT only updates.
func TestFaultsOnPostedTargets(t *testing.T) {
	t.Parallel()
	create := phases()["create"]
	want := wantedState(t, create)
	for _, call := range []string{"PUT **/targets/*", "POST **/targets"} {
		for faultName, fault := range passingFaults() {
			t.Run(call+"/"+faultName, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					server := konnecttest.NewServer(konnecttest.WithUpdateOnlyPut("targets"))
					n := newNetwork(server)
					in := inject(server, call, fault)
					require.NoError(t, create.run(t, n))
					assert.Positive(t, in.Hits())
					server.ClearFaults()
					assertState(t, want, stateOf(t, server), "after the fault")
					assertSettled(t, create, n, want)
				})
			})
		}
	}
}

// TestOneAtATime runs all phases with a single request under way.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	for phaseName, p := range phases() {
		t.Run(phaseName, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				server := konnecttest.NewServer(konnecttest.WithLatency(10 * time.Millisecond))
				n := newNetwork(server)
				require.NoError(t, p.prepare(t, n))
				for _, objects := range [][]crd.Object{platform(), platformChanged()} {
					_, err := n.client(t, konnect.WithOwner("platform"), konnect.WithMaxConcurrency(1)).Ensure(t.Context(), objects, konnect.WithPrune())
					require.NoError(t, err)
				}
				_, err := n.client(t, konnect.WithOwner("platform"), konnect.WithMaxConcurrency(1)).Delete(t.Context(), platform())
				require.NoError(t, err)
				assert.Empty(t, server.ControlPlanes())
			})
		})
	}
}
