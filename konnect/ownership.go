package konnect

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// isOwn reports whether an entity has the marks of its object.
func (d *decider) isOwn(i *item) bool {
	own := d.world.found[i.n].entity.Marks
	return own.Ours(d.world.owner) && own.Key == i.mark
}

// isByConstruction reports whether an entity without marks is ours all the same:
// nobody else knows its ID, or the status has it from this very organisation.
func (d *decider) isByConstruction(i *item) bool {
	e := d.world.found[i.n].entity
	if !e.Marks.Unmarked() || kinds.Adopt(i.object) != nil {
		return false
	}
	if d.world.hasComputedID(i) {
		return true
	}
	// The status may name an entity that was never written, because the object observed
	// it or adopted it with mode: match.
	conditions := i.object.GetConditions()
	if meta.IsStatusConditionTrue(conditions, crd.ConditionObserved) || meta.FindStatusCondition(conditions, crd.ConditionAdopted) != nil {
		return false
	}
	status, account := i.object.GetKonnectStatus(), i.controlPlane.account
	return status.ID == e.ID && status.ServerURL == account.serverURL && status.OrganizationID == account.organizationID
}

// hasComputedID reports whether an entity has the ID that is computed for the object.
func (w *world) hasComputedID(i *item) bool {
	return !i.isControlPlane() && w.found[i.n].entity.ID == marks.EntityID(w.found[i.controlPlane.n].id, w.owner, i.key)
}

// mayAdopt reports whether spec.adopt may take the entity over: no tool looks
// after it, or it is the Kong operator's for this very object.
func (d *decider) mayAdopt(i *item) bool {
	held, uid := d.world.found[i.n].entity.Marks, string(i.object.GetUID())
	return held.Unmarked() || d.options.adoptionOf(i).allows(held) || held.OperatorUID() != "" && held.OperatorUID() == uid
}

// adoptsNothing reports whether spec.adopt names an entity that is not there, and
// the object has neither another one nor a status which shows that the entity was
// its own and is gone. What is only matched is never created.
func (d *decider) adoptsNothing(i *item) bool {
	adopt, e := kinds.Adopt(i.object), d.world.found[i.n].entity
	switch {
	case adopt == nil, e != nil && e.ID == adopt.KonnectID():
		return false
	case i.readOnly:
		return true
	case e == nil:
		status := i.object.GetKonnectStatus()
		return status.ID != adopt.KonnectID() || status.ControlPlaneID != d.world.found[i.controlPlane.n].id
	default:
		return !d.isOwn(i) && !d.world.isRenamed(d.batch, i, e, d.options)
	}
}

// warnOfAdopt tells of a spec.adopt that has served.
func (d *decider) warnOfAdopt(i *item) {
	adopt, e := kinds.Adopt(i.object), d.world.found[i.n].entity
	if adopt == nil || e != nil && e.ID == adopt.KonnectID() {
		return
	}
	instead := "the object has another one"
	if e == nil {
		instead = "the object gets a new one"
	}
	d.out.warn(Warning{Key: i.key, Field: "spec.adopt", Code: WarningAdoptedGone, Message: fmt.Sprintf(
		"entity %s, which was adopted, is gone, and %s; remove spec.adopt", adopt.KonnectID(), instead)})
}

// holderOf describes who looks after an entity that is taken over.
func (d *decider) holderOf(i *item) string {
	held := d.world.found[i.n].entity.Marks
	if tag := d.options.adoptionOf(i).tag(); tag != "" && slices.Contains(held.Tags(), tag) {
		return held.Holder() + ", tag " + tag
	}
	return held.Holder()
}

// ownershipError says that an entity is not i's to touch, and what to do.
func ownershipError(b *batch, w *world, i *item, e *wire.Entity, o callOptions) error {
	err := &OwnershipError{Key: i.key, KonnectID: e.ID, Name: e.Name, Holder: e.Marks.Holder()}
	switch {
	case o.verb != ensuring:
		err.Hint = "only its holder deletes it"
	case w.isLeft(b, w.siblings(i), e):
		err.Hint = "it is left over from runs that wrote at the same time; use WithPrune with all objects of the owner, or delete it"
	case e.Marks.Ours(w.owner) && b.byMark[e.Marks.Key] == nil:
		err.Hint = "the object of the same owner in its marks is not in the batch; if that was renamed, use WithPrune with all objects of the owner"
	case kinds.Adopt(i.object) != nil:
		err.Hint = "its holder must release it before it can be adopted"
	case e.Marks.Ours(w.owner):
		err.Hint = "that object is of the same owner; use another name, or rename or delete that one first"
	case e.Marks.ManagedBy == marks.Us:
		err.Hint = "use another name, or a client with that owner"
	case i.isControlPlane():
		err.Hint = "use it as it is, with Client.ControlPlane or spec.source: Mirror, or with the annotation " + crd.ManagementPolicyAnnotation +
			": observe; or use another name, or take it over with WithAdoption"
	default:
		err.Hint = "use another name, or take it over with spec.adopt or WithAdoption"
	}
	return err
}

// warnOfLeftovers tells of those that are not pruned.
func (d *decider) warnOfLeftovers() {
	for _, i := range d.batch.items {
		if d.world.found[i.n].entity == nil {
			continue
		}
		for _, e := range d.world.leftoversOf(i) {
			if d.out.about(i.kind, e.ID) != nil {
				continue
			}
			advice := "delete it, or use WithPrune with all objects of the owner"
			if i.isControlPlane() {
				advice = "delete the one that is not needed; Client.Delete takes both"
			}
			d.out.warn(Warning{Key: i.key, Code: WarningLeftover, Message: fmt.Sprintf(
				"entity %s (%s) has the marks of this object too, which stands for %s: two runs wrote at the same time; %s",
				e.ID, orDash(e.Name), d.world.found[i.n].id, advice)})
		}
	}
}
