package konnect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/secrets"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// releaser decides what is given up.
type releaser struct{ *decider }

// decideReleases returns what takes our marks off the entities of a batch, and off the
// leftovers beside them.
func decideReleases(b *batch, w *world, o callOptions) *decisions {
	d := releaser{&decider{batch: b, world: w, options: o, out: newDecisions(b, w)}}
	for _, i := range b.items {
		d.release(i, d.out.all[i.n])
		if carried := b.implied.carriers[i]; carried != nil && len(carried.pending)+len(carried.gone) > 0 {
			d.out.warn(Warning{Key: i.key, Code: WarningNotReleased, Message: "what it implies is not released all: an object that it names is missing or wrong"})
		}
	}
	left := w.strays
	for _, i := range b.items {
		if !i.isControlPlane() && i.controlPlane != nil { // those of control planes are known
			left = append(slices.Clip(left), w.leftovers(i)...)
		}
	}
	for _, l := range left {
		d.giveUp(b.of(l.key), d.out.add(l, ActionUnchanged), l.entity)
	}
	return d.out
}

func (d releaser) release(i *item, x *decision) {
	e := d.world.found[i.n].entity
	x.planned = ActionUnchanged
	switch {
	case x.fault.err != nil || !i.inBatch || i.mirrors:
	case i.controlPlane == nil:
		x.fail(fmt.Errorf("release %s: its control plane is not known", i.key))
	case e == nil:
		d.notReleased(i, "konnect has no entity of it")
	case e.Marks.Unmarked():
	case !e.Marks.Ours(d.world.owner):
		d.notReleased(i, fmt.Sprintf("entity %s is held by %s, which has to release it", e.ID, e.Marks.Holder()))
	case e.Marks.Key != i.mark:
		d.notReleased(i, fmt.Sprintf("entity %s is another object's: %s", e.ID, e.Marks.Holder()))
	case i.readOnly:
		d.notReleased(i, fmt.Sprintf("entity %s has marks of this object, which never writes it", e.ID))
	default:
		d.giveUp(i, x, e)
	}
}

func (d releaser) notReleased(i *item, why string) {
	d.out.warn(Warning{Key: i.key, Code: WarningNotReleased, Message: "nothing is released: " + why})
}

// giveUp plans the write that takes our marks off an entity.
func (d releaser) giveUp(i *item, x *decision, e *wire.Entity) {
	bare, removed, err := i.kind.Unmark(e)
	if err != nil {
		x.fail(fmt.Errorf("release %s: %w", i.key, err))
		return
	}
	if unknown := d.complete(i, e, bare); len(unknown) > 0 {
		x.skip(&WriteOnlyError{Key: i.key, KonnectID: e.ID, Fields: unknown})
		return
	}
	x.planned, x.changes = ActionReleased, changes{desired: bare, fields: fieldsOf(removed)}
}

// complete puts values of the object into what is sent for those that Konnect does not
// return, and returns the fields of which nobody knows the value.
func (d releaser) complete(i *item, e *wire.Entity, bare kinds.Desired) []string {
	unknown := redactedFields(bare)
	if len(i.kind.WriteOnly) == 0 && i.kind.Configuration == nil {
		return unknown
	}
	in := d.inputs(i, bare.Object)
	in.GivenOnly = true
	own, err := i.kind.Desire(i.object, in)
	if err != nil { // it gives nothing that could be relied on
		own = kinds.Desired{}
		if i.kind.Configuration != nil {
			unknown = append(unknown, i.kind.Configuration.Field)
		}
	}
	given, open := secrets.Written(i.kind.WriteOnly, secrets.Evidence{
		ID: e.ID, Desired: own.Object, Observed: bare.Object, Mark: e.Marks.Secret(),
	}, d.options.secretKeys)
	for _, name := range given {
		bare.Give(name, own)
	}
	if i.kind.Configuration != nil {
		for _, f := range i.kind.DiffConfiguration(own, bare.Object, in.Schema, true) {
			if f.Secret && f.From == nil {
				open = append(open, f.Path)
			}
		}
	}
	return append(unknown, open...)
}

// redactedFields are those in which the client's own token was found, so that what was read
// is not what Konnect holds.
func redactedFields(bare kinds.Desired) []string {
	var fields []string
	for name, value := range bare.Object {
		if strings.Contains(canon.Text(value), crd.Redacted) {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}
