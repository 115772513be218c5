package konnect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/resolve"
)

// implier makes items of what objects imply.
type implier struct {
	*batch
	options callOptions
	notes   *notes
}

// naming is a source with the carriers in one namespace and control plane that name it.
type naming struct {
	implication  *kinds.Implication
	source       *resolve.Node
	named        crd.Key
	controlPlane *item
	carriers     []*item
}

// imply makes the items.
func (b implier) imply() {
	for _, n := range b.namings() {
		objects := make([]crd.Object, len(n.carriers))
		for i, c := range n.carriers {
			objects[i] = c.object
		}
		found := n.implication.Of(n.source.Object, n.controlPlane.key, objects)
		for _, c := range n.carriers {
			at := n.fieldOf(c)
			if found.Problem != "" {
				b.await(n, c)
				b.faults.problem(c, c.key, fmt.Errorf("check %s: %s: %s %s", c.key, at, n.source.Key, found.Problem))
			}
			if slices.Contains(found.LeftOut, c.object) {
				b.notes.warn(Warning{
					Key: c.key, Field: at, Code: WarningPluginLeftOut, Message: fmt.Sprintf("%s is left out: %s", n.source.Key, found.Because),
				})
			}
		}
		for _, obj := range found.Objects {
			i := b.add(n, obj)
			known := len(b.faults.problems)
			b.validate(obj, b.options, b.notes)
			b.checkRoom(i, n)
			if len(b.faults.problems) > known {
				b.await(n, b.implied.items[i].carriers...)
			}
		}
	}
}

// await keeps what carriers have implied by a source of which it cannot be told what it
// implies.
func (b implier) await(n *naming, carriers ...*item) {
	for _, c := range carriers {
		carried := b.implied.of(c)
		carried.pending = append(carried.pending, marks.KeyOf(n.named))
	}
}

// checkRoom refuses an entity whose tags leave no room for its marks.
func (b implier) checkRoom(i *item, n *naming) {
	lent := map[string]crd.Object{}
	for _, edge := range i.node.Edges {
		if edge.Node == n.source {
			lent[edge.Field] = n.source.Object
		}
	}
	tags := marks.Tags(i.kind.Tags(i.object, lent), "", i.key, kinds.Deletion(i.object), b.implied.marksOf(&world{}, i)...)
	if len(tags) > marks.MaxTags {
		b.faults.stop(i.key, fmt.Errorf("check %s: the tags of %s and the marks are %d, and konnect takes %d; take some out of %s",
			i.key, n.source.Key, len(tags), marks.MaxTags, marks.TagsAnnotation))
	}
}

// fieldOf is the field in which a carrier names the source.
func (n *naming) fieldOf(c *item) string {
	at := slices.IndexFunc(c.node.Edges, func(edge resolve.Edge) bool { return edge.Role == crd.RoleImplies && edge.Node == n.source })
	return c.node.Edges[at].Field
}

// namings are the sources that objects of the batch name. Sources that are not there are
// reported already.
func (b implier) namings() []*naming {
	type place struct {
		source       crd.Key
		namespace    string
		controlPlane *item
	}
	known := map[place]*naming{}
	var all []*naming
	for _, i := range b.items {
		if !i.inBatch || i.deleting || i.readOnly || i.controlPlane == nil {
			continue
		}
		for _, edge := range i.node.Edges {
			if edge.Role != crd.RoleImplies {
				continue
			}
			carried, mark := b.implied.of(i), marks.KeyOf(edge.To)
			switch {
			case edge.Node != nil:
			case slices.ContainsFunc(carried.gone, func(err error) bool { return isAbout(err, edge.Field) }):
				continue
			default:
				carried.pending = append(carried.pending, mark)
			}
			carried.named = append(carried.named, mark)
			if edge.Node == nil {
				continue
			}
			at := place{edge.Node.Key, i.key.Namespace, i.controlPlane}
			if known[at] == nil {
				known[at] = &naming{
					implication: i.kind.Implication(edge.Reference), source: edge.Node, named: edge.To, controlPlane: i.controlPlane,
				}
				all = append(all, known[at])
			}
			known[at].carriers = append(known[at].carriers, i)
		}
	}
	return all
}

// add makes an item of an object that is implied.
func (b implier) add(n *naming, obj crd.Object) *item {
	obj.SetNamespace(n.carriers[0].key.Namespace)
	obj.Default()
	node := &resolve.Node{Key: crd.KeyOf(obj), Object: obj, InBatch: true, ControlPlane: n.controlPlane.node}
	by := &implied{source: n.named}
	for _, ref := range obj.References() {
		edge := resolve.Edge{Reference: ref}
		switch at := slices.IndexFunc(n.carriers, func(c *item) bool { return c.key == ref.To }); {
		case at >= 0:
			edge.Node = n.carriers[at].node
			by.carriers = append(by.carriers, n.carriers[at])
		case ref.To == n.controlPlane.key:
			edge.Node = n.controlPlane.node
		default:
			edge.Node = n.source
		}
		node.Edges = append(node.Edges, edge)
		edge.Node.Dependents = append(edge.Node.Dependents, node) // the graph is this call's alone
	}
	i := newItem(len(b.items), node, b.table.By(node.Key.GroupKind()))
	i.controlPlane = n.controlPlane
	b.items = append(b.items, i)
	b.byNode[node], b.byMark[i.mark] = i, i
	b.faults.failed = append(b.faults.failed, nil)
	b.implied.items[i], b.origins[i.key] = by, nil
	for _, c := range by.carriers {
		carried := b.implied.of(c)
		carried.items = append(carried.items, i)
	}
	return i
}

// forgets notes that the source of something implied is no more, where the caller's Source
// says so, and reports whether that is what a problem is about.
func (b implier) forgets(problem error) bool {
	missing, ok := errors.AsType[*resolve.MissingError](problem)
	if !ok {
		return false
	}
	i := b.of(missing.From)
	if i == nil || !i.inBatch || i.deleting {
		return false
	}
	for _, edge := range i.node.Edges {
		implication := i.kind.Implication(edge.Reference)
		if edge.Field == missing.Field && edge.Role == crd.RoleImplies && implication != nil && implication.Forgets {
			carried := b.implied.of(i)
			carried.gone = append(carried.gone, missing)
			return true
		}
	}
	return false
}

// isAbout reports whether something is missing that a field names.
func isAbout(err error, field string) bool {
	_, at := resolve.Location(err)
	return at == field
}
