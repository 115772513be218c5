package resolve

import (
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// assignLayers sets the layer of each node and returns the path of one cycle for
// each set of nodes that reach each other. Nodes are by key.
func assignLayers(nodes []*Node) [][]crd.Key {
	var cycles [][]crd.Key
	component := make([]int, len(nodes))
	for i, members := range components(nodes) {
		for _, node := range members {
			component[node.index] = i + 1
		}
		layer := 0
		for _, node := range members {
			for _, edge := range node.Edges {
				if edge.Node != nil && component[edge.Node.index] != i+1 {
					layer = max(layer, edge.Node.Layer+1)
				}
			}
		}
		for _, node := range members {
			node.Layer = layer
		}
		if path := cyclePath(members, func(n *Node) bool { return component[n.index] == i+1 }); path != nil {
			cycles = append(cycles, path)
		}
	}
	return cycles
}

// components returns the strongly connected components of nodes, each after
// those it depends on (Tarjan's algorithm). Nodes are by key.
func components(nodes []*Node) [][]*Node {
	search := componentSearch{
		order:   make([]int, len(nodes)),
		lowest:  make([]int, len(nodes)),
		onStack: make([]bool, len(nodes)),
	}
	for _, node := range nodes {
		if search.order[node.index] == 0 {
			search.visit(node)
		}
	}
	return search.found
}

// componentSearch is the state of Tarjan's algorithm; the slices are by index of
// the node.
type componentSearch struct {
	visited int
	order   []int // when a node was first seen, from 1
	lowest  []int // the earliest node on the stack that it reaches
	onStack []bool
	stack   []*Node
	found   [][]*Node
}

func (s *componentSearch) visit(node *Node) {
	s.visited++
	i := node.index
	s.order[i], s.lowest[i], s.onStack[i] = s.visited, s.visited, true
	bottom := len(s.stack)
	s.stack = append(s.stack, node)
	for _, edge := range node.Edges {
		switch {
		case edge.Node == nil:
		case s.order[edge.Node.index] == 0:
			s.visit(edge.Node)
			s.lowest[i] = min(s.lowest[i], s.lowest[edge.Node.index])
		case s.onStack[edge.Node.index]:
			s.lowest[i] = min(s.lowest[i], s.order[edge.Node.index])
		}
	}
	if s.lowest[i] != s.order[i] {
		return
	}
	members := slices.Clone(s.stack[bottom:])
	s.stack = s.stack[:bottom]
	for _, member := range members {
		s.onStack[member.index] = false
	}
	s.found = append(s.found, members)
}

// cyclePath returns the shortest cycle through the smallest key of a component,
// nil if it has none (one node that does not refer to itself).
func cyclePath(members []*Node, inside func(*Node) bool) []crd.Key {
	start := slices.MinFunc(members, compareNodes)
	cameFrom := map[*Node]*Node{}
	for queue := []*Node{start}; len(queue) > 0; queue = queue[1:] {
		node := queue[0]
		for _, edge := range node.Edges {
			next := edge.Node
			if next == start {
				return pathTo(node, start, cameFrom)
			}
			if next == nil || !inside(next) || cameFrom[next] != nil {
				continue
			}
			cameFrom[next] = node
			queue = append(queue, next)
		}
	}
	return nil
}

func pathTo(node, start *Node, cameFrom map[*Node]*Node) []crd.Key {
	var path []crd.Key
	for ; node != start; node = cameFrom[node] {
		path = append(path, node.Key)
	}
	path = append(path, start.Key)
	slices.Reverse(path)
	return path
}
