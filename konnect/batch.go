package konnect

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/resolve"
)

// batch is what one call is about, checked and resolved, before anything is sent.
type batch struct {
	table *kinds.Table
	// items are the objects with entities, dependencies first.
	items  []*item
	byNode map[*resolve.Node]*item
	byMark map[string]*item
	// origins are the caller's objects, whose status is written, where items have copies of
	// them or there is no item; nil for what is implied.
	origins map[crd.Key]crd.Object
	auth    *auth
	implied implications
	// faults are what is wrong with items so far.
	faults *faults
}

// leadsTo returns the item that a reference leads to. It is nil for one that leads
// nowhere: without a grant it never does, though the batch may hold what it names.
func (b *batch) leadsTo(edge resolve.Edge) *item { return b.byNode[edge.Node] }

// of returns the item of an object; nil for one that has none.
func (b *batch) of(key crd.Key) *item { return b.byMark[marks.KeyOf(key)] }

// parentOf returns the item whose entity nests the URL of i's; nil for flat kinds.
func (b *batch) parentOf(i *item) *item {
	if parent := i.kind.Parent; parent != nil {
		for _, edge := range i.node.Edges {
			if edge.Field == parent.Field {
				return b.leadsTo(edge)
			}
		}
	}
	return nil
}

// dependents are the items that refer to i.
func (b *batch) dependents(i *item) []*item {
	var found []*item
	for _, node := range i.node.Dependents {
		if dependent := b.byNode[node]; dependent != nil && dependent != i {
			found = append(found, dependent)
		}
	}
	return found
}

// prepare checks and resolves the objects without sending anything. To delete, specs are
// not checked, and what cannot be resolved concerns its own object only.
func (c *Client) prepare(ctx context.Context, objects []crd.Object, o callOptions, notes *notes) (*batch, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	b := &batch{
		table: c.config.table, faults: &faults{partial: o.partial},
		auth: &auth{accounts: map[accountKey]*account{}, standIns: map[crd.Key]crd.Key{}, unresolved: map[crd.Key][]error{}},
	}
	own := b.copies(objects)
	if o.verb == ensuring {
		for _, obj := range own {
			b.validate(obj, o, notes)
		}
	}
	graph, err := resolve.Resolve(ctx, own, resolve.WithSource(c.config.source))
	b.collect(graph)
	if ctx.Err() != nil {
		return b, fmt.Errorf("resolve: %w", ctx.Err())
	}
	if err != nil {
		b.takeResolveErrors(err, o, c, notes)
	}
	if b.implied.any && o.verb != deleting {
		implier{b, o, notes}.imply()
	}
	if o.partial {
		b.isolate()
	}
	b.assignAccounts(c, o, notes)
	switch {
	case o.verb != ensuring:
		b.checkPolicies(notes)
		return b, b.faults.refusal()
	case o.prune && !c.config.ownerIsSet:
		b.faults.stop(crd.Key{}, errors.New("prune: the client needs WithOwner, so that only its own entities are deleted"))
	}
	for _, i := range b.items {
		if b.faults.failed[i.n] != nil || !i.inBatch {
			continue
		}
		for _, err := range b.misplaced(i, func(i *item) string { return i.kind.ClusterType(i.object) }) {
			b.faults.problem(i, i.key, err)
		}
		if found := i.kind.CheckResolved(i.object, i.target, c.config.now()); found != nil {
			b.takeFindings(i, found, notes)
		}
	}
	return b, b.faults.refusal()
}

// copies returns the objects with their defaults: deep copies, so that only status is
// ever written to the caller's, or the caller's own where nothing is filled in.
func (b *batch) copies(objects []crd.Object) []crd.Object {
	own := make([]crd.Object, 0, len(objects))
	b.origins = map[crd.Key]crd.Object{}
	for i, obj := range objects {
		if value := reflect.ValueOf(obj); obj == nil || value.Kind() == reflect.Pointer && value.IsNil() {
			b.faults.stop(crd.Key{Kind: "object", Name: fmt.Sprintf("#%d", i)}, field.Required(field.NewPath(""), "the object is nil"))
			continue
		}
		dup, ok := obj.DeepCopyObject().(crd.Object)
		if !ok {
			b.faults.stop(crd.KeyOf(obj), fmt.Errorf("copy %s: %T does not copy to its own type", crd.KeyOf(obj), obj))
			continue
		}
		dup.Default()
		dup.SetNamespace(crd.NamespaceOf(dup))
		same := reflect.DeepEqual(dup, obj)
		if same {
			dup = obj // thousands of copies would weigh
		}
		if key := crd.KeyOf(dup); !same || b.table.By(key.GroupKind()) == nil {
			b.origins[key] = obj
		}
		own = append(own, dup)
	}
	return own
}

// collect makes an item of each object that has an entity.
func (b *batch) collect(graph *resolve.Graph) {
	nodes := graph.Nodes()
	b.items = make([]*item, 0, len(nodes))
	b.byNode, b.byMark = make(map[*resolve.Node]*item, len(nodes)), make(map[string]*item, len(nodes))
	b.implied = implications{byMark: b.byMark, items: map[*item]*implied{}, carriers: map[*item]*carried{}}
	for _, node := range nodes {
		k := b.table.By(node.Key.GroupKind())
		if k == nil {
			continue
		}
		for _, edge := range node.Edges {
			b.implied.any = b.implied.any || edge.Role == crd.RoleImplies
		}
		i := newItem(len(b.items), node, k)
		b.items = append(b.items, i)
		b.byNode[node], b.byMark[i.mark] = i, i
	}
	for _, i := range b.items {
		i.controlPlane = b.byNode[i.node.ControlPlane]
	}
	b.faults.failed = make([]error, len(b.items))
}

// takeResolveErrors turns the errors of resolve into problems.
func (b *batch) takeResolveErrors(err error, o callOptions, c *Client, notes *notes) {
	all, ok := errors.AsType[*resolve.Error](err)
	if !ok {
		b.faults.stop(crd.Key{}, err)
		return
	}
	for _, problem := range all.Problems {
		if c.config.fallbackAuth && b.fallsBack(problem, notes) {
			continue
		}
		if o.verb == ensuring && c.config.source != nil && (implier{b, o, notes}).forgets(problem) {
			continue
		}
		key, at := resolve.Location(problem)
		b.auth.unresolved[key] = append(b.auth.unresolved[key], problem)
		i := b.of(key)
		switch {
		case o.verb == ensuring:
			b.faults.problem(i, key, problem)
		case i == nil:
			if b.origins[key] != nil && at != "" && !b.isAuth(key) {
				b.faults.asides = append(b.faults.asides, problem)
			}
		case i.controlPlane != nil: // it may be reached all the same
		default:
			b.faults.fail(i, problem)
		}
	}
}

// isolate hands the problems of a batch to the objects that have them, so that all
// others can be handled. What is wrong with an object that has no entity, such as
// one for authentication, concerns those that refer to it and may.
func (b *batch) isolate() {
	problems := b.faults.problems
	b.faults.problems = nil
	for _, p := range problems {
		found := false
		if i := b.of(p.Key); i != nil {
			b.faults.fail(i, p.named())
			continue
		}
		if b.origins[p.Key] == nil && b.auth.unresolved[p.Key] == nil {
			b.faults.problems = append(b.faults.problems, p) // about the call as a whole
			continue
		}
		for _, i := range b.items {
			for _, edge := range i.node.Edges {
				if edge.Node != nil && edge.Node.Key == p.Key {
					b.faults.fail(i, p.named())
					found = true
				}
			}
		}
		if !found {
			b.faults.asides = append(b.faults.asides, p.named())
		}
	}
}
