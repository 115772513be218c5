package konnect

import (
	"slices"

	"github.com/konnectkit/konnectkit/crd"
)

// compareGroup adds the members of a group that exists to what differs.
func (d *decider) compareGroup(i *item, x *decision) {
	if i.group() == nil {
		return
	}
	held, wanted := d.world.of(i).groupMembers, d.world.wantedMembers(d.batch, i)
	if slices.Equal(wanted, held) {
		return
	}
	x.changes.fields = append(x.changes.fields, Field{Path: "members", From: listValue(held), To: listValue(wanted)})
	if x.planned == ActionUnchanged {
		x.planned = ActionUpdated
	}
}

// listValue is a list as decoded JSON; nil for none.
func listValue(items []string) any {
	if len(items) == 0 {
		return nil
	}
	var list []any
	for _, item := range items {
		list = append(list, item)
	}
	return list
}

func (w *world) wantedMembers(b *batch, i *item) []string { return wantedMembers(b, i, w.idOf) }

// wantedMembers are the IDs of a group's members; those that are not there yet
// are stood in for by their keys.
func wantedMembers(b *batch, i *item, idOf func(*item, crd.Key) string) []string {
	var ids []string
	for _, edge := range i.node.Edges {
		if i.isMembership(edge) {
			ids = append(ids, idOf(b.leadsTo(edge), edge.To))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// missing returns the items of a that b lacks, in a's order.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
}
