package konnect

import "slices"

// compareGroup adds the members of a group that exists to what differs.
func (d *decider) compareGroup(i *item, x *decision) {
	if i.group == nil {
		return
	}
	held, wanted := d.world.found[i.n].groupMembers, d.batch.wantedMembers(d.world, i, nil)
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

// wantedMembers are the IDs of a group's members, by the results where there are any
// already; those that are not there yet are stood in for by their keys.
func (b *batch) wantedMembers(w *world, i *item, results []result) []string {
	var ids []string
	for _, edge := range i.node.Edges {
		if i.isMembership(edge) {
			ids = append(ids, w.idOf(b.leadsTo(edge), edge.To, results))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// missing returns the items of a that b lacks, in a's order.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
}
