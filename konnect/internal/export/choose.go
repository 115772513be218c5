package export

import (
	"fmt"
	"slices"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// choose leaves the entities that are asked for.
func (x *Export) choose() error {
	switch {
	case x.options.Service != "":
		return x.chooseService()
	case x.options.Tag != "":
		x.keep(func(n *node) bool { return slices.Contains(canon.Texts(n.fields["tags"]), x.options.Tag) })
	}
	return nil
}

func (x *Export) keep(wanted func(*node) bool) {
	for _, n := range x.nodes {
		n.left = !wanted(n)
	}
	x.nodes = slices.DeleteFunc(x.nodes, func(n *node) bool { return n.left })
}

// chooseService leaves a service and what belongs to it: what refers to it, or to what
// refers to it, its upstream, and what these cannot do without.
func (x *Export) chooseService() error {
	i := slices.IndexFunc(x.nodes, func(n *node) bool {
		return n.kind.Traffic == kinds.GetsRequests && (n.entity.Name == x.options.Service || n.entity.ID == x.options.Service)
	})
	if i < 0 {
		return fmt.Errorf("there is no service %q", x.options.Service)
	}
	service := x.nodes[i]
	chosen := map[*node]bool{service: true}
	for _, n := range x.nodes {
		if c := n.kind.Caller; c.Collection == service.kind.Collection && service.fields[c.Field] == any(n.entity.Name) {
			chosen[n] = true
		}
	}
	for again := true; again; {
		again = false
		for _, n := range x.nodes {
			if !chosen[n] && slices.ContainsFunc(n.references(), func(r reference) bool { return chosen[x.byID[r.at]] }) {
				chosen[n], again = true, true
			}
		}
	}
	for _, n := range x.nodes {
		for _, r := range n.references() {
			if to := x.byID[r.at]; chosen[n] && r.needs && to != nil {
				chosen[to] = true
			}
		}
	}
	x.keep(func(n *node) bool { return chosen[n] })
	return nil
}

// AroundServices are the kinds of what can belong to a service.
func AroundServices(table *kinds.Table) []*kinds.Kind {
	list := table.List()
	around := map[string]bool{}
	for _, k := range list {
		around[k.Collection] = k.Traffic != kinds.NoTraffic || k.Caller.Collection != ""
	}
	core := slices.Clone(list)
	core = slices.DeleteFunc(core, func(k *kinds.Kind) bool { return !around[k.Collection] })
	refersTo := func(k *kinds.Kind, others []*kinds.Kind) bool {
		return slices.ContainsFunc(k.References, func(r kinds.Reference) bool {
			return slices.ContainsFunc(others, func(o *kinds.Kind) bool { return o.Collection == r.To })
		})
	}
	return slices.DeleteFunc(list, func(k *kinds.Kind) bool {
		needed := slices.ContainsFunc(core, func(o *kinds.Kind) bool { return refersTo(o, []*kinds.Kind{k}) })
		return k.Collection == "" || !around[k.Collection] && !refersTo(k, core) && !needed
	})
}
