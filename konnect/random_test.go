package konnect_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
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

// One seed of TestRandomKills is a server that a few dozen batches are made to hold.
var (
	randomSeeds = flag.Int("random.seeds", 12, "how many random histories TestRandomKills goes through")
	randomFirst = flag.Uint64("random.first", 1, "the first seed of TestRandomKills")
)

// roundsOfSeed is how many batches follow each other in one history.
const roundsOfSeed = 8

// history is a server whose owner's processes change their mind, die and overlap.
type history struct {
	r      *rand.Rand
	server *konnecttest.Server
	// theirs is what others have put there, by ID.
	theirs map[string]string
	// kept are the IDs of entities that stay for their deletion policy, by object.
	kept map[string]string
	// planes are where the next batch has the objects with an index.
	planes [6]string
	// ends counts how the processes ended.
	ends map[string]int
}

// TestRandomKills makes a server hold one random batch after the other. Processes
// are killed at random requests, two run at once, and Konnect disturbs them. After
// each batch a process that lives finishes: one entity per object, nothing else of
// the owner's, nothing of others touched, nothing protected or retained deleted, and
// the next run writes nothing.
func TestRandomKills(t *testing.T) {
	t.Parallel()
	var lock sync.Mutex
	ends := map[string]int{}
	t.Cleanup(func() {
		t.Logf("%d seeds from %d, %d batches each: %v", *randomSeeds, *randomFirst, roundsOfSeed, ends)
	})
	for i := range *randomSeeds {
		seed := *randomFirst + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHistory(t, seed)
				for range roundsOfSeed {
					h.round(t)
				}
				lock.Lock()
				defer lock.Unlock()
				for end, n := range h.ends {
					ends[end] += n
				}
			})
		})
	}
}

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	h := &history{
		r: rand.New(rand.NewPCG(seed, 0)), theirs: map[string]string{}, kept: map[string]string{}, ends: map[string]int{},
		server: konnecttest.NewServer(konnecttest.WithLatency(5 * time.Millisecond)),
		planes: [6]string{"gw", "gw", "gw", "gw", "other", "other"},
	}
	client := newNetwork(h.server).client(t, konnect.WithOwner("platform"))
	_, err := client.Ensure(t.Context(), h.controlPlanes())
	require.NoError(t, err)
	shared := planeID(t, h.server, "gw")
	_, err = newNetwork(h.server).client(t, konnect.WithOwner("others")).Ensure(t.Context(), []crd.Object{
		builder.NewGatewayControlPlane("gw").Mirror(shared).MustBuild(),
		service("theirs").MustBuild(), routeOf("theirs", "theirs").MustBuild(),
		builder.NewUpstream("theirs").ControlPlane("gw").MustBuild(),
		builder.NewTarget("theirs").Upstream("theirs").Address("10.9.9.9:80").MustBuild(),
	})
	require.NoError(t, err)
	putTheirs(t, h.server, "services", map[string]any{"name": "by-hand", "host": "theirs.example.com"})
	maps.Copy(h.theirs, h.entities(t))
	return h
}

func (h *history) controlPlanes() []crd.Object {
	return []crd.Object{
		builder.NewGatewayControlPlane("gw").MustBuild(),
		builder.NewGatewayControlPlane("other").Description(fmt.Sprint(h.r.IntN(3))).MustBuild(),
	}
}

// batch returns objects, some of which the batches before had too, in random order.
func (h *history) batch() []crd.Object {
	objects := h.controlPlanes()
	names := h.r.Perm(6) // names are handed on and swapped
	// Objects move one way at a time: names that go round through both are refused.
	to := []string{"gw", "other"}[h.r.IntN(2)]
	for i := range h.planes {
		if h.r.IntN(4) == 0 {
			h.planes[i] = to
		}
		plane := h.planes[i]
		object := fmt.Sprintf("s%d", i)
		if h.r.IntN(4) > 0 {
			objects = append(objects, builder.NewService(object).SpecName(fmt.Sprintf("name-%d", names[i])).ControlPlane(plane).
				Host("echo.example.com").Port(80+h.r.IntN(2)).MustBuild())
			for j := range h.r.IntN(3) {
				objects = append(objects, routeOf(fmt.Sprintf("r%d-%d", i, j), object).MustBuild())
			}
		}
		if i < 3 && h.r.IntN(4) > 0 {
			pool := fmt.Sprintf("u%d", i)
			objects = append(objects, builder.NewUpstream(pool).ControlPlane(plane).Slots(100+h.r.IntN(2)).MustBuild())
			for j := range h.r.IntN(3) {
				objects = append(objects, builder.NewTarget(fmt.Sprintf("t%d-%d", i, j)).Upstream(pool).
					Address(fmt.Sprintf("10.0.0.%d:80", j)).Weight(h.r.IntN(3)).MustBuild())
			}
		}
	}
	objects = append(objects, h.guarded()...)
	h.r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	return objects
}

// guarded returns some of the objects with annotations: entities that are never
// deleted, a pool that stays for its target, and one of others that is looked at.
func (h *history) guarded() []crd.Object {
	var objects []crd.Object
	for _, some := range [][]crd.Object{
		{service("kept-service").Annotations(map[string]string{crd.DeletionPolicyAnnotation: "protect"}).MustBuild()},
		{service("kept-too").Annotations(map[string]string{crd.DeletionPolicyAnnotation: "retain"}).MustBuild()},
		{
			builder.NewUpstream("kept-pool").ControlPlane("gw").MustBuild(),
			builder.NewTarget("kept-target").Upstream("kept-pool").Address("10.0.1.1:80").
				Annotations(map[string]string{crd.DeletionPolicyAnnotation: "protect"}).MustBuild(),
		},
		observing([]crd.Object{service("looking").SpecName("theirs").Retries(h.r.IntN(9)).MustBuild()}),
	} {
		if h.r.IntN(2) == 0 {
			objects = append(objects, some...)
		}
	}
	return objects
}

func (h *history) round(t *testing.T) {
	t.Helper()
	objects := h.batch()
	h.disturb()
	var processes sync.WaitGroup
	for range 1 + h.r.IntN(2) {
		kill, after := h.r.IntN(60), time.Duration(h.r.IntN(40))*time.Millisecond
		processes.Go(func() {
			time.Sleep(after) // fake time
			_ = h.process(t, objects, kill)
		})
	}
	processes.Wait()
	h.count(t, objects)

	h.server.ClearFaults()
	require.NoError(t, h.process(t, objects, 0), "the process that lives")
	h.server.ResetLog()
	require.NoError(t, h.process(t, objects, 0))
	assert.Zero(t, h.server.Writes(), "the next run")
	h.check(t, objects)
}

// disturb lets Konnect misbehave on some requests of the round.
func (h *history) disturb() {
	faults := passingFaults()
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range faults {
			if !yield(name) {
				return
			}
		}
	})
	for range h.r.IntN(4) {
		h.server.Inject(konnecttest.Fault{Nth: 1 + h.r.IntN(40), Effect: faults[names[h.r.IntN(len(names))]].effect})
	}
}

// process is one run of a program that knows nothing of others. It is killed at its
// request number kill, half of the times before the request is carried out; 0 lets it live.
func (h *history) process(t *testing.T, objects []crd.Object, kill int) error {
	t.Helper()
	n := newNetwork(h.server)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := 0
	n.watch(func(*http.Request) error {
		if began++; began == kill && kill%2 == 0 {
			cancel()
			return context.Canceled
		}
		return nil
	}, func(*http.Request) {
		if kill > 0 && began >= kill {
			cancel()
		}
	})
	_, err := n.client(t, konnect.WithOwner("platform")).Ensure(ctx, copyAll(objects), konnect.WithPrune())
	return err
}

// count notes what the processes of a round left.
func (h *history) count(t *testing.T, objects []crd.Object) {
	t.Helper()
	plan, err := newNetwork(h.server).client(t, konnect.WithOwner("platform")).Plan(t.Context(), copyAll(objects), konnect.WithPrune())
	switch {
	case err != nil:
		h.ends["disturbed"]++
	case plan.HasChanges():
		h.ends["unfinished"]++
	default:
		h.ends["finished"]++
	}
}

// check compares the server with the objects: one entity each, and nothing besides.
func (h *history) check(t *testing.T, objects []crd.Object) {
	t.Helper()
	got, ids := map[string]int{}, map[string]string{}
	entities := h.entities(t)
	for id, text := range entities {
		if want, ok := h.theirs[id]; ok {
			assert.Equal(t, want, text, "what belongs to others")
			continue
		}
		kind, name, ok := marksOf(text)
		if assert.True(t, ok, "no marks: %s", text) {
			got[kind+" "+name]++
			ids[kind+" "+name] = id
		}
	}
	for id := range h.theirs {
		assert.Contains(t, entities, id, "what belongs to others is there")
	}
	want := map[string]int{}
	for _, obj := range objects {
		key := crd.KeyOf(obj)
		if key.GroupKind() == crd.ControlPlaneGroupKind() || key.Name == "looking" {
			continue
		}
		want[key.Kind+" "+key.Name] = 1
		if strings.HasPrefix(key.Name, "kept-") && h.kept[key.Kind+" "+key.Name] == "" {
			h.kept[key.Kind+" "+key.Name] = ids[key.Kind+" "+key.Name]
		}
	}
	for object, id := range h.kept {
		want[object] = 1
		assert.Equal(t, id, ids[object], "%s is the one that it was", object)
	}
	assert.Equal(t, want, got)
	assert.Len(t, h.server.ControlPlanes(), 2)
}

// entities returns what the server holds but control planes, as text by ID.
func (h *history) entities(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, plane := range h.server.ControlPlanes() {
		for _, collection := range entityCollections {
			for _, entity := range h.server.Entities(textOf(plane["id"]), collection) {
				all[textOf(entity["id"])] = fmt.Sprint(entity)
			}
		}
	}
	return all
}

// marksOf finds kind and name of the object in the text of an entity.
func marksOf(text string) (kind, name string, ok bool) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" []", r) }) {
		if value, found := strings.CutPrefix(word, "k8s-kind:"); found {
			kind = value
		}
		if value, found := strings.CutPrefix(word, "k8s-name:"); found {
			name = value
		}
	}
	return kind, name, kind != "" && name != "" && strings.Contains(text, "managed-owner:platform")
}
