package schedule_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/internal/schedule"
)

// plan makes tasks of lines such as "b<a" (b waits for a), with a log of what ran.
type plan struct {
	tasks map[string]*schedule.Task
	list  []*schedule.Task
	lock  sync.Mutex
	ran   []string
}

func newPlan(names string) *plan {
	p := &plan{tasks: map[string]*schedule.Task{}}
	for name := range strings.FieldsSeq(names) {
		p.add(name, nil, nil, func(context.Context) {})
	}
	return p
}

func (p *plan) add(name string, account, lane any, run func(context.Context)) *schedule.Task {
	t := &schedule.Task{Account: account, Lane: lane, Of: name, Run: func(ctx context.Context) {
		run(ctx)
		p.lock.Lock()
		defer p.lock.Unlock()
		p.ran = append(p.ran, name)
	}}
	p.tasks[name], p.list = t, append(p.list, t)
	return t
}

func (p *plan) link(edges string) {
	for edge := range strings.FieldsSeq(edges) {
		late, early, _ := strings.Cut(edge, "<")
		p.tasks[late].WaitFor(p.tasks[early])
	}
}

func names(tasks []*schedule.Task) string {
	var list []string
	for _, t := range tasks {
		list = append(list, t.Of.(string)) //nolint:forcetypeassert // see add
	}
	return strings.Join(list, " ")
}

func TestStuck(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, tasks, edges, want string }{
		{"nothing", "", "", ""},
		{"a chain", "a b c", "b<a c<b", ""},
		{"a diamond", "a b c d", "b<a c<a d<b d<c", ""},
		{"a circle of two", "a b", "a<b b<a", "a b"},
		{"what waits for a circle", "d a b c", "a<b b<a c<b d<c", "d a b c"},
		{"what a circle waits for is free", "a b c", "a<b b<a a<c", "a b"},
		{"itself does not count", "a", "a<a", ""},
		{"the same one twice", "a b", "b<a b<a", ""},
		{"one that is not there", "a", "a<nothing", ""},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			p := newPlan(c.tasks)
			p.link(c.edges)
			for range 2 { // it changes nothing
				assert.Equal(t, c.want, names(schedule.Stuck(p.list)))
			}
			schedule.Run(t.Context(), 1, p.list)
			assert.ElementsMatch(t, strings.Fields(c.tasks), p.ran, "all run once, circles too")
		})
	}
}

func TestRunKeepsTheOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
		p := newPlan("")
		var early [][2]string
		for i := range 40 {
			name := string(rune('0' + i))
			task := p.add(name, random.IntN(3), random.IntN(3), func(context.Context) {})
			for range random.IntN(3) * min(i, 1) {
				other := string(rune('0' + random.IntN(i)))
				task.WaitFor(p.tasks[other])
				early = append(early, [2]string{other, name})
			}
		}
		schedule.Run(t.Context(), 1+random.IntN(4), p.list)
		assert.Len(t, p.ran, 40)
		for _, pair := range early {
			assert.Less(t, slices.Index(p.ran, pair[0]), slices.Index(p.ran, pair[1]), "seed %d", seed)
		}
	}
}

func TestCirclesRunLast(t *testing.T) {
	t.Parallel()
	p := newPlan("a b c d")
	p.link("a<b b<a")
	schedule.Run(t.Context(), 1, p.list)
	assert.Equal(t, []string{"c", "d", "a", "b"}, p.ran)
}

func TestLimitIsPerAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPlan("")
		var lock sync.Mutex
		running, most := map[string]int{}, map[string]int{}
		for i, account := range []string{"x", "x", "x", "x", "x", "y", "y"} {
			p.add(account+string(rune('0'+i)), account, nil, func(context.Context) {
				lock.Lock()
				running[account]++
				most[account] = max(most[account], running[account])
				lock.Unlock()
				time.Sleep(time.Second) // of the bubble's clock
				lock.Lock()
				running[account]--
				lock.Unlock()
			})
		}
		start := time.Now()
		schedule.Run(t.Context(), 2, p.list)
		assert.Equal(t, map[string]int{"x": 2, "y": 2}, most)
		assert.Equal(t, 3*time.Second, time.Since(start), "five tasks by two, and two beside them")
	})
}

func TestLanesTakeTurns(t *testing.T) {
	t.Parallel()
	p := newPlan("")
	for name := range strings.FieldsSeq("a1 a2 a3 a4 b1 b2") {
		p.add(name, nil, name[:1], func(context.Context) {})
	}
	schedule.Run(t.Context(), 1, p.list)
	assert.Equal(t, strings.Fields("a1 b1 a2 b2 a3 a4"), p.ran)
}

func TestTasksWithoutWork(t *testing.T) {
	t.Parallel()
	p := newPlan("a b")
	all := &schedule.Task{}
	all.WaitFor(p.tasks["b"])
	p.tasks["a"].WaitFor(all)
	schedule.Run(t.Context(), 4, append(p.list, all))
	assert.Equal(t, []string{"b", "a"}, p.ran)
}
