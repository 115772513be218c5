package resolve

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/printable"
)

// diagram is what Mermaid and DOT draw: the way of a request through routes,
// services, upstreams and targets, inside the control planes that hold them.
type diagram struct {
	frames []frame // control planes that hold something, by key
	loose  []shape // all other shapes, by key
	arrows []arrow
	shapes map[point]shape
}

// point is an object, or what a reference names that leads nowhere: of one key there
// are both where an object of the batch is referred to without a grant.
type point struct {
	key        crd.Key
	unresolved bool
}

func comparePoints(a, b point) int {
	if order := a.key.Compare(b.key); order != 0 || a.unresolved == b.unresolved {
		return order
	}
	if a.unresolved {
		return 1
	}
	return -1
}

// frame is a control plane with the shapes that it holds, by key.
type frame struct {
	shape
	held []shape
}

// shape is a control plane, an entity, or a target that could not be resolved.
type shape struct {
	id   string
	key  crd.Key
	look look
}

type look int

const (
	lookPlain      look = iota
	lookOutside         // looked up, not in the batch
	lookUnresolved      // referred to only
)

// arrow leads from one shape to the next on the way of a request. A weak one
// only says that two objects belong together.
type arrow struct {
	from, to point
	weak     bool
}

// newDiagram draws the graph. Credentials and grants are not on the way of a
// request and left out.
func newDiagram(g *Graph) *diagram {
	looks, arrows := map[point]look{}, map[arrow]bool{}
	for _, node := range g.nodes {
		if !isDrawn(node.Key) {
			continue
		}
		at := point{key: node.Key}
		looks[at] = lookOutside
		if node.InBatch {
			looks[at] = lookPlain
		}
		for _, edge := range node.Edges {
			if edge.Unsupported || !isDrawn(edge.To) || isHeldBy(node, edge.Node) {
				continue
			}
			to := point{key: edge.To, unresolved: edge.Node == nil}
			if to.unresolved {
				looks[to] = lookUnresolved
			}
			arrows[newArrow(at, to, edge)] = true
		}
	}
	for _, a := range balancingArrows(g.nodes) {
		arrows[a] = true
	}
	d := &diagram{arrows: slices.SortedFunc(maps.Keys(arrows), compareArrows), shapes: map[point]shape{}}
	d.place(g, looks)
	return d
}

// place numbers the shapes by key and puts each into the frame of its control plane.
func (d *diagram) place(g *Graph, looks map[point]look) {
	points := slices.SortedFunc(maps.Keys(looks), comparePoints)
	held := map[crd.Key][]shape{}
	for i, at := range points {
		s := shape{id: "n" + strconv.Itoa(i+1), key: at.key, look: looks[at]}
		d.shapes[at] = s
		if node := g.byKey[at.key]; !at.unresolved && node != nil && isHeldBy(node, node.ControlPlane) {
			held[node.ControlPlane.Key] = append(held[node.ControlPlane.Key], s)
		} else {
			d.loose = append(d.loose, s)
		}
	}
	d.loose = slices.DeleteFunc(d.loose, func(s shape) bool {
		if s.look == lookUnresolved || len(held[s.key]) == 0 {
			return false
		}
		d.frames = append(d.frames, frame{shape: s, held: held[s.key]})
		return true
	})
}

// label returns the lines that name the shape: kind, then namespace and name.
func (s shape) label() []string {
	lines := []string{printable.Line(s.key.Kind), printable.Line(s.key.Namespace + "/" + s.key.Name)}
	if s.look == lookUnresolved {
		lines = append(lines, "(unresolved)")
	}
	return lines
}

// idsOf returns the shapes of a look, frames before others.
func (d *diagram) idsOf(l look) []string {
	var ids []string
	for _, f := range d.frames {
		if f.look == l {
			ids = append(ids, f.id)
		}
		for _, s := range f.held {
			if s.look == l {
				ids = append(ids, s.id)
			}
		}
	}
	for _, s := range d.loose {
		if s.look == l {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// isDrawn tells whether objects of key's kind are control planes or live in one.
func isDrawn(key crd.Key) bool {
	return key.GroupKind() == crd.ControlPlaneGroupKind() || needsControlPlane(key)
}

// isHeldBy tells whether node is an entity of the control plane.
func isHeldBy(node, controlPlane *Node) bool {
	return controlPlane != nil && node.ControlPlane == controlPlane && node != controlPlane
}

// newArrow turns a reference into the direction of traffic, which reaches a
// target through the upstream that the target refers to.
func newArrow(from, to point, edge Edge) arrow {
	a := arrow{
		from: from,
		to:   to,
		weak: edge.Role != crd.RoleParent || edge.To.GroupKind() == crd.ControlPlaneGroupKind(),
	}
	if edge.Field == configurationv1alpha1.UpstreamRefField {
		a.from, a.to = a.to, a.from
	}
	return a
}

func compareArrows(a, b arrow) int {
	return cmp.Or(comparePoints(a.from, b.from), comparePoints(a.to, b.to))
}

// balancingArrows returns an arrow for each service whose host is the name of an
// upstream of its control plane. No reference says so.
func balancingArrows(nodes []*Node) []arrow {
	type place struct {
		controlPlane *Node
		host         string
	}
	upstreams := map[place]crd.Key{}
	for _, node := range nodes {
		upstream, ok := node.Object.(*configurationv1alpha1.KongUpstream)
		if ok && upstream.Spec.Name != nil && node.ControlPlane != nil {
			upstreams[place{node.ControlPlane, *upstream.Spec.Name}] = node.Key
		}
	}
	var arrows []arrow
	for _, node := range nodes {
		service, ok := node.Object.(*configurationv1alpha1.KongService)
		if !ok {
			continue
		}
		if to, ok := upstreams[place{node.ControlPlane, hostOf(service)}]; ok {
			arrows = append(arrows, arrow{from: point{key: node.Key}, to: point{key: to}})
		}
	}
	return arrows
}

// hostOf returns the host that service proxies to; that of the URL wins.
func hostOf(service *configurationv1alpha1.KongService) string {
	if service.Spec.URL == nil {
		return service.Spec.Host
	}
	parsed, err := url.Parse(*service.Spec.URL)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}
