package konnect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// decider settles what is to be done. It asks nobody and changes nothing but what it
// returns.
type decider struct {
	batch   *batch
	world   *world
	options callOptions
	out     *decisions
	// shown tells which formulas entities of the batch show to hold.
	shown map[string]bool
	// room is for what is made of objects only to be compared.
	room      kinds.Inputs
	creations creations
}

// decide returns what makes the world as the batch says, in dependency order. What only
// Konnect could tell becomes a problem here, before anything is written.
func decide(b *batch, w *world, o callOptions) *decisions {
	d := &decider{batch: b, world: w, options: o, out: newDecisions(b, w), creations: creations{}, room: kinds.Inputs{Room: canon.Object{}}}
	d.checkNaturalKeys()
	for _, i := range b.items {
		if x := d.out.all[i.n]; x.fault.err != nil {
			continue
		} else if err := d.out.blocked(b, x, true, nil); err != nil {
			x.skip(err)
		} else if err := d.item(i, x); err != nil {
			d.out.refuse(x, err)
		}
	}
	if slices.ContainsFunc(b.items, func(i *item) bool { return i.kind.Guards != "" || i.kind.Quote != nil }) {
		d.out.guardWrites(b, w)
	}
	if len(w.claims) > 0 { // else what is to be created was checked before
		d.checkHolders()
	}
	if len(w.departing) > 0 {
		departureJudge{d}.decide()
	}
	if o.prune {
		d.findOrphans()
	}
	if len(w.claims) > 0 {
		d.warnOfLeftovers()
	}
	return d.out
}

// item decides about one item. The error stops the call.
func (d *decider) item(i *item, x *decision) error {
	e := d.world.found[i.n].entity
	switch {
	case !i.inBatch: // it must be there, and is not written
		x.planned = ActionUnchanged
		d.needsEntity(i, "is not in the batch and not programmed in konnect yet")
		return nil
	case i.deleting: // what was deleted must not come back, and deleting is for Delete
		x.planned = ActionSkipped
		d.out.warn(Warning{
			Key: i.key, Field: "metadata.deletionTimestamp", Code: WarningBeingDeleted,
			Message: "the object is being deleted, so its entity is left as it is; Client.Delete deletes it",
		})
		d.needsEntity(i, "is being deleted and has no entity")
		return nil
	case kinds.Adopt(i.object) != nil && d.adoptsNothing(i):
		x.fail(fmt.Errorf("adopt %s: konnect has no entity %s where the object belongs: it was never there, or was deleted since; "+
			"correct spec.adopt, or remove it to have a new entity", i.key, kinds.Adopt(i.object).KonnectID()))
		return nil
	case i.mirrors:
		if x.planned, x.changes.owned = ActionUnchanged, e != nil; e == nil {
			return fmt.Errorf("mirror %s: konnect has no control plane %s", i.key, i.kind.Mirror(i.object))
		}
		return nil
	}
	if kinds.Adopt(i.object) != nil {
		d.warnOfAdopt(i)
	}
	if i.kind.Configuration != nil && !i.readOnly && (configurationJudge{d}).refuses(i, x) {
		return nil
	}
	if i.group != nil && !i.isControlPlane() {
		if err := d.batch.checkMembers(d.world, i); err != nil {
			return err
		}
	}
	switch {
	case i.observes:
		return d.observed(i, x)
	case e == nil:
		return d.absent(i, x)
	default:
		return d.present(i, x)
	}
}

// needsEntity refuses the objects that refer to one which has no entity and gets none.
func (d *decider) needsEntity(i *item, reason string) {
	if d.world.found[i.n].entity != nil {
		return
	}
	for _, dependent := range d.batch.dependents(i) {
		if !dependent.deleting {
			d.out.refuse(d.out.all[dependent.n], fmt.Errorf("check %s: %s %s", dependent.key, i.key, reason))
		}
	}
}

// absent plans a creation, unless the natural key is taken.
func (d *decider) absent(i *item, x *decision) error {
	others := d.world.holdersOfNames(d.batch, i)
	if i.kind.Identity.Secret && d.world.indexes[d.world.siblings(i)] != nil {
		others = append(others, secretJudge{d}.markedHolders(i)...)
	}
	for _, other := range others {
		if !d.releases(other, x) {
			return ownershipError(d.batch, d.world, i, other, d.options)
		}
	}
	if len(i.kind.WriteOnly) > 0 {
		if err := (secretJudge{d}).checkRoom(i, d.inputs(i, nil).Tags); err != nil {
			return err
		}
	}
	if i.kind.Limit > 0 {
		if err := d.creations.add(d.world, i); err != nil {
			return err
		}
	}
	x.planned = ActionCreated
	if i.unwritable != nil {
		return i.unwritable
	}
	if !d.options.planning {
		return nil // the payload is made when it is written
	}
	desired, err := i.kind.Desire(i.object, d.inputs(i, nil))
	if err == nil {
		x.changes.desired = desired
		d.keepBasis(x, desired, nil)
	}
	return err
}

// present compares an entity that exists.
func (d *decider) present(i *item, x *decision) error {
	e, adopt := d.world.found[i.n].entity, kinds.Adopt(i.object)
	change := ActionUpdated
	switch {
	case adopt.IsMatch() && e.ID == adopt.KonnectID():
		return d.match(i, x)
	case d.isOwn(i), d.isByConstruction(i), d.world.isRenamed(d.batch, i, e, d.options):
	case adopt != nil && e.ID == adopt.KonnectID() && d.mayAdopt(i),
		adopt == nil && d.options.adoptionOf(i).allows(e.Marks):
		change, x.changes.holder = ActionAdopted, d.holderOf(i)
	case i.kind.Identity.Shared && adopt == nil && sameKeys(e, d.world.keys(d.batch, i)):
		x.planned = ActionUnchanged
		return nil
	default:
		return ownershipError(d.batch, d.world, i, e, d.options)
	}
	x.changes.owned = true
	if err := d.compare(i, x, change); err != nil {
		return err
	}
	others := d.world.holdersOfNames(d.batch, i)
	if i.kind.Identity.Secret && x.planned.writes() {
		others = append(others, secretJudge{d}.markedHolders(i)...)
	}
	for _, other := range others {
		if !d.releases(other, x) {
			return ownershipError(d.batch, d.world, i, other, d.options)
		}
	}
	d.compareGroup(i, x)
	if wanted := i.kind.SpecID(i.object); wanted != "" && wanted != e.ID {
		return &ImmutableError{Key: i.key, KonnectID: e.ID, Fields: []Field{{Path: "id", From: e.ID, To: wanted}}}
	}
	return nil
}

// compare plans what makes the entity as desired: nothing where nothing differs.
func (d *decider) compare(i *item, x *decision, change Action) error {
	if d.options.isSame(d.batch, d.world, i, &d.room) {
		x.planned = ActionUnchanged
		return nil
	}
	observed, err := d.project(i, "update")
	if err != nil {
		return err
	}
	in := d.inputs(i, observed)
	if err := d.options.checkTags(i, d.world.found[i.n].id, in.Tags, observed); err != nil {
		return err
	}
	desired, err := i.kind.Desire(i.object, in)
	if err != nil {
		return err
	}
	differences := append(canon.Diff(desired.Object, observed, i.kind.Fields), droppedLabels(i, d.world.found[i.n].entity, observed)...)
	if i.kind.Configuration != nil {
		differences = append(differences, i.kind.DiffConfiguration(desired, observed, in.Schema, false)...)
	}
	if len(i.kind.WriteOnly) > 0 || i.kind.Configuration != nil {
		if differences, desired, err = (secretJudge{d}).compare(i, differences, desired, in); err != nil {
			return err
		}
	}
	x.changes.fields = fieldsOf(differences)
	for _, difference := range differences {
		if name, _, _ := strings.Cut(difference.Path, "."); slices.Contains(i.kind.Immutable, name) {
			return &ImmutableError{Key: i.key, KonnectID: d.world.found[i.n].id, Fields: x.changes.fields, Hint: i.kind.Replace}
		}
	}
	d.keepBasis(x, desired, observed)
	if x.planned = ActionUnchanged; len(differences) > 0 {
		x.planned, x.changes.desired = change, desired
		if i.unwritable != nil {
			return i.unwritable
		}
	}
	if x.planned == ActionUpdated { // an adoption takes the former holder's tags away on purpose
		d.warnOfTags(i, in.Tags, observed)
	}
	return nil
}

// project returns an observed entity in the shape of the payload, if the kind can
// express it at all.
func (d *decider) project(i *item, verb string) (canon.Object, error) {
	e := d.world.found[i.n].entity
	observed, err := i.kind.Project(e)
	if err != nil {
		return nil, fmt.Errorf("observe %s: %w", i.key, err)
	}
	if err := i.kind.Refuse(observed); err != nil {
		return nil, fmt.Errorf("%s %s: entity %s %w", verb, i.key, e.ID, err)
	}
	return observed, nil
}

// checkHolders refuses what is misplaced by what Konnect says. What has failed already,
// perhaps for that, is left at it.
func (d *decider) checkHolders() {
	clusterType := func(i *item) string { return cmp.Or(d.world.found[i.n].clusterType, i.kind.ClusterType(i.object)) }
	for _, i := range d.batch.items {
		if x := d.out.all[i.n]; x.fault.err == nil {
			for _, err := range d.batch.misplaced(i, clusterType) {
				d.out.refuse(x, err)
			}
		}
	}
}
