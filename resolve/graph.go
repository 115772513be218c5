package resolve

import (
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// Graph is a batch of objects with all that they refer to. It does not change
// after Resolve and is safe for concurrent use; its nodes are shared, and must
// be left as they are.
type Graph struct {
	byKey map[crd.Key]*Node
	nodes []*Node // by layer, then key
}

// Node is an object of the graph.
type Node struct {
	Key    crd.Key
	Object crd.Object

	// InBatch is false for objects that the source gave.
	InBatch bool

	// ControlPlane holds the object: the one it names, or that of its parents;
	// the node itself for a control plane. It is nil for kinds that live outside
	// control planes, and when no single one could be told.
	ControlPlane *Node

	// Edges are the references of the object, resolved or not, in the order of
	// its fields.
	Edges []Edge

	// Dependents are the nodes that refer to this one, each once, by key.
	Dependents []*Node

	// Layer is 0 for an object without references, else one more than the
	// highest among those it refers to. The members of a cycle share a layer.
	Layer int

	index int // place by key among all nodes
}

// Edge is a reference and the node that it leads to.
type Edge struct {
	crd.Reference

	// Node is nil when the target is missing, unsupported or not granted, even if
	// the batch holds an object of that key.
	Node *Node
}

// newGraph orders nodes and returns the paths of the cycles among them.
func newGraph(byKey map[crd.Key]*Node, nodes []*Node) (*Graph, [][]crd.Key) {
	slices.SortFunc(nodes, compareNodes)
	for i, node := range nodes {
		node.index = i
	}
	linkDependents(nodes)
	cycles := assignLayers(nodes)
	slices.SortStableFunc(nodes, func(a, b *Node) int { return a.Layer - b.Layer })
	return &Graph{byKey: byKey, nodes: nodes}, cycles
}

// linkDependents expects nodes by key, which leaves the dependents by key too.
func linkDependents(nodes []*Node) {
	for _, node := range nodes {
		for _, edge := range node.Edges {
			if edge.Node == nil {
				continue
			}
			to := edge.Node
			// A node that refers to another twice is the last dependent already.
			if last := len(to.Dependents) - 1; last < 0 || to.Dependents[last] != node {
				to.Dependents = append(to.Dependents, node)
			}
		}
	}
}

func compareNodes(a, b *Node) int { return a.Key.Compare(b.Key) }

// Nodes returns all objects, those of the batch and those looked up, each after
// everything that it refers to (members of a cycle aside): by layer, then by key.
func (g *Graph) Nodes() []*Node { return slices.Clone(g.nodes) }

// Layers returns the nodes of Nodes in groups. Nodes of a layer do not refer to
// each other (members of a cycle aside) but only to earlier layers, so that they
// may be handled side by side. Within a layer they are sorted by key.
func (g *Graph) Layers() [][]*Node {
	var layers [][]*Node
	for start := 0; start < len(g.nodes); {
		end := start
		for end < len(g.nodes) && g.nodes[end].Layer == g.nodes[start].Layer {
			end++
		}
		layers = append(layers, slices.Clone(g.nodes[start:end]))
		start = end
	}
	return layers
}

// Node returns the node of key, nil if there is none.
func (g *Graph) Node(key crd.Key) *Node { return g.byKey[key] }
