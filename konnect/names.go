package konnect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// Natural keys: which item wants which, and whether the one that has it gives it up.

// checkNaturalKeys finds objects of one batch that want the same natural key.
func (d *decider) checkNaturalKeys() {
	taken := map[collection]map[naturalKey]*item{}
	for _, i := range d.batch.items {
		if i.controlPlane == nil || i.controlPlane.account == nil || d.out.all[i.n].fault.err != nil || i.mirrors ||
			i.deleting && d.world.found[i.n].entity == nil {
			continue
		}
		siblings := collection{account: i.controlPlane.account, kind: i.kind}
		if !i.isControlPlane() {
			siblings.controlPlaneID = d.world.idOf(i.controlPlane, i.controlPlane.key, nil)
		}
		among := taken[siblings]
		if among == nil {
			among = map[naturalKey]*item{}
			taken[siblings] = among
		}
		for n, value := range d.world.keys(d.batch, i) {
			key := naturalKey{n, value}
			if other := among[key]; value != "" && other != nil {
				what := fmt.Sprintf("%s %q", i.kind.Identity.Field, i.kind.Name(i.object))
				if fields := i.kind.Identity.Unique[n]; !slices.Contains(fields, i.kind.Identity.Name) || i.kind.Name(i.object) == "" { // nor is a secret one shown
					what = keyText(fields)
				}
				d.out.refuse(d.out.all[i.n], fmt.Errorf("check %s: %s is that of %s too", i.key, what, other.key))
			} else if value != "" {
				among[key] = i
			}
		}
	}
}

// keyText names what tells an entity from others beside its name.
func keyText(fields []string) string { return "what it has for " + strings.Join(fields, ", ") }

// creations counts the entities to be created where Konnect takes only so many.
type creations map[collection]int

// add refuses an entity that Konnect has no room for beside those that there are and those
// to be created before it. What is pruned goes only afterwards.
func (c creations) add(w *world, i *item) error {
	siblings := w.siblings(i)
	held := 0
	if x := w.indexes[siblings]; x != nil {
		held = len(x.byID)
	}
	siblings.controlPlaneID = w.idOf(i.controlPlane, i.controlPlane.key, nil)
	if c[siblings]++; held+c[siblings] <= i.kind.Limit {
		return nil
	}
	return fmt.Errorf("create %s: %s holds %d of %s, and konnect takes %d; delete one first", i.key, i.controlPlane.key,
		held+c[siblings]-1, i.kind.Collection, i.kind.Limit)
}

// markedHolders are the entities of others of which their marks tell that they have the
// secret natural key which i wants, though Konnect does not return it.
func (d secretJudge) markedHolders(i *item) []*wire.Entity {
	if d.options.secretKeys == nil {
		return nil
	}
	desired, err := i.kind.Desire(i.object, d.inputs(i, nil))
	if err != nil {
		return nil
	}
	var found []*wire.Entity
	x, own := d.world.indexes[d.world.siblings(i)], d.world.found[i.n].entity
	for _, e := range x.byID {
		known, same, _ := d.options.secretKeys.Verify(e.Marks.Secret(), e.ID, i.kind.WriteOnly, desired.Object)
		if e != own && known && same {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, compareIDs)
	return found
}

// releases reports whether an entity that has natural keys of x's gives them up: it belongs
// to another object of the batch, after which x is then written, or it is pruned, which
// is then done first.
func (d *decider) releases(e *wire.Entity, x *decision) bool {
	i := x.item
	if d.world.mayPrune(d.batch, i, e, d.options) && d.isOrphan(e, i.controlPlane, i.kind) {
		d.out.reused[claim{i.kind, e.ID}] = x
		return true
	}
	other := d.world.claimed(i.kind, e.ID)
	if other == nil || other == i || !other.inBatch || other.readOnly || other.deleting {
		return false
	}
	wanted, kept, giver := d.world.keys(d.batch, i), d.world.keys(d.batch, other), d.out.all[other.n]
	for n, value := range wanted {
		switch fields := i.kind.Identity.Unique[n]; {
		case value == "" || value != e.Keys[n]:
		case value == kept[n]:
			return false
		case len(fields) > 1:
			giver.order.fixed, x.order.awaits = fields, true
		}
	}
	x.order.after = append(x.order.after, giver)
	return true
}
