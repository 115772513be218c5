package router_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/internal/router"
)

// large returns n routes on a tenth as many hosts; a tenth are regular expressions, and
// a tenth have no host but a prefix of their own.
func large(n int) []router.Route {
	routes := make([]router.Route, n)
	for i := range routes {
		host := fmt.Sprintf("host-%d.example.com", i%max(1, n/10))
		r := router.Route{ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), CreatedAt: int64(i + 1), Service: &router.Service{Path: "/s"}}
		switch i % 10 {
		case 0:
			r.Hosts, r.Paths = []string{host}, []string{fmt.Sprintf(`~/items-%d/(?<id>\d+)/\w+$`, i)}
		case 1:
			r.Paths = []string{fmt.Sprintf("/prefix-%d/", i)}
		default:
			r.Hosts, r.Paths = []string{host}, []string{fmt.Sprintf("/path-%d", i)}
		}
		routes[i] = r
	}
	return routes
}

// asked returns requests for routes of each sort, and one for none.
func asked(n int) []router.Request {
	ask := func(i int, path string) router.Request {
		return router.Request{Method: "GET", Protocol: "https", Host: fmt.Sprintf("host-%d.example.com", i%(n/10)), Path: path}
	}
	third := n / 30 * 10
	return []router.Request{
		ask(third, fmt.Sprintf("/items-%d/12/x", third)), ask(third+1, fmt.Sprintf("/prefix-%d/y", third+1)),
		ask(third+5, fmt.Sprintf("/path-%d/z", third+5)), ask(third+9, fmt.Sprintf("/path-%d", third+9)), ask(third+7, "/nothing"),
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, c := range []struct {
		name   string
		config router.Config
	}{{"compatible", compatible()}, {"traditional", traditional()}} {
		for _, n := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				r, err := router.New(large(n), c.config)
				require.NoError(b, err)
				requests := asked(n)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					r.Match(&requests[i%len(requests)])
				}
			})
		}
	}
}

func BenchmarkNew(b *testing.B) {
	routes := large(10_000)
	for b.Loop() {
		_, err := router.New(routes, compatible())
		require.NoError(b, err)
	}
}

// What a match allocates does not grow with the routes.
//
//nolint:paralleltest // allocations of other tests would be counted
func TestAllocations(t *testing.T) {
	for name, config := range map[string]router.Config{"compatible": compatible(), "traditional": traditional()} {
		var allocations []float64
		for _, n := range []int{100, 2_000} {
			r, err := router.New(large(n), config)
			require.NoError(t, err)
			requests := asked(n)
			for i := range requests[:4] {
				_, ok := r.Match(&requests[i])
				assert.True(t, ok, "%s: request %d of %d routes", name, i, n)
			}
			allocations = append(allocations, testing.AllocsPerRun(20, func() {
				for i := range requests {
					r.Match(&requests[i])
				}
			}))
		}
		// Package regexp keeps machines in a sync.Pool, which forgets at random under the race detector.
		assert.LessOrEqual(t, allocations[1], allocations[0]+4, name)
		assert.Less(t, allocations[1], 40.0, name)
	}
}
