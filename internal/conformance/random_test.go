package conformance

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// testRandom changes seeds and stored objects at random places, mostly to what the schema
// of the place allows.
func testRandom(t *testing.T, s *server, k *kind) {
	t.Helper()
	g := newGenerator(t, s, k)
	if !k.stateless {
		g.store(s)
	}
	requests := make([]request, *casesFlag)
	for i := range requests {
		requests[i] = g.request()
	}
	accepted, faults := make([]bool, len(requests)), make([]int, len(requests))
	began := time.Now()
	parallel(len(requests), func(i int) {
		server, _ := s.check(t, requests[i])
		accepted[i], faults[i] = server.accepted, len(server.fields)
	})
	valid := share(accepted)
	t.Logf("%d requests in %s, %.0f %% valid, %.0f %% of the others with one or two faults",
		len(requests), time.Since(began).Round(time.Millisecond), valid, fewFaults(accepted, faults))
	assert.Greater(t, valid, 25.0)
}

// fewFaults is the share of refused requests with at most two faults.
func fewFaults(accepted []bool, faults []int) float64 {
	var few []bool
	for i, count := range faults {
		if !accepted[i] {
			few = append(few, count <= 2)
		}
	}
	return share(few)
}

// generator makes random requests for one kind.
type generator struct {
	t       testing.TB
	kind    *kind
	of      *property
	random  *rand.Rand
	seeds   []tree
	stored  []tree
	fitting map[*property][2][]candidate
}

func newGenerator(t *testing.T, s *server, k *kind) *generator {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	t.Logf("-seed %d", seed)
	return &generator{
		t: t, kind: k, of: s.schemas[k.GroupVersionKind], seeds: k.seeds(t), fitting: map[*property][2][]candidate{},
		random: rand.New(rand.NewPCG(uint64(seed), 0)),
	}
}

// store stores every seed in each of several states.
func (g *generator) store(s *server) {
	for _, seed := range g.seeds {
		g.stored = append(g.stored, s.store(g.t, g.kind, seed))
		for _, condition := range []string{"Programmed", "APIAuthValid"} {
			object := cloneTree(seed)
			status := fullStatus(g.t, g.of.properties["status"])
			settled := status["conditions"].([]any)[0].(tree)
			settled["type"], settled["status"] = condition, "True"
			object["status"] = status
			if spec, _ := seed["spec"].(tree); spec["konnect"] == nil && g.kind.needsAuth {
				continue // the rule that keeps the credentials cannot be evaluated without them
			}
			g.stored = append(g.stored, s.store(g.t, g.kind, object))
		}
	}
}

// request returns a new object, a changed one or a changed status.
func (g *generator) request() request {
	choice := g.random.IntN(10)
	if len(g.stored) == 0 || choice < 5 {
		object := cloneTree(pick(g.random, g.seeds))
		g.mutate(object, pick(g.random, g.of.desired()))
		return newObject(g.t, g.kind, object)
	}
	before := pick(g.random, g.stored)
	object := cloneTree(before)
	if choice < 8 {
		g.mutate(object, pick(g.random, g.of.desired()))
		return update(g.t, g.kind, before, object)
	}
	g.mutate(object, "status")
	return updateStatus(g.t, g.kind, before, object)
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// mutate changes an object at some places below one of its fields.
func (g *generator) mutate(object tree, field string) {
	of := g.of.only(field)
	for range 1 + g.random.IntN(4) {
		places := of.sites(object)[1:] // not the field as a whole
		if field != "status" && g.random.IntN(10) == 0 {
			places = metadataSites(g.t, object)
		}
		if len(places) == 0 {
			places = of.sites(object)
		}
		place := pick(g.random, places)
		fit, unfit := g.candidates(place)
		list := fit
		if len(unfit) > 0 && (len(fit) == 0 || g.random.IntN(6) == 0) {
			list = unfit
		}
		place.change(pick(g.random, list))
	}
}

// candidates returns the values that fit a place, and the others.
func (g *generator) candidates(place site) (fit, unfit []candidate) {
	lists, known := g.fitting[place.of]
	if !known {
		for _, c := range place.of.candidates(g.t, place.required) {
			if c.fits {
				lists[0] = append(lists[0], c)
			} else {
				lists[1] = append(lists[1], c)
			}
		}
		g.fitting[place.of] = lists
	}
	return lists[0], lists[1]
}
