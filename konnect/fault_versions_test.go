package konnect_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
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

func addressed(object, address, upstream string) crd.Object {
	return builder.NewTarget(object).Upstream(upstream).Address(address).MustBuild()
}

// deploy is a program of which two versions run at once on what a third has left.
type deploy struct{ base, old, fresh func() []crd.Object }

func deploys() map[string]deploy {
	return map[string]deploy{
		"an entity goes over to an object that comes up": {
			base:  inGateway(named("s7", "n5")),
			old:   inGateway(named("s7", "n5"), named("s4", "n3")),
			fresh: inGateway(named("s4", "n5")),
		},
		"with what belongs to it": {
			base:  inGateway(named("s7", "n5"), routeAt("r", "r", "s7")),
			old:   inGateway(named("s7", "n5"), named("s4", "n3"), routeAt("r", "r", "s7"), routeAt("q", "q", "s4")),
			fresh: inGateway(named("s4", "n5"), routeAt("r", "q", "s4")),
		},
		"names are swapped": {
			base:  inGateway(named("a", "one"), named("b", "two")),
			old:   inGateway(named("a", "one"), named("b", "two"), named("c", "three")),
			fresh: inGateway(named("a", "two"), named("b", "one")),
		},
		"names go round, and one is dropped": {
			base:  inGateway(named("a", "one"), named("b", "two"), routeAt("r", "r", "b")),
			old:   inGateway(named("a", "one"), named("b", "two"), routeAt("r", "r", "b")),
			fresh: inGateway(named("a", "two"), named("c", "one"), routeAt("r", "r", "a")),
		},
		"upstreams and targets": {
			base:  inGateway(upstreamNamed("u7", "pool"), addressed("t7", "10.0.0.1:80", "u7")),
			old:   inGateway(upstreamNamed("u7", "pool"), addressed("t7", "10.0.0.1:80", "u7"), upstreamNamed("u4", "spare")),
			fresh: inGateway(upstreamNamed("u4", "pool"), addressed("t4", "10.0.0.1:80", "u4")),
		},
		"a control plane": {
			base: inGateway(named("s", "s")),
			old:  inGateway(named("s", "s")),
			fresh: func() []crd.Object {
				return []crd.Object{
					builder.NewGatewayControlPlane("gate").SpecName("gw").MustBuild(),
					builder.NewService("s").ControlPlane("gate").Host("pool").MustBuild(),
				}
			},
		},
	}
}

// assertSucceeds runs a version twice: it succeeds, leaves one entity for each of
// its objects and nothing else, and has nothing to do then.
func assertSucceeds(t *testing.T, n *network, objects func() []crd.Object, reason string) {
	t.Helper()
	server := n.servers[usHost]
	require.NoError(t, ensuring(objects, konnect.WithPrune())(t, n), reason)
	want, got := map[string]int{}, map[string]int{}
	for _, obj := range entitiesOf(objects()) {
		want[crd.KeyOf(obj).Kind+" "+obj.GetName()] = 1
	}
	for _, plane := range server.ControlPlanes() {
		for _, collection := range entityCollections {
			for _, e := range server.Entities(textOf(plane["id"]), collection) {
				kind, name, _ := marksOf(fmt.Sprint(e))
				got[kind+" "+name]++
			}
		}
	}
	assert.Equal(t, want, got, reason)
	server.ResetLog()
	require.NoError(t, ensuring(objects, konnect.WithPrune())(t, n), reason)
	assert.Zero(t, server.Writes(), "%s: the next run", reason)
}

// TestVersionsAtOnce runs two versions of a program side by side, as a rolling
// deploy does: whatever they leave, each succeeds by itself.
func TestVersionsAtOnce(t *testing.T) {
	t.Parallel()
	for name, d := range deploys() {
		for _, apart := range []int{-450, -350, -250, -150, -1, 0, 1, 150, 250, 350, 450} {
			lead := time.Duration(apart) * time.Millisecond
			t.Run(fmt.Sprintf("%s, %d ms apart", name, apart), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := newNetwork(konnecttest.NewServer(konnecttest.WithLatency(100 * time.Millisecond)))
					require.NoError(t, ensuring(d.base)(t, n))
					var both sync.WaitGroup
					for objects, wait := range map[*func() []crd.Object]time.Duration{&d.old: max(0, lead), &d.fresh: max(0, -lead)} {
						both.Go(func() {
							time.Sleep(wait) // fake time
							_ = ensuring(*objects, konnect.WithPrune())(t, n)
						})
					}
					both.Wait()
					assertSucceeds(t, n, d.fresh, "new")
					assertSucceeds(t, n, d.old, "old again")
					assertSucceeds(t, n, d.fresh, "new again")
				})
			})
		}
	}
}

// TestLateWrites kills a process at each of its writes, which arrives when another
// version has run.
func TestLateWrites(t *testing.T) {
	t.Parallel()
	for name, d := range deploys() {
		for who, versions := range map[string][2]func() []crd.Object{"old": {d.old, d.fresh}, "new": {d.fresh, d.old}} {
			for k := 1; k <= 6; k++ {
				t.Run(fmt.Sprintf("%s, %s dies at write %d", name, who, k), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { writeArrivesLate(t, d.base, versions[0], versions[1], k) })
				})
			}
		}
	}
}

func writeArrivesLate(t *testing.T, base, dying, living func() []crd.Object, k int) {
	t.Helper()
	n := newNetwork(konnecttest.NewServer())
	require.NoError(t, ensuring(base)(t, n))
	var late []lateRequest
	began := 0
	n.watch(func(req *http.Request) error {
		if !isWrite(req) && began < k {
			return nil
		}
		if isWrite(req) {
			began++
		}
		if began < k {
			return nil
		}
		if isWrite(req) && began == k {
			held, err := hold(req)
			late = append(late, held)
			return errors.Join(err, errDown)
		}
		return errDown
	}, nil)
	err := ensuring(dying, konnect.WithPrune())(t, n)
	n.watch(nil, nil)
	if began < k {
		require.NoError(t, err, "the run has fewer writes")
		return
	}
	require.NoError(t, ensuring(living, konnect.WithPrune())(t, n), "the other version")
	for _, request := range late {
		request.arrive(n.servers[usHost])
	}
	assertSucceeds(t, n, living, "the other version, after what came late")
	assertSucceeds(t, n, dying, "the one that died")
	assertSucceeds(t, n, living, "the other one again")
}
