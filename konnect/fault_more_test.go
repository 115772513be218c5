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

// TestRateLimit runs each phase within a narrow limit.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	for phaseName, p := range phases() {
		for _, headers := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, headers %t", phaseName, headers), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
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
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
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
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { faultPasses(t, p, call, fault, want) })
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
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { faultStays(t, phases()["create"], call, page, wantedState(t, phases()["create"])) })
		})
	}
}

// TestPhasesUnderOpenQuestions runs all phases with each answer that Konnect may give where
// its documents say nothing.
func TestPhasesUnderOpenQuestions(t *testing.T) {
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
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
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
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
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
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
