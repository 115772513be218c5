package resolve_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
)

// graphOf reads a graph such as "a>b c, b>c" (a refers to b and c). Its vertices
// are control planes, because members can form any graph.
func graphOf(text string) []crd.Object {
	edges := map[string][]string{}
	for part := range strings.SplitSeq(text, ", ") {
		from, to, _ := strings.Cut(part, ">")
		edges[from] = strings.Fields(to)
		for _, name := range edges[from] {
			if _, ok := edges[name]; !ok {
				edges[name] = nil
			}
		}
	}
	var objects []crd.Object
	for name, members := range edges {
		objects = append(objects, controlPlane(name, members...))
	}
	return objects
}

// cyclesOf returns the paths of the cycles in err: "a b", "c".
func cyclesOf(t *testing.T, err error) []string {
	t.Helper()
	var cycles []string
	all, ok := errors.AsType[*resolve.Error](err)
	if !ok {
		return nil
	}
	for _, problem := range all.Problems {
		cycle, ok := errors.AsType[*resolve.CycleError](problem)
		require.True(t, ok, problem)
		cycles = append(cycles, shortNames(cycle.Path))
	}
	return cycles
}

func shortNames(keys []crd.Key) string {
	list := make([]string, 0, len(keys))
	for _, key := range keys {
		list = append(list, key.Name)
	}
	return strings.Join(list, " ")
}

func layersOf(graph *resolve.Graph) string {
	var layers []string
	for _, layer := range graph.Layers() {
		var keys []crd.Key
		for _, node := range layer {
			keys = append(keys, node.Key)
		}
		layers = append(layers, shortNames(keys))
	}
	return strings.Join(layers, " | ")
}

func TestLayersAndCycles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		graph  string
		layers string
		cycles []string
	}{
		"One":            {reason: "a vertex alone", graph: "a>", layers: "a"},
		"Chain":          {reason: "one layer each", graph: "a>b, b>c", layers: "c | b | a"},
		"Diamond":        {reason: "side by side where possible", graph: "a>b c, b>d, c>d", layers: "d | b c | a"},
		"LongestPath":    {reason: "the longest way counts", graph: "a>d b, b>c, c>d", layers: "d | c | b | a"},
		"Apart":          {reason: "parts that do not touch share layers", graph: "a>b, c>d", layers: "b d | a c"},
		"Twice":          {reason: "a double reference is one dependency", graph: "a>b b", layers: "b | a"},
		"Self":           {reason: "the smallest cycle", graph: "a>a", layers: "a", cycles: []string{"a"}},
		"Two":            {reason: "the cycle starts at its smallest key", graph: "b>a, a>b", layers: "a b", cycles: []string{"a b"}},
		"Direction":      {reason: "the path follows the references", graph: "a>c, c>b, b>a", layers: "a b c", cycles: []string{"a c b"}},
		"OwnMembersOnly": {reason: "neither dependents nor dependencies of a cycle are part of it", graph: "a>b, b>c, c>b d", layers: "d | b c | a", cycles: []string{"b c"}},
		"Independent":    {reason: "one error for each", graph: "a>b, b>a, c>d, d>c, e>c a", layers: "a b c d | e", cycles: []string{"a b", "c d"}},
		"OneIntoOther":   {reason: "cycles that are joined one way are independent", graph: "a>b, b>a c, c>d, d>c", layers: "c d | a b", cycles: []string{"a b", "c d"}},
		"Shortest":       {reason: "no detours", graph: "a>b, b>c, c>a d, d>a, a>b d", layers: "a b c d", cycles: []string{"a d"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			graph, err := resolve.Resolve(t.Context(), graphOf(test.graph))
			assert.Equal(t, test.layers, layersOf(graph), test.reason)
			assert.Equal(t, test.cycles, cyclesOf(t, err), test.reason)
		})
	}
}

func TestDependentsOnce(t *testing.T) {
	t.Parallel()
	graph, err := resolve.Resolve(t.Context(), graphOf("c>a a, b>a"))
	require.NoError(t, err)
	a := graph.Node(key(t, graph, "KonnectGatewayControlPlane default/a"))
	assert.Equal(t, []string{"KonnectGatewayControlPlane default/b", "KonnectGatewayControlPlane default/c"}, names(a.Dependents))
}

func TestSourceIsAskedInOrder(t *testing.T) {
	t.Parallel()
	var asked []string
	source := sourceFunc(func(_ context.Context, key crd.Key) (crd.Object, error) {
		asked = append(asked, key.Name)
		return nil, resolve.ErrNotFound
	})
	_, err := resolve.Resolve(t.Context(), batch(target("c", "3"), target("a", "1"), target("b", "2")), resolve.WithSource(source))
	require.Error(t, err)
	assert.Equal(t, []string{"1", "2", "3"}, asked, "by the key of the referrer, whatever the order of the batch")
}

func TestCycleMessage(t *testing.T) {
	t.Parallel()
	_, err := resolve.Resolve(t.Context(), graphOf("a>b, b>a"))
	require.EqualError(t, err, "resolve KonnectGatewayControlPlane default/a: cycle of references: "+
		"KonnectGatewayControlPlane default/a -> KonnectGatewayControlPlane default/b -> KonnectGatewayControlPlane default/a")
}

func TestLongChain(t *testing.T) {
	t.Parallel()
	const length = 50_000
	objects := make([]crd.Object, length)
	for i := range objects {
		objects[i] = controlPlane(strconv.Itoa(i), strconv.Itoa((i+1)%length))
	}
	objects[length-1] = controlPlane(strconv.Itoa(length - 1))
	graph, err := resolve.Resolve(t.Context(), objects)
	require.NoError(t, err)
	assert.Len(t, graph.Layers(), length)
}

// TestRandomGraphs checks what must hold for every graph.
func TestRandomGraphs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 1))
		objects := randomGraph(random)
		graph, err := resolve.Resolve(t.Context(), objects)

		reaches := reachability(graph)
		require.Equal(t, expectedCycleStarts(graph, reaches), cycleStarts(t, err), "seed %d", seed)
		checkLayers(t, graph, reaches, seed)
		checkCyclePaths(t, graph, err, seed)

		want := snapshot(graph, err)
		for range 3 {
			random.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
			require.Equal(t, want, snapshot(resolve.Resolve(t.Context(), objects)), "seed %d", seed)
		}
	}
}

// randomGraph has up to 14 vertices and mostly, but not always, no cycle.
func randomGraph(random *rand.Rand) []crd.Object {
	count := 1 + random.IntN(14)
	objects := make([]crd.Object, count)
	for i := range objects {
		var members []string
		for j := range count {
			if odds := 4; j < i && random.IntN(odds) == 0 || random.IntN(10*odds) == 0 {
				members = append(members, fmt.Sprintf("v%02d", j))
			}
		}
		random.Shuffle(len(members), func(a, b int) { members[a], members[b] = members[b], members[a] })
		objects[i] = controlPlane(fmt.Sprintf("v%02d", i), members...)
	}
	return objects
}

type pair struct{ from, to crd.Key }

// reachability holds each pair with a way of at least one edge.
func reachability(graph *resolve.Graph) map[pair]bool {
	reaches := map[pair]bool{}
	nodes := graph.Nodes()
	for _, node := range nodes {
		for _, edge := range node.Edges {
			reaches[pair{node.Key, edge.To}] = true
		}
	}
	for _, via := range nodes {
		for _, from := range nodes {
			for _, to := range nodes {
				if reaches[pair{from.Key, via.Key}] && reaches[pair{via.Key, to.Key}] {
					reaches[pair{from.Key, to.Key}] = true
				}
			}
		}
	}
	return reaches
}

// expectedCycleStarts are the smallest keys of the sets that reach each other.
func expectedCycleStarts(graph *resolve.Graph, reaches map[pair]bool) []string {
	var starts []string
	for _, node := range graph.Nodes() {
		smallest := reaches[pair{node.Key, node.Key}]
		for _, other := range graph.Nodes() {
			mutual := reaches[pair{node.Key, other.Key}] && reaches[pair{other.Key, node.Key}]
			smallest = smallest && (!mutual || node.Key.Compare(other.Key) <= 0)
		}
		if smallest {
			starts = append(starts, node.Key.Name)
		}
	}
	slices.Sort(starts)
	return starts
}

func cycleStarts(t *testing.T, err error) []string {
	t.Helper()
	var starts []string
	for _, cycle := range cyclesOf(t, err) {
		starts = append(starts, strings.Fields(cycle)[0])
	}
	return starts
}

func checkLayers(t *testing.T, graph *resolve.Graph, reaches map[pair]bool, seed uint64) {
	t.Helper()
	var flat []*resolve.Node
	for i, layer := range graph.Layers() {
		require.True(t, slices.IsSortedFunc(layer, func(a, b *resolve.Node) int { return a.Key.Compare(b.Key) }), "seed %d", seed)
		for _, node := range layer {
			require.Equal(t, i, node.Layer, "seed %d", seed)
		}
		flat = append(flat, layer...)
	}
	require.Equal(t, names(flat), names(graph.Nodes()), "seed %d", seed)
	for _, node := range flat {
		for _, edge := range node.Edges {
			if reaches[pair{edge.To, node.Key}] {
				require.Equal(t, edge.Node.Layer, node.Layer, "seed %d: within a cycle", seed)
			} else {
				require.Less(t, edge.Node.Layer, node.Layer, "seed %d: %s refers to %s", seed, node.Key, edge.To)
			}
			require.Contains(t, edge.Node.Dependents, node, "seed %d", seed)
		}
	}
}

func checkCyclePaths(t *testing.T, graph *resolve.Graph, err error, seed uint64) {
	t.Helper()
	for _, cycle := range cyclesOf(t, err) {
		path := strings.Fields(cycle)
		for i, name := range path {
			next := path[(i+1)%len(path)]
			node := graph.Node(key(t, graph, "KonnectGatewayControlPlane default/"+name))
			require.True(t, slices.ContainsFunc(node.Edges, func(e resolve.Edge) bool { return e.To.Name == next }),
				"seed %d: %s does not refer to %s", seed, name, next)
		}
	}
}

// snapshot is all that a caller can see.
func snapshot(graph *resolve.Graph, err error) string {
	var out strings.Builder
	for _, node := range graph.Nodes() {
		fmt.Fprintln(&out, node.Layer, node.Key, names(node.Dependents))
	}
	fmt.Fprintln(&out, graph.Mermaid(), graph.DOT(), err)
	return out.String()
}
