package konnect_test

import (
	"flag"
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
)

var versionSeeds = flag.Int("random.versions", 6, "how many random histories TestRandomVersions goes through")

// versions is a history in which two versions of a program run at once.
type versions struct {
	*history
	// late are requests of dead processes that have not arrived yet.
	late     []lateRequest
	lateLock sync.Mutex
	// statuses are what the last process that finished has left.
	statuses map[crd.Key]crd.KonnectStatus
}

// TestRandomVersions runs two versions of a program at once, which want other
// objects under other names. Processes are killed, and what they have sent arrives
// late. After that each version succeeds, and leaves no duplicate and nothing of
// the other.
func TestRandomVersions(t *testing.T) {
	t.Parallel()
	for i := range *versionSeeds {
		seed := *randomFirst + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &versions{history: newHistory(t, seed), statuses: map[crd.Key]crd.KonnectStatus{}}
				for range roundsOfSeed {
					v.round(t)
				}
			})
		})
	}
}

func (v *versions) round(t *testing.T) {
	t.Helper()
	both := [2][]crd.Object{v.version(), v.version()}
	v.disturb()
	var processes sync.WaitGroup
	for i := range 2 + v.r.IntN(3) {
		objects, kill, after := v.remembering(both[i%2]), v.r.IntN(50), time.Duration(v.r.IntN(60))*time.Millisecond
		holds := v.r.IntN(2) == 0
		processes.Go(func() {
			time.Sleep(after) // fake time
			v.process(t, objects, kill, holds)
		})
	}
	processes.Wait()
	v.server.ClearFaults()

	for _, i := range v.r.Perm(2) {
		v.arrive()
		objects := v.remembering(both[i])
		require.NoError(t, v.run(t, objects), "the version that lives")
		v.remember(objects)
		v.server.ResetLog()
		require.NoError(t, v.run(t, v.remembering(both[i])))
		assert.Zero(t, v.server.Writes(), "the next run")
		v.check(t, both[i])
	}
}

// version returns a batch in which services and upstreams are called otherwise than
// in the last, some are missing, and routes and targets may be with others.
func (v *versions) version() []crd.Object {
	objects := v.controlPlanes()
	names := v.r.Perm(6)
	services, upstreams := map[string][]string{}, map[string][]string{}
	for i, plane := range v.planes {
		if v.r.IntN(4) == 0 {
			continue
		}
		service, pool := fmt.Sprintf("s%d", i), fmt.Sprintf("u%d", i)
		services[plane] = append(services[plane], service)
		objects = append(objects, builder.NewService(service).SpecName(fmt.Sprintf("name-%d", names[i])).ControlPlane(plane).
			Host("echo.example.com").Port(80+v.r.IntN(2)).MustBuild())
		if i%2 == 0 {
			upstreams[plane] = append(upstreams[plane], pool)
			objects = append(objects, builder.NewUpstream(pool).SpecName(fmt.Sprintf("pool-%d", names[i])).ControlPlane(plane).MustBuild())
		}
	}
	for i, plane := range v.planes {
		if among := services[plane]; len(among) > 0 && v.r.IntN(3) > 0 {
			route := fmt.Sprintf("r%d", i)
			objects = append(objects, routeOf(route, among[v.r.IntN(len(among))]).SpecName(fmt.Sprintf("route-%d", names[i])).MustBuild())
		}
		if among := upstreams[plane]; len(among) > 0 && v.r.IntN(3) > 0 {
			objects = append(objects, builder.NewTarget(fmt.Sprintf("t%d", i)).Upstream(among[v.r.IntN(len(among))]).
				Address(fmt.Sprintf("10.0.0.%d:80", i)).Weight(v.r.IntN(3)).MustBuild())
		}
	}
	v.r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	return objects
}

// remembering returns copies, half of the times with the statuses of an earlier process.
func (v *versions) remembering(objects []crd.Object) []crd.Object {
	copies := copyAll(objects)
	if v.r.IntN(2) == 0 {
		return copies
	}
	for _, obj := range copies {
		obj.SetKonnectStatus(v.statuses[crd.KeyOf(obj)])
	}
	return copies
}

func (v *versions) remember(objects []crd.Object) {
	for _, obj := range objects {
		v.statuses[crd.KeyOf(obj)] = obj.GetKonnectStatus()
	}
}

func (v *versions) run(t *testing.T, objects []crd.Object) error {
	t.Helper()
	_, err := newNetwork(v.server).client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects, konnect.WithPrune())
	return err
}

// process dies at its request number kill, 0 for never. With holds set, what it
// then has under way may arrive later.
func (v *versions) process(t *testing.T, objects []crd.Object, kill int, holds bool) {
	t.Helper()
	n, began := newNetwork(v.server), 0
	dead := fmt.Errorf("the process has died")
	n.watch(func(req *http.Request) error {
		began++
		if kill == 0 || began < kill {
			return nil
		}
		if began == kill && holds && isWrite(req) {
			late, err := hold(req)
			if err != nil {
				return err
			}
			v.lateLock.Lock()
			defer v.lateLock.Unlock()
			v.late = append(v.late, late)
		}
		return dead
	}, nil)
	_, _ = n.client(t, konnect.WithOwner("platform")).Ensure(t.Context(), objects, konnect.WithPrune())
}

// arrive lets some of the late requests arrive.
func (v *versions) arrive() {
	var left []lateRequest
	for _, late := range v.late {
		if v.r.IntN(2) == 0 {
			late.arrive(v.server)
		} else {
			left = append(left, late)
		}
	}
	v.late = left
}
